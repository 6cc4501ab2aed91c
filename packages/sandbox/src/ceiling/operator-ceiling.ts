import type { FileFacts } from '../files/file-facts.js';
import type { ExecutorRoots } from '../intent/executor-roots.js';
import { normalise } from '../intent/normalise.js';
import { parseIntent } from '../intent/parse-intent.js';
import type { SandboxIntent } from '../intent/schema.js';
import { type Ceiling, DEFAULT_CEILING } from './ceiling.js';

/** What an operator allows at most, in the words of an intent; nothing of it is bound to paths yet. */
export type OperatorCeiling = SandboxIntent;

/**
 * Reads what an operator wrote: the `sandbox` object of the wire as JSON, of which `permissions` alone is needed.
 * @throws Error that says what is wrong with it.
 */
export function parseCeiling(text: string): OperatorCeiling {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null) throw new Error('must be an object with "permissions"');
  const ceiling = parseIntent({ windowsSandboxLevel: 'disabled', ...parsed });
  if (ceiling.permissions.type === 'disabled') {
    throw new Error('permissions of the type "disabled" are no ceiling; leave the ceiling out to have none');
  }
  return ceiling;
}

/**
 * The ceiling as the file system is now. No peer has a say in what its symbols stand for.
 * @param roots Those of the executor itself.
 * @throws ExecError `sandboxUnsupported` for an entry that cannot be enforced.
 */
export function bindCeiling(
  operator: OperatorCeiling | undefined,
  roots: ExecutorRoots,
  files: FileFacts,
): Ceiling {
  if (operator === undefined) return DEFAULT_CEILING;
  return { ...DEFAULT_CEILING, maximum: normalise(operator, roots, files) };
}

/** What an operator allows of the network. */
export function networkOf({ permissions }: OperatorCeiling): 'restricted' | 'enabled' {
  return permissions.type === 'disabled' ? 'enabled' : permissions.network;
}

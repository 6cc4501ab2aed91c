import type { FileFacts } from '../files/file-facts.js';
import type { GlobScan } from '../intent/deny-glob.js';
import type { ExecutorRoots } from '../intent/executor-roots.js';
import { globScansOf } from '../intent/glob-scans.js';
import { normalise, type Patterns } from '../intent/normalise.js';
import { parseIntent } from '../intent/parse-intent.js';
import { type SandboxIntent, sandboxIntentSchema } from '../intent/schema.js';
import { MAX_PROTECTED_NAMES } from '../limits.js';
import { type Ceiling, DEFAULT_CEILING } from './ceiling.js';
import { checkCeiling } from './check-ceiling.js';

/** What an operator allows at most, in the words of an intent; nothing of it is bound to paths yet. */
export interface OperatorCeiling extends SandboxIntent {
  /** Names that stay as they are, or missing, at the top of what a restricted intent may write, beside those that do anyway. */
  readonly protectedNames?: readonly string[] | undefined;
}

/**
 * Reads what an operator wrote: the `sandbox` object of the wire as JSON, of which `permissions` alone is needed.
 * @param onUnknown Is told of each member that means nothing here, and so restricts nothing.
 * @throws Error that says what is wrong with it, be it that no start could enforce it.
 */
export function parseCeiling(
  text: string,
  onUnknown: (member: string) => void = () => undefined,
): OperatorCeiling {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null) throw new Error('must be an object with "permissions"');
  const ceiling = parseIntent({ windowsSandboxLevel: 'disabled', ...parsed });
  if (ceiling.permissions.type === 'disabled') {
    throw new Error('permissions of the type "disabled" are no ceiling; leave the ceiling out to have none');
  }
  checkCeiling(ceiling);
  const { protectedNames, ...members } = parsed as { readonly protectedNames?: unknown };
  for (const member of Object.keys(members)) if (!(member in sandboxIntentSchema.shape)) onUnknown(member);
  return protectedNames === undefined ? ceiling : { ...ceiling, protectedNames: namesOf(protectedNames) };
}

function namesOf(written: unknown): readonly string[] {
  const areNames =
    Array.isArray(written) && written.every((name) => typeof name === 'string' && NAME.test(name));
  if (!areNames || written.length > MAX_PROTECTED_NAMES)
    throw new Error(
      `protectedNames: must be at most ${MAX_PROTECTED_NAMES} names of files, such as ".github", none of them a path`,
    );
  return written as readonly string[];
}

/** Of one entry of a directory. */
const NAME = /^(?!\.{1,2}$)[^/\0]+$/;

/** What an executor allows at most, for whoever looks at its files. */
export interface CeilingSource {
  /** What an operator allows of the network; undefined where none has configured anything. */
  readonly network: 'restricted' | 'enabled' | undefined;
  /** The patterns that have to be looked for before. */
  readonly scans: readonly GlobScan[];
  /**
   * The ceiling as the file system is now.
   * @param patterns What the scans have found, or left out as for `normalise`.
   * @throws ExecError `sandboxUnsupported` for an entry that cannot be enforced.
   */
  bindTo(files: FileFacts, patterns: Patterns): Ceiling;
}

/** The ceiling of an executor whose operator configured none. */
export const NO_OPERATOR: CeilingSource = {
  network: undefined,
  scans: [],
  bindTo: () => DEFAULT_CEILING,
};

/** The same for a command that has directories of its own, which go with it. @param passing Their canonical paths. */
export function withPassing(source: CeilingSource, passing: readonly string[]): CeilingSource {
  return {
    ...source,
    bindTo: (files, patterns) => ({ ...source.bindTo(files, patterns), passing }),
  };
}

/**
 * The ceiling that an operator has configured. No peer has a say in what its symbols stand for.
 * @param roots Those of the executor itself.
 */
export function ceilingSource(operator: OperatorCeiling | undefined, roots: ExecutorRoots): CeilingSource {
  if (operator === undefined) return NO_OPERATOR;
  return {
    network: networkOf(operator),
    scans: globScansOf(operator, roots, 'ceiling'),
    bindTo: (files, patterns) => ({
      ...DEFAULT_CEILING,
      operatorNames: operator.protectedNames,
      maximum: normalise(operator, { roots, files, patterns, source: 'ceiling' }),
    }),
  };
}

/** What an operator allows of the network. */
export function networkOf({ permissions }: OperatorCeiling): 'restricted' | 'enabled' {
  return permissions.type === 'disabled' ? 'enabled' : permissions.network;
}

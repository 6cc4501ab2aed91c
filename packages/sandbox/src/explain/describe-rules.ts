import { parentOf } from '../files/paths.js';
import type { Access, PathRule } from '../policy/path-rule.js';
import type { RuleOrigin } from '../policy/rule-origin.js';

/** What is said of a rule beside its path. */
interface Described {
  readonly rule: PathRule;
  readonly asked: Access | undefined;
  readonly origin: string;
}

/**
 * Rules in words, a line each; names that are missing in one directory stand in one line if nothing else tells them apart.
 * @param asked What was asked for where less is allowed, by path. @param described Names who is behind a rule.
 */
export function describeRules(
  rules: readonly PathRule[],
  asked: ReadonlyMap<string, Access>,
  described: (origin: RuleOrigin) => string,
): readonly string[] {
  const lines = new Map<string, [Described, ...Described[]]>();
  for (const rule of rules) {
    const one = { rule, asked: asked.get(rule.path), origin: described(rule.origin) };
    const line = lineOf(one);
    const others = lines.get(line);
    if (others === undefined) lines.set(line, [one]);
    else others.push(one);
  }
  return [...lines.values()].map(describe);
}

/** Equal for what is described together. */
function lineOf({ rule: { path, access, kind }, asked, origin }: Described): string {
  return JSON.stringify(kind === 'missing' ? [parentOf(path), 'missing', access, asked, origin] : [path]);
}

const WORDS: Readonly<Record<Access, string>> = { deny: 'deny ', read: 'read ', write: 'write' };

function describe(together: readonly [Described, ...Described[]]): string {
  const [{ rule, asked, origin }, ...others] = together;
  const { path, access, kind } = rule;
  const remarks = [
    ...(kind === 'missing' ? [others.length === 0 ? MISSING : MANY_MISSING] : []),
    ...(asked === undefined ? [] : [`asked for: ${asked}`]),
  ];
  const remark = remarks.length === 0 ? '' : ` (${remarks.join('; ')})`;
  const where = others.length === 0 ? path : namesIn(parentOf(path), together);
  return `  ${WORDS[access]} ${where}${remark}    [${origin}]`;
}

const MISSING = 'does not exist, and cannot be created';
const MANY_MISSING = 'do not exist, and cannot be created';

function namesIn(directory: string, together: readonly Described[]): string {
  const names = together.map(({ rule }) => rule.path.slice(rule.path.lastIndexOf('/') + 1));
  return `${directory}: ${names.join(', ')}`;
}

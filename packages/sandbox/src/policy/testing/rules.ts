import type { NormalisedPolicy, PathRule } from '../path-rule.js';
import { memberOf, type RuleOrigin } from '../rule-origin.js';

/** A rule written as `write /ws`; a path that ends in a slash is missing, one that holds `file` is a file. */
export function rule(line: string, more: Partial<PathRule> = {}): PathRule {
  const [access = '', written = ''] = line.split(' ');
  if (access !== 'deny' && access !== 'read' && access !== 'write') throw new Error(`${line} has no access`);
  const isMissing = written.length > 1 && written.endsWith('/');
  const path = isMissing ? written.slice(0, -1) : written;
  const kind = path.includes('file') ? 'file' : 'directory';
  return {
    path,
    access,
    kind: isMissing ? 'missing' : kind,
    identity: undefined,
    origin: ruleAt(path),
    isShared: false,
    ...more,
  };
}

/** Who is behind such a rule. */
export function ruleAt(path: string): RuleOrigin {
  return { source: 'intent', entry: `rule ${path}` };
}

/** A policy that restricts files by such rules. */
export function policyOf(lines: readonly string[], more: Partial<NormalisedPolicy> = {}): NormalisedPolicy {
  return {
    restrictsFiles: true,
    rules: lines.map((line) => rule(line)),
    links: [],
    network: 'restricted',
    networkOrigin: memberOf('intent', 'permissions.network'),
    notes: [],
    ...more,
  };
}

/** The lines that rules could have been written as. */
export function linesOf(rules: readonly PathRule[]): readonly string[] {
  return rules.map(({ access, path, kind }) => `${access} ${path}${kind === 'missing' ? '/' : ''}`);
}

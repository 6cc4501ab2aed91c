import { ancestorsOf, isWithin, parentOf } from '../files/paths.js';
import { indexRules, type RuleIndex } from '../policy/access.js';
import type { Access, NormalisedPolicy, PathRule } from '../policy/path-rule.js';
import { BASE_SECTION } from './base-section.js';
import { anyCasePattern, quoted, rawPattern } from './sbpl-text.js';

/** A profile for macOS, and the values of its parameters: paths never become part of its text. */
export interface SeatbeltProfile {
  readonly text: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The meaning of a policy as a Seatbelt profile. Of several rules for an operation the last one that fits decides, so
 * they stand in the order of their paths, a directory before what lies below it.
 */
export function seatbeltProfile(policy: NormalisedPolicy): SeatbeltProfile {
  const parameters = new Map<string, string>();
  const parameter = (path: string): string => {
    const known = [...parameters].find(([, value]) => value === path)?.[0];
    const name = known ?? `PATH_${parameters.size}`;
    parameters.set(name, path);
    return `(param ${quoted(name)})`;
  };
  const files = policy.restrictsFiles ? fileRules(policy, parameter) : ['(allow file-read* file-write*)'];
  const text = [BASE_SECTION, '', '; files', ...files, '', '; network', ...networkRules(policy), ''].join(
    '\n',
  );
  return { text, parameters: Object.fromEntries(parameters) };
}

type Parameter = (path: string) => string;

function fileRules({ rules }: NormalisedPolicy, parameter: Parameter): readonly string[] {
  const index = indexRules(rules);
  return [
    ...rules.flatMap((rule) => ruleLines(rule, parameter)),
    ...visibleAncestors(rules, index).map(
      (path) => `(allow file-read-metadata (literal ${parameter(path)}))`,
    ),
    ...pinned(rules, index).map((path) => `(deny file-write-unlink (literal ${parameter(path)}))`),
    ...rules.filter(({ kind }) => kind === 'missing').map(missingLine),
  ];
}

function ruleLines({ path, access }: PathRule, parameter: Parameter): readonly string[] {
  if (path === '/') return baseLines(access);
  const where = `(literal ${parameter(path)}) (subpath ${parameter(path)})`;
  switch (access) {
    case 'deny':
      return [`(deny file-read* file-write* ${where})`];
    case 'read':
      return [`(allow file-read* ${where})`, `(deny file-write* ${where})`];
    case 'write':
      return [`(allow file-read* file-write* ${where})`];
  }
}

/** What is not said is denied; saying so would take the devices away again. */
function baseLines(access: Access): readonly string[] {
  if (access === 'deny') return [];
  return [`(allow ${access === 'read' ? 'file-read*' : 'file-read* file-write*'} (subpath "/"))`];
}

/** Directories that cannot be read lead to some that can; a path is resolved by way of them. */
function visibleAncestors(rules: readonly PathRule[], index: RuleIndex): readonly string[] {
  const visible = rules.filter(({ access }) => access !== 'deny');
  const leading = visible.flatMap(({ path }) => ancestorsOf(path));
  return [...new Set(leading)].filter((path) => index.accessAt(path) === 'deny').sort();
}

/** A restriction holds for a name, so neither it nor a directory above it may be renamed. */
function pinned(rules: readonly PathRule[], index: RuleIndex): readonly string[] {
  const restrictions = rules.filter(
    ({ path, access }) => access !== 'write' && path !== '/' && index.accessAt(parentOf(path)) === 'write',
  );
  const names = restrictions.flatMap(({ path }) => {
    const root = index.governing(parentOf(path))?.path ?? '/';
    return [path, ...ancestorsOf(path).filter((above) => above !== root && isWithin(above, root))];
  });
  return [...new Set(names)].sort();
}

/** The volume compares names without regard to case, and a new name is compared as it is written. */
function missingLine({ path }: PathRule): string {
  return `(deny file-write* (regex ${rawPattern(`^${anyCasePattern(path)}(/|$)`)}))`;
}

function networkRules({ network }: NormalisedPolicy): readonly string[] {
  if (network === 'restricted') return [];
  return [
    '(allow system-socket (socket-domain AF_INET) (socket-domain AF_INET6))',
    '(allow network-outbound (remote ip "*:*"))',
    '(allow network-bind (local ip "*:*"))',
    '(allow network-inbound (local ip "*:*"))',
    '(allow network-outbound (literal "/private/var/run/mDNSResponder"))',
  ];
}

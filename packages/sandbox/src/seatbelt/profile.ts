import { ancestorsOf, isWithin, parentOf } from '../files/paths.js';
import { indexRules, mergeRules, RIGHT_OF_WAY, type RuleIndex } from '../policy/access.js';
import type { Access, NormalisedPolicy, PathRule } from '../policy/path-rule.js';
import { refuse } from '../refuse.js';
import { BASE_SECTION } from './base-section.js';
import { quoted, rawPattern } from './sbpl-text.js';
import {
  anySpelling,
  DATA_VOLUME,
  PASSED_OVER_IN_DOTTED,
  spellingKey,
  withoutDataVolume,
} from './spellings.js';

/** A profile for macOS, and the values of its parameters: paths never become part of its text. */
export interface SeatbeltProfile {
  readonly text: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The meaning of a policy as a Seatbelt profile. Of several rules for an operation the last one that fits decides, so
 * they stand in the order of their paths, a directory before what lies below it. What is restricted is so in all spellings.
 * @throws ExecError `sandboxUnsupported` for a path that cannot be said.
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

/** A rule and the key that all spellings of its path share. */
interface KeyedRule {
  readonly rule: PathRule;
  readonly key: string;
}

function fileRules({ rules }: NormalisedPolicy, parameter: Parameter): readonly string[] {
  const keyed = keyedRules(rules);
  const index = indexRules(mergeRules(keyed.map(({ rule, key }) => ({ ...rule, path: key }))));
  const pins = pinned(keyed, index);
  return [
    ...keyed.flatMap((one) => ruleLines(one, index, parameter)),
    ...visibleAncestors(keyed, index).map(
      (path) => `(allow file-read-metadata ${inBothPlaces('literal', path, parameter)})`,
    ),
    ...pins.map((path) => `(deny file-write-unlink (regex ${rawPattern(`^${anySpelling(path)}$`)}))`),
    ...keyed.filter(({ rule }) => rule.kind === 'missing').map(({ rule }) => missingLine(rule)),
    ...(pins.length === 0 ? [] : [`(deny file-write* (regex ${rawPattern(PASSED_OVER_IN_DOTTED)}))`]),
  ];
}

/** In the order of their keys; of two for the same file, the one with the right of way comes last. */
function keyedRules(rules: readonly PathRule[]): readonly KeyedRule[] {
  if (rules.some(({ path }) => path.toLowerCase() === DATA_VOLUME.toLowerCase()))
    refuse('sandbox', `${DATA_VOLUME} is most of the machine; name directories below it`);
  return rules
    .map((rule) => ({ rule, key: spellingKey(rule.path) }))
    .sort(
      (one, other) =>
        compare(one.key, other.key) || RIGHT_OF_WAY[one.rule.access] - RIGHT_OF_WAY[other.rule.access],
    );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

function ruleLines({ rule, key }: KeyedRule, index: RuleIndex, parameter: Parameter): readonly string[] {
  const { path, access } = rule;
  if (key === '/') return baseLines(access);
  const where = ['literal', 'subpath'].map((filter) => inBothPlaces(filter, path, parameter)).join(' ');
  switch (access) {
    case 'deny':
      return [`(deny file-read* file-write* ${where}${inAllSpellings(rule, key, index)})`];
    case 'read':
      return [
        `(allow file-read* ${where})`,
        `(deny file-write* ${where}${inAllSpellings(rule, key, index)})`,
      ];
    case 'write':
      return [`(allow file-read* file-write* ${where})`];
  }
}

/** A directory of the data volume is there twice. */
function inBothPlaces(filter: string, path: string, parameter: Parameter): string {
  const shown = withoutDataVolume(path);
  const places = shown === '/' ? [shown] : [shown, `${DATA_VOLUME}${shown}`];
  return places.map((place) => `(${filter} ${parameter(place)})`).join(' ');
}

/** Where more would be allowed otherwise, no other spelling may get past it. */
function inAllSpellings({ path, access }: PathRule, key: string, index: RuleIndex): string {
  if (RANK[index.accessAt(parentOf(key))] <= RANK[access]) return '';
  return ` (regex ${rawPattern(`^${anySpelling(path)}(/|$)`)})`;
}

const RANK: Readonly<Record<Access, number>> = { deny: 0, read: 1, write: 2 };

/** What is not said is denied; saying so would take the devices away again. */
function baseLines(access: Access): readonly string[] {
  if (access === 'deny') return [];
  return [`(allow ${access === 'read' ? 'file-read*' : 'file-read* file-write*'} (subpath "/"))`];
}

/** Directories that cannot be read lead to some that can; a path is resolved by way of them. */
function visibleAncestors(rules: readonly KeyedRule[], index: RuleIndex): readonly string[] {
  const visible = rules.filter(({ rule }) => rule.access !== 'deny');
  const leading = visible.flatMap(({ rule }) => ancestorsOf(withoutDataVolume(rule.path)));
  return [...new Set(leading)].filter((path) => index.accessAt(spellingKey(path)) === 'deny').sort();
}

/** A restriction holds for a name, so neither it nor a directory above it may be renamed. */
function pinned(rules: readonly KeyedRule[], index: RuleIndex): readonly string[] {
  const restrictions = rules.filter(
    ({ rule, key }) => rule.access !== 'write' && key !== '/' && index.accessAt(parentOf(key)) === 'write',
  );
  const names = restrictions.flatMap(({ rule, key }) => {
    const root = index.governing(parentOf(key))?.path ?? '/';
    const path = withoutDataVolume(rule.path);
    const above = ancestorsOf(path).filter(
      (at) => spellingKey(at) !== root && isWithin(spellingKey(at), root),
    );
    return [path, ...above];
  });
  return [...new Set(names)].sort();
}

/** A new name is compared as it is written. */
function missingLine({ path }: PathRule): string {
  return `(deny file-write* (regex ${rawPattern(`^${anySpelling(path)}(/|$)`)}))`;
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

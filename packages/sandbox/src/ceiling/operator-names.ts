import type { FileFacts } from '../files/file-facts.js';
import { childOf, isWithin, withHolders } from '../files/paths.js';
import { indexRules, mergeRules } from '../policy/access.js';
import type { PathRule } from '../policy/path-rule.js';
import { memberOf } from '../policy/rule-origin.js';
import { PathProtection } from './path-protection.js';
import type { ProtectedPath } from './protect-git.js';

/** What stays as it is, or missing, whatever anybody asks for. */
export interface HeldNames {
  /** Where all the names were taken care of: at the top of these directories. */
  readonly roots: ReadonlySet<string>;
  readonly rules: readonly PathRule[];
  /** What of that could not be had, in words. */
  readonly gaps: readonly string[];
}

/** The names of an operator at the top of a canonical directory. */
export function operatorNamesAt(root: string, names: readonly string[]): readonly ProtectedPath[] {
  return names.map((name, at) => ({
    path: childOf(root, name),
    linksInto: [root],
    origin: memberOf('ceiling', `protectedNames.${at}`),
  }));
}

/**
 * Holds the names of an operator at the top of each directory that he lets be written. An entry that names one of them, or what
 * lies below it, does not open it, nor does one that names where a link there leads: nobody gets more than who asks for everything.
 * @param maximum What the operator allows. @param granted What is left of what was asked for.
 */
export function heldNames(
  names: readonly string[],
  maximum: readonly PathRule[],
  granted: readonly PathRule[],
  files: FileFacts,
): HeldNames {
  const index = indexRules(granted);
  const opened = withHolders(granted.filter(({ access }) => access === 'write').map(({ path }) => path));
  const isOpen = (path: string): boolean => opened.has(path) || index.accessAt(path) === 'write';
  const writable = maximum.filter(({ access, kind }) => access === 'write' && kind === 'directory');
  const facts = {
    files,
    index: indexRules(maximum),
    roots: writable.map(({ path }) => path),
    repositories: [],
    links: [],
  };
  const held = writable
    .filter(({ path, isShared }) => !isShared && isOpen(path))
    .map(({ path: root }) => {
      const protection = new PathProtection(facts);
      const rules = operatorNamesAt(root, names)
        .flatMap((name) => protection.rulesFor(name))
        .filter(({ path }) => isOpen(path));
      if (index.accessAt(root) === 'write') return { root, rules, gaps: protection.gaps };
      // Nothing can be made or replaced at its top, so what is there is enough.
      return { root, rules: rules.filter(({ path }) => path !== root && isWithin(path, root)), gaps: [] };
    });
  return {
    roots: new Set(held.map(({ root }) => root)),
    rules: mergeRules(held.flatMap(({ rules }) => rules)),
    gaps: held.flatMap(({ gaps }) => gaps),
  };
}

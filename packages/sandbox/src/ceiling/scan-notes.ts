import { MAX_PINNED_DEPTH, MAX_RESTRICTED_PATH_BYTES } from '../limits.js';
import type { PolicyNote } from '../policy/path-rule.js';
import { DEFAULTS } from '../policy/rule-origin.js';
import type { ScannedTree } from '../repositories/scan-tree.js';
import type { Unfollowed } from './git-places.js';
import type { DeepRestriction } from './shallow.js';

/** What of the search below a root is to be known. */
export function notesOf(root: string, { unseen, shut }: ScannedTree): readonly PolicyNote[] {
  return [
    ...(unseen === undefined ? [] : [noteOfUnseen(root, unseen)]),
    ...(shut.length === 0 ? [] : [noteOfShut(shut)]),
  ];
}

function noteOfUnseen(root: string, why: string): PolicyNote {
  return {
    origin: ORIGIN,
    text: `${root} was not looked through to its end, since ${why}: git hooks and config further down can be written; allow a directory further down, or deny them by name`,
  };
}

/** What is read-only since it lies too deep. */
export function noteOfDeep([first, ...others]: readonly DeepRestriction[]): readonly PolicyNote[] {
  if (first === undefined) return [];
  const more = others.length === 0 ? '' : ` and ${others.length} more directories`;
  return [
    {
      origin: ORIGIN,
      text: `${first.directory}${more} stay as they are as a whole, since ${first.path} lies more than ${MAX_PINNED_DEPTH} directories below what may be written, or has a path of more than ${MAX_RESTRICTED_PATH_BYTES} bytes; remove it, or allow a directory further down to be written`,
    },
  ];
}

/** What nobody knows the end of. */
export function noteOfUnfollowed([first, ...others]: readonly Unfollowed[]): readonly PolicyNote[] {
  if (first === undefined) return [];
  const more = others.length === 0 ? '' : `, nor are ${others.length} more`;
  return [
    {
      origin: ORIGIN,
      text: `${first.path} is not followed to a directory${more}, so git hooks and config there may be left open: ${first.why}; remove it`,
    },
  ];
}

function noteOfShut(shut: readonly string[]): PolicyNote {
  const [first = '', ...others] = shut;
  const more = others.length === 0 ? '' : ` and, below the same root, ${others.length} more directories`;
  return {
    origin: ORIGIN,
    text: `${first}${more} cannot be looked into, so all of it stays as it is; let this user read and enter it (chmod u+rx), or if it is of somebody else, allow it by itself`,
  };
}

const ORIGIN = DEFAULTS.configuration;

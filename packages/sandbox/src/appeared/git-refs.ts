import { childOf, MAX_PATH_BYTES, NOT_UTF_8 } from '../files/paths.js';
import { readBeginning } from '../files/read-small-file.js';
import type { ChangeLook } from './change-look.js';
import { shown } from './findings.js';
import { textOf, UNREADABLE_NAME } from './tell.js';

/** Whether git may take a file for a ref because of its name alone, wherever no branches are kept: `HEAD`, `ORIG_HEAD` and the like. */
export function isPseudoRef(name: string): boolean {
  return PSEUDO_REF.test(name);
}

/** Whether it is a full name that git gives to a ref, by which nobody leaves the directory of refs. */
export function isRefName(name: string): boolean {
  const [top, ...parts] = name.split('/');
  return top === 'refs' && parts.length > 0 && parts.every((part) => PART_OF_NAME.test(part));
}

/**
 * Tells of a symbolic ref as git writes none below `refs`: what stands in its file is a path, from the directory of its repository, to which git
 * writes instead.
 */
export function tellRef(path: string, directory: string, look: ChangeLook): undefined {
  tellSymbolic(path, directory, look, 'remove it', () => true);
}

/** The same of those that are called so, of which git has only two stand for another one. */
export function tellPseudoRef(path: string, directory: string, look: ChangeLook): undefined {
  if (path.endsWith('/HEAD')) tellSymbolic(path, directory, look, NAME_A_BRANCH, () => true);
  else {
    const isOfNotes = path.endsWith('/NOTES_MERGE_REF');
    tellSymbolic(path, directory, look, 'remove it', (to) => isOfNotes && to.startsWith('refs/notes/'));
  }
}

function tellSymbolic(
  path: string,
  directory: string,
  { findings }: ChangeLook,
  remedy: string,
  isUsual: (target: string) => boolean,
): void {
  if (readBeginning(path, SYMBOLIC.length) !== SYMBOLIC) return;
  const target = textOf(path)?.slice(SYMBOLIC.length).replace(ENDS, '');
  if (target !== undefined && isLookedAt(target, directory) && isRefName(target) && isUsual(target)) return;
  const to = JSON.stringify(shown(target ?? UNREADABLE_NAME));
  findings.add(
    'gitState',
    path,
    (at) =>
      `${at} stands for ${to}, as git never has it, and git pull, reset or rebase outside may write there; ${remedy}`,
  );
}

/** Whether what such a ref holds in turn can be read here: git begins where it runs, and can go further than whoever begins at the root. */
function isLookedAt(target: string, directory: string): boolean {
  return !target.includes(NOT_UTF_8) && Buffer.byteLength(childOf(directory, target)) < MAX_PATH_BYTES;
}

const NAME_A_BRANCH = 'have it say ref: refs/heads/ and the name of a branch';

const SYMBOLIC = 'ref:';

/** What git leaves out around the target. */
const ENDS = /^[ \t\r\n]+|[ \t\r\n]+$/g;

/** Without the messages that somebody writes in an editor, which may begin in any way. */
const PSEUDO_REF = /^(?!.*_(?:EDITMSG|MSG|DESCRIPTION)$)[A-Z_-]+$/;

const PART_OF_NAME = /^(?!\.)[^\p{Cc} ]+(?<!\.lock)$/u;

import { MAX_PATH_BYTES, parentOf } from '../files/paths.js';
import { readBeginning } from '../files/read-small-file.js';
import type { ChangeLook } from './change-look.js';
import { shown } from './findings.js';
import { isStrangeName } from './git-index.js';
import { isRefName } from './git-refs.js';
import { byChange, byContent, type Told, textOf, UNREADABLE_NAME } from './tell.js';

/** Of a file that git goes on by after it has stopped: in a rebase, a cherry-pick, git am and the like. Undefined for any other. */
export function toldOfStopped(path: string): Told | undefined {
  return TELLS.find(([files]) => files.test(path))?.[1];
}

function tellRebase(path: string, _directory: string, { findings }: ChangeLook): undefined {
  findings.add(
    'gitState',
    path,
    (at) =>
      `${at} belongs to a rebase that was not ended, and git rebase --continue outside runs what it says; look at it, or git rebase --abort`,
  );
}

/** The prompt that git brings for shells has what stands for a number expanded, with the commands in it. */
function tellStep(path: string, _directory: string, { findings }: ChangeLook): undefined {
  const said = textOf(path);
  if (said !== undefined && /^\d*\n?$/.test(said)) return;
  findings.add(
    'gitState',
    path,
    (at) =>
      `${at} says ${JSON.stringify(shown(said ?? UNREADABLE_NAME))}, which is no number of a step, and the prompt of git in a shell outside runs it; remove it, or git rebase --abort`,
  );
}

/** Git takes the names that it finds there for those of refs. */
function tellRefsOfRebase(path: string, _directory: string, { findings }: ChangeLook): undefined {
  const name = strangeRefIn(path, textOf(path));
  if (name === undefined) return;
  findings.add(
    'gitState',
    path,
    (at) =>
      `${at} names ${JSON.stringify(shown(name))}, which is no ref, and git rebase --continue outside may write there; look at it, or git rebase --quit`,
  );
}

/** What is no name of a ref though git would write it as one. */
function strangeRefIn(path: string, text: string | undefined): string | undefined {
  const lines = text?.replace(/\n$/, '').split('\n');
  if (lines === undefined) return UNREADABLE_NAME;
  if (path.endsWith('/head-name')) return lines.find((line) => line !== DETACHED && !isRefName(line));
  if (text === '') return undefined;
  // Each name is followed by what it stood for and what it is to stand for.
  return lines.find((line, at) => !(at % 3 === 0 ? isRefName(line) : OBJECT_NAME.test(line)));
}

/** Git makes refs for what is merged anew, and has them deleted at the end. */
function tellDeleted(path: string, _directory: string, { findings }: ChangeLook): undefined {
  const lines = textOf(path)?.split('\n') ?? [UNREADABLE_NAME];
  const name = lines.find((line) => line !== '' && !(line.startsWith('refs/rewritten/') && isRefName(line)));
  if (name === undefined) return;
  findings.add(
    'gitState',
    path,
    (at) =>
      `${at} names ${JSON.stringify(shown(name))}, and git rebase --continue outside deletes that ref; look at it, or git rebase --abort`,
  );
}

function tellPatches(path: string, _directory: string, { findings }: ChangeLook): undefined {
  const folder = parentOf(path);
  if (findings.report.found.some((found) => found.path === folder)) return;
  findings.add(
    'gitState',
    folder,
    (at) =>
      `${at} has patches, changed meanwhile, of a git am or rebase that was not ended, and git am --continue outside applies those that are left; look at them, or git am --abort`,
  );
}

function tellPicks(path: string, _directory: string, { findings }: ChangeLook): undefined {
  findings.add(
    'gitState',
    path,
    (at) =>
      `${at} belongs to a cherry-pick or revert that was not ended, and git cherry-pick --continue outside goes by what it says; look at it, or git cherry-pick --abort`,
  );
}

/** `git bisect reset` hands it on as what is to be checked out. */
function tellBisect(path: string, _directory: string, { findings }: ChangeLook): undefined {
  const said = readBeginning(path, MAX_PATH_BYTES)?.trim() ?? '';
  if (!said.startsWith('-')) return;
  findings.add(
    'gitState',
    path,
    (at) =>
      `${at} says ${JSON.stringify(shown(said))}, which git bisect reset outside takes for an option; look at it, or git bisect reset with the name of a branch`,
  );
}

/** What conflicts were about, which `git commit` copies into the repository once they are resolved. */
function tellConflicts(path: string, directory: string, { findings }: ChangeLook): undefined {
  const lines = textOf(path)?.split('\0') ?? [UNREADABLE_NAME];
  const names = lines.filter((line) => line !== '').map((line) => line.slice(line.indexOf('\t') + 1));
  const name = names.find(isStrangeName) ?? names[0];
  if (name === undefined) return;
  findings.add(
    'gitState',
    path,
    (at) =>
      `${at} names ${JSON.stringify(shown(name))}, which git commit outside copies into ${shown(directory)}; remove it, unless conflicts are being resolved`,
  );
}

/** What a rebase of no branch has in the place of its name. */
const DETACHED = 'detached HEAD';

const OBJECT_NAME = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

const TELLS: readonly (readonly [RegExp, Told])[] = [
  [/\/MERGE_RR$/, byChange(tellConflicts)],
  [/\/BISECT_START$/, byContent(tellBisect)],
  // What is to be done, what runs, and options that are handed on as they are.
  [/\/rebase-merge\/(?:git-rebase-todo|strategy|strategy_opts)$/, byChange(tellRebase)],
  [/\/rebase-apply\/(?:apply-opt|next|gpg_sign_opt)$/, byChange(tellRebase)],
  [/\/(?:rebase-merge\/(?:msgnum|end)|rebase-apply\/last)$/, byContent(tellStep)],
  [/\/rebase-merge\/(?:head-name|update-refs)$/, byContent(tellRefsOfRebase)],
  [/\/rebase-merge\/refs-to-delete$/, byContent(tellDeleted)],
  [/\/rebase-apply\/head-name$/, byContent(tellRefsOfRebase)],
  [/\/rebase-apply\/(?:\d+|patch)$/, byChange(tellPatches)],
  [/\/sequencer\/(?:todo|opts)$/, byChange(tellPicks)],
];

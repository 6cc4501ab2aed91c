import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { temporaryDirectory } from '../files/testing/temporary-directory.js';
import type { Appeared } from './appeared.js';
import { changesIn } from './testing/changes-in.js';

let work: string;
let directory: string;

beforeEach(() => {
  work = temporaryDirectory();
  directory = path.join(work, '.git');
  git('init', '-q', '-b', 'main');
  commit('base');
  git('checkout', '-q', '-b', 'feature');
  commit('one');
  git('branch', 'below');
  commit('two');
  git('checkout', '-q', 'main');
  commit('other');
});

function commit(text: string): void {
  writeFileSync(path.join(work, 'file'), `${text}\n`);
  git('add', 'file');
  git('commit', '-qm', text);
}

function git(...args: readonly string[]): void {
  execFileSync('git', ['-C', work, ...WHO, ...args], { stdio: 'ignore' });
}

/** What stops, since files have been changed in two ways. */
function stop(...args: readonly string[]): void {
  expect(spawnSync('git', ['-C', work, ...WHO, ...args], { stdio: 'ignore' }).status).not.toBe(0);
}

const WHO = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];

/** By name, with only what is told beside the list of a rebase that has not ended. */
async function toldBeside(...names: readonly string[]): Promise<readonly Appeared[]> {
  const found = await changesIn(directory);
  return found.filter((one) => !names.includes(path.relative(directory, one.path)));
}

function refNote(name: string, said: string): Appeared {
  const at = path.join(directory, name);
  const text = `${at} names ${JSON.stringify(said)}, which is no ref, and git rebase --continue outside may write there; look at it, or git rebase --quit`;
  return { kind: 'gitState', path: at, text };
}

test('refs that a stopped rebase is to write are told unless they are refs', async () => {
  stop('rebase', '--update-refs', 'main', 'feature');
  const file = path.join(directory, 'rebase-merge/update-refs');
  const said = readFileSync(file, 'utf8');
  expect(said).toMatch(/^refs\/heads\/below\n[0-9a-f]{40}\n0{40}\n$/);
  expect(await toldBeside('rebase-merge/git-rebase-todo')).toEqual([]);
  for (const name of ['commondir', 'refs/heads/../../../x', 'ORIG_HEAD', '']) {
    const [, ...objects] = said.split('\n');
    writeFileSync(file, said + [name, ...objects].join('\n'));
    const note = refNote('rebase-merge/update-refs', name);
    expect(await toldBeside('rebase-merge/git-rebase-todo')).toEqual([note]);
  }
  writeFileSync(file, said.replace('\n', '\ncommondir\n'));
  expect(await toldBeside('rebase-merge/git-rebase-todo')).toEqual([
    refNote('rebase-merge/update-refs', 'commondir'),
  ]);
  writeFileSync(file, said.repeat(1024));
  expect(await toldBeside('rebase-merge/git-rebase-todo')).toEqual([
    refNote('rebase-merge/update-refs', 'what nobody can read here'),
  ]);
});

test('the branch of a stopped rebase is told unless it is one, or none', async () => {
  for (const [kind, folder] of [
    ['--merge', 'rebase-merge'],
    ['--apply', 'rebase-apply'],
  ] as const) {
    const others = [
      'rebase-merge/git-rebase-todo',
      'rebase-apply',
      'rebase-apply/apply-opt',
      'rebase-apply/next',
    ];
    for (const from of ['feature', 'feature^0']) {
      stop('rebase', kind, 'main', from);
      expect(await toldBeside(...others)).toEqual([]);
      writeFileSync(path.join(directory, folder, 'head-name'), 'commondir\n');
      expect(await toldBeside(...others)).toEqual([refNote(`${folder}/head-name`, 'commondir')]);
      git('rebase', '--quit');
      git('reset', '-q', '--hard');
    }
  }
});

test('patches that a stopped git am has left, or others have put there, are told once, and nothing of one that has ended', async () => {
  git('format-patch', '-q', '-2', 'feature');
  const patches = ['0001-one.patch', '0002-two.patch'].map((name) => path.join(work, name));
  stop('am', ...patches);
  const folder = path.join(directory, 'rebase-apply');
  const text = `${folder} has patches, changed meanwhile, of a git am or rebase that was not ended, and git am --continue outside applies those that are left; look at them, or git am --abort`;
  const others = ['rebase-apply/apply-opt', 'rebase-apply/next'];
  expect(await toldBeside(...others)).toEqual([{ kind: 'gitState', path: folder, text }]);
  git('am', '--abort');
  git('reset', '-q', '--hard', 'main~1');
  git('am', '-q', ...patches);
  expect(await changesIn(directory)).toEqual([]);
});

test('where a bisection began is told only where git bisect reset would take it for an option', async () => {
  git('bisect', 'start', 'feature', 'main~1');
  expect(await changesIn(directory)).toEqual([]);
  const at = path.join(directory, 'BISECT_START');
  writeFileSync(at, ' --orphan=x\n');
  const text = `${at} says "--orphan=x", which git bisect reset outside takes for an option; look at it, or git bisect reset with the name of a branch`;
  expect(await changesIn(directory)).toEqual([{ kind: 'gitState', path: at, text }]);
});

test('what stands for the number of a step, which the prompt of git has a shell expand, is told unless it is one', async () => {
  stop('rebase', 'main', 'feature');
  expect(readFileSync(path.join(directory, 'rebase-merge/msgnum'), 'utf8')).toBe('1\n');
  expect(await toldBeside('rebase-merge/git-rebase-todo')).toEqual([]);
  const names = ['rebase-merge/msgnum', 'rebase-merge/end', 'rebase-apply/last'];
  mkdirSync(path.join(directory, 'rebase-apply'));
  for (const name of names) writeFileSync(path.join(directory, name), '1$(x)\n');
  const notes = names.map((name) => {
    const at = path.join(directory, name);
    const text = `${at} says "1$(x)\\n", which is no number of a step, and the prompt of git in a shell outside runs it; remove it, or git rebase --abort`;
    return { kind: 'gitState', path: at, text };
  });
  const found = await toldBeside('rebase-merge/git-rebase-todo');
  expect(found.toSorted((one, other) => one.path.localeCompare(other.path))).toEqual(
    notes.toSorted((one, other) => one.path.localeCompare(other.path)),
  );
});

test('refs that a rebase is to delete are told but for those that it made', async () => {
  stop('rebase', '--rebase-merges', 'main', 'feature');
  const file = path.join(directory, 'rebase-merge/refs-to-delete');
  expect(readFileSync(file, 'utf8')).toBe('refs/rewritten/onto\n');
  expect(await toldBeside('rebase-merge/git-rebase-todo')).toEqual([]);
  for (const name of ['refs/heads/main', 'refs/rewritten/../heads/main']) {
    writeFileSync(file, `refs/rewritten/onto\n${name}\n`);
    const text = `${file} names "${name}", and git rebase --continue outside deletes that ref; look at it, or git rebase --abort`;
    expect(await toldBeside('rebase-merge/git-rebase-todo')).toEqual([
      { kind: 'gitState', path: file, text },
    ]);
  }
});

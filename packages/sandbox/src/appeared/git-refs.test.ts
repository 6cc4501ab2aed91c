import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  git('init', '-q');
  git('commit', '-q', '--allow-empty', '-m', 'one');
});

function git(...args: readonly string[]): void {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
  execFileSync('git', ['-C', work, ...who, ...args], { stdio: 'ignore' });
}

function put(name: string, text: string | Buffer): void {
  const at = path.join(directory, name);
  mkdirSync(path.dirname(at), { recursive: true });
  writeFileSync(at, text);
}

function note(name: string, target: string, remedy = 'remove it'): Appeared {
  const at = path.join(directory, name);
  const text = `${at} stands for ${JSON.stringify(target)}, as git never has it, and git pull, reset or rebase outside may write there; ${remedy}`;
  return { kind: 'gitState', path: at, text };
}

/** What is told of one file that says so and is removed again. */
async function told(name: string, text: string | Buffer): Promise<readonly Appeared[]> {
  put(name, text);
  const found = await changesIn(directory);
  rmSync(path.join(directory, name));
  return found;
}

test('a ref by which git outside writes where no refs are is told', async () => {
  git('commit', '-q', '--allow-empty', '-m', 'two');
  put('ORIG_HEAD', 'ref: ../PLANTED\n');
  expect(await changesIn(directory)).toEqual([note('ORIG_HEAD', '../PLANTED')]);
  git('reset', '-q', '--hard', 'HEAD~1');
  expect(existsSync(path.join(work, 'PLANTED'))).toBe(true);
});

test('it is told of whatever stands for something else than a ref, at each name by which git knows refs', async () => {
  git('worktree', 'add', '-q', path.join(work, 'beside'));
  const names = ['AUTO_MERGE', 'CHERRY_PICK_HEAD', 'FETCH_HEAD', 'refs/heads/x', 'refs/logs/x', 'refs/stash'];
  for (const name of [...names, 'worktrees/beside/ORIG_HEAD', 'worktrees/beside/refs/bisect/bad'])
    expect(await told(name, 'ref: commondir\n')).toEqual([note(name, 'commondir')]);
  const targets = [
    '',
    'HEAD',
    'refs',
    'refs/',
    'refs//x',
    'refs/./x',
    'refs/heads/../../../x',
    'refs/x.lock',
    '/x',
  ];
  for (const target of targets)
    expect(await told('refs/heads/x', `ref:\t${target} \n`)).toEqual([note('refs/heads/x', target)]);
});

test('what nobody can read here is told: more than is read of a file, and what would be found only at another path', async () => {
  const unread = [note('refs/heads/x', 'what nobody can read here')];
  expect(await told('refs/heads/x', `ref: ${' '.repeat(64 * 1024)}commondir`)).toEqual(unread);
  const long = `refs/heads/${'x/'.repeat(2048)}x`;
  expect(await told('refs/heads/x', `ref: ${long}`)).toEqual([
    note('refs/heads/x', `${long.slice(0, 200)}…`),
  ]);
  const unnamed = Buffer.from('ref: refs/heads/\xff', 'latin1');
  expect(await told('refs/heads/x', unnamed)).toEqual([note('refs/heads/x', 'refs/heads/\ufffd')]);
});

test('of the pseudo refs only HEAD and that of notes being merged stand for another ref', async () => {
  const text = 'ref: refs/heads/master\n';
  expect(await told('ORIG_HEAD', text)).toEqual([note('ORIG_HEAD', 'refs/heads/master')]);
  expect(await told('NOTES_MERGE_REF', text)).toEqual([note('NOTES_MERGE_REF', 'refs/heads/master')]);
  expect(await told('NOTES_MERGE_REF', 'ref: refs/notes/commits\n')).toEqual([]);
  put('HEAD', 'ref: refs/heads/../../x\n');
  const remedy = 'have it say ref: refs/heads/ and the name of a branch';
  expect(await changesIn(directory)).toEqual([note('HEAD', 'refs/heads/../../x', remedy)]);
});

test('refs that git itself makes symbolic are nothing to tell, nor is what somebody writes in an editor', async () => {
  git('branch', 'other');
  git('symbolic-ref', 'refs/heads/alias', 'refs/heads/other');
  git('checkout', '-q', '--orphan', 'fête/no-commit');
  git('clone', '-q', work, path.join(work, 'copy'));
  const clone = path.join(work, 'copy/.git');
  expect(readFileSync(path.join(clone, 'HEAD'), 'utf8')).toBe('ref: refs/heads/fête/no-commit\n');
  execFileSync('git', ['-C', path.join(work, 'copy'), 'fetch', '-q']);
  execFileSync('git', ['-C', path.join(work, 'copy'), 'remote', 'set-head', 'origin', 'other']);
  expect(readFileSync(path.join(clone, 'refs/remotes/origin/HEAD'), 'utf8')).toBe(
    'ref: refs/remotes/origin/other\n',
  );
  expect([await changesIn(directory), await changesIn(clone)]).toEqual([[], []]);
  for (const name of ['COMMIT_EDITMSG', 'MERGE_MSG', 'EDIT_DESCRIPTION', 'logs/HEAD', 'description'])
    expect(await told(name, 'ref: commondir\n')).toEqual([]);
});

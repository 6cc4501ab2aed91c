import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runHoldfast } from '../harness.js';
import { describeConfined, WHOEVER_TESTS } from './sandbox-users.js';

const DOCS = readFileSync(join(import.meta.dirname, '../../docs/sandbox.md'), 'utf8');

let repository = '';

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'holdfast-git-'));
  writeFileSync(join(repository, 'tracked'), 'old\n');
  const git = (...args: readonly string[]): Buffer => execFileSync('git', args, { cwd: repository });
  git('init', '-q');
  git('config', 'user.email', 'nobody@example.com');
  git('config', 'user.name', 'nobody');
  git('add', 'tracked');
  git('commit', '-q', '-m', 'first');
  writeFileSync(join(repository, 'tracked'), 'new\n');
  writeFileSync(join(repository, 'untracked'), 'new\n');
});

afterEach(() => {
  rmSync(repository, { recursive: true, force: true });
});

async function inRepository(script: string): Promise<readonly unknown[]> {
  const words = ['--write', repository, '--', 'sh', '-c', `cd ${repository}; ${script}`];
  const { code, stdout } = await runHoldfast(['sandbox', ...words]);
  return [code, stdout, readdirSync(repository).sort()];
}

describeConfined('git in a sandbox', WHOEVER_TESTS, () => {
  test('puts untracked files away and removes them where the missing names are excluded as documented', async () => {
    const exclude = /^printf '\/%s.*info\/exclude\)"$/m.exec(DOCS)?.[0] ?? 'false';
    const steps = [
      exclude,
      'git stash -q -u',
      'git status --short',
      'git stash pop -q',
      'git status --short',
      'git clean -f -d',
    ];
    expect(await inRepository(steps.join(' && '))).toEqual([
      0,
      ' M tracked\n?? untracked\nRemoving untracked\n',
      ['.git', 'tracked'],
    ]);
  });

  test('is told of where it leaves what git outside would follow, and of repositories, but not in its own temporary directory', async () => {
    const steps = [
      'ln -sf config .git/COMMIT_EDITMSG',
      'mkdir made',
      'git -C made init -q',
      'git clone -q . "$TMPDIR/clone"',
      'git worktree add -q "$TMPDIR/worktree"',
      'git add untracked',
    ];
    const script = `cd ${repository} && ${steps.join(' && ')}`;
    const words = ['--write', repository, '--', 'sh', '-c', script];
    const directory = join(repository, '.git');
    const told = [
      `${repository}/made/.git was not there before, and git that is run in this repository outside runs the hooks and programs that it names`,
      `${directory}/COMMIT_EDITMSG is a link, and git outside may write where it leads, with what a command has put into ${directory}; remove it`,
    ];
    expect(await runHoldfast(['sandbox', ...words])).toEqual({
      code: 0,
      stdout: '',
      stderr: told.map((text) => `holdfast: note: ${text}\n`).join(''),
    });
  });

  test('loses nothing of what it cannot put away to its end', async () => {
    expect(
      await inRepository('git stash -q -u; git checkout -q . && git stash pop -q && git status --short'),
    ).toEqual([0, ' M tracked\n?? untracked\n', ['.git', 'tracked', 'untracked']]);
  });
});

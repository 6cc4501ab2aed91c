import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PROBE_FAILURE_KEPT_MS } from '../limits.js';
import { probeBwrap } from './probe-bwrap.js';

const OPTIONS = '--bind-fd FD --ro-bind-fd FD --perms O --json-status-fd FD --seccomp FD --cap-drop CAP ';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-probe-'));
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

function install(script: string, mode = 0o755): string {
  const file = path.join(folder, 'bwrap');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, mode);
  return file;
}

async function problemFound(): Promise<string> {
  const found = await probeBwrap(folder);
  return found.works ? 'it works' : found.problem;
}

describe('a host without a bubblewrap that works is refused, with the remedy', () => {
  test('S01 there is none', async () => {
    expect(await probeBwrap(`relative:${folder}`)).toEqual({
      works: false,
      problem: 'there is no bwrap on the PATH of the executor; install bubblewrap',
    });
  });

  test('S01 it cannot be executed', async () => {
    install('exit 0', 0o644);
    expect(await problemFound()).toMatch(/there is no bwrap/);
  });

  test('S02 it lacks an option', async () => {
    const file = install(`echo '${OPTIONS.replace('--bind-fd FD', '')}'`);
    expect(await probeBwrap(folder)).toEqual({
      works: false,
      problem: `${file} has no --bind-fd; install bubblewrap 0.10 or newer`,
    });
  });

  test.each([
    [
      'S03',
      'bwrap: No permissions to create new namespace',
      /this host forbids user namespaces; allow them \(sysctl/,
    ],
    ['S03', 'bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted', /AppArmor/],
    ['S04', "bwrap: Can't mount proc on /newroot/proc: Operation not permitted", /unmasked \/proc/],
  ])('%s it complains: %s', async (_, complaint, problem) => {
    install(`case $1 in --help) echo '${OPTIONS}';; *) echo "${complaint}" >&2; exit 1;; esac`);
    expect(await problemFound()).toMatch(problem);
  });
});

test.each([
  ['at once', ''],
  ['when it is tried', `case $1 in --help) echo '${OPTIONS}'; exit;; esac`],
])(
  'one that hangs %s is ended, and counts as one that does not work',
  async (_, script) => {
    const hung = path.join(folder, 'hung');
    const file = install(`${script}\necho $$ > '${hung}'; exec sleep 300`);
    expect(await problemFound()).toBe(
      `${file} does not end within 5 s; try it by hand, and again when this machine has less to do`,
    );
    // On a machine that is too busy to start it, there is none.
    const runs = existsSync(hung) && existsSync(`/proc/${readFileSync(hung, 'utf8').trim()}`);
    expect(runs).toBe(false);
  },
  60_000,
);

test('that it works is kept until it is another one', async () => {
  const counter = path.join(folder, 'tries');
  const script = (answer: string): string =>
    `case $1 in --help) echo '${OPTIONS}';; *) echo x >> '${counter}'; ${answer};; esac`;
  const file = install(script('exit 0'));
  expect([(await probeBwrap(folder)).works, (await probeBwrap(folder)).works]).toEqual([true, true]);
  expect(readFileSync(counter, 'utf8')).toBe('x\n');
  rmSync(file);
  install(script(': replaced; exit 1'));
  expect((await probeBwrap(folder)).works).toBe(false);
});

test('a failure is kept for a while only: it may pass without a change of the program', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const setting = path.join(folder, 'setting');
  const file = install(`case $1 in --help) echo '${OPTIONS}';; *) test -e '${setting}';; esac`);
  expect((await probeBwrap(folder)).works).toBe(false);
  writeFileSync(setting, '');
  vi.advanceTimersByTime(PROBE_FAILURE_KEPT_MS - 1);
  expect((await probeBwrap(folder)).works).toBe(false);
  vi.advanceTimersByTime(1);
  expect([await probeBwrap(folder), await probeBwrap(folder)]).toEqual(
    Array(2).fill({ works: true, renamer: expect.anything() as unknown, program: file }),
  );
});

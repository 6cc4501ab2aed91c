import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PROBE_FAILURE_KEPT_MS } from '../limits.js';
import type { BwrapSearch, MayReplace } from './find-bwrap.js';
import { type BwrapCapability, probeBwrap } from './probe-bwrap.js';

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

/** On a machine whose system has none, unless said otherwise. */
function probe(
  search: Partial<BwrapSearch> = {},
  mayReplace: MayReplace = () => false,
): Promise<BwrapCapability> {
  return probeBwrap({ named: undefined, searchPath: folder, systemFolders: [], ...search }, mayReplace);
}

async function problemFound(): Promise<string> {
  const found = await probe();
  return found.works ? 'it works' : found.problem;
}

describe('a host without a bubblewrap that works is refused, with the remedy', () => {
  test('S01 there is none', async () => {
    expect(await probe({ searchPath: `relative:${folder}` })).toEqual({
      works: false,
      problem:
        'there is no bwrap among the programs of the system or on the PATH of the executor; install bubblewrap',
    });
  });

  test('S01 it cannot be executed', async () => {
    install('exit 0', 0o644);
    expect(await problemFound()).toMatch(/there is no bwrap/);
  });

  test('S02 it lacks an option', async () => {
    const file = install(`echo '${OPTIONS.replace('--bind-fd FD', '')}'`);
    expect(await probe()).toEqual({
      works: false,
      problem: `${file} has no --bind-fd; install bubblewrap 0.10 or newer`,
    });
  });

  test('it is not even loaded, whatever options it has', async () => {
    install('echo "bwrap: error while loading shared libraries: libcap.so.2: Error 24" >&2; exit 127');
    expect(await problemFound()).toBe(
      'bubblewrap does not work here: bwrap: error while loading shared libraries: libcap.so.2: Error 24',
    );
  });

  test.each([
    ['S03', 'bwrap: No permissions to create new namespace', /in a container grant SYS_ADMIN/],
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
  expect([(await probe()).works, (await probe()).works]).toEqual([true, true]);
  expect(readFileSync(counter, 'utf8')).toBe('x\n');
  rmSync(file);
  install(script(': replaced; exit 1'));
  expect((await probe()).works).toBe(false);
});

test('a failure is kept for a while only: it may pass without a change of the program', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const setting = path.join(folder, 'setting');
  const file = install(`case $1 in --help) echo '${OPTIONS}';; *) test -e '${setting}';; esac`);
  expect((await probe()).works).toBe(false);
  writeFileSync(setting, '');
  vi.advanceTimersByTime(PROBE_FAILURE_KEPT_MS - 1);
  expect((await probe()).works).toBe(false);
  vi.advanceTimersByTime(1);
  expect([await probe(), await probe()]).toEqual(
    Array(2).fill({ works: true, renamers: expect.arrayContaining(['bash']) as unknown, program: file }),
  );
});

describe('a program that a command may have put there is not executed', () => {
  const sign = (): string => path.join(folder, 'ran');

  /** A working one that tells that it was run. */
  function plant(directory: string, mode = 0o755): string {
    mkdirSync(directory, { recursive: true });
    const file = path.join(directory, 'bwrap');
    const script = `#!/bin/sh\n: > '${sign()}'\ncase $1 in --help) echo '${OPTIONS}';; esac\n`;
    writeFileSync(file, script);
    chmodSync(file, mode);
    return file;
  }

  const works = (program: string): unknown => ({
    works: true,
    renamers: expect.arrayContaining(['bash']) as unknown,
    program,
  });

  test('that of the system comes before the PATH', async () => {
    const system = path.join(folder, 'system');
    mkdirSync(system);
    const file = path.join(system, 'bwrap');
    writeFileSync(file, `#!/bin/sh\ncase $1 in --help) echo '${OPTIONS}';; esac\n`, { mode: 0o755 });
    plant(path.join(folder, 'first'));
    const searchPath = path.join(folder, 'first');
    expect(await probe({ searchPath, systemFolders: [system] })).toEqual(works(file));
    expect(existsSync(sign())).toBe(false);
  });

  test('one where the command may write is passed over', async () => {
    const planted = plant(path.join(folder, 'ws'));
    const file = install(`case $1 in --help) echo '${OPTIONS}';; esac`);
    const searchPath = `${path.dirname(planted)}:${folder}`;
    expect(await probe({ searchPath }, (at) => at === planted)).toEqual(works(file));
    expect(existsSync(sign())).toBe(false);
  });

  test('where there is no other, it is named', async () => {
    const planted = plant(path.join(folder, 'ws'));
    expect(await probe({ searchPath: path.dirname(planted) }, () => true)).toEqual({
      works: false,
      problem: `there is no bwrap among the programs of the system or on the PATH of the executor but what could be another program by now: ${planted} lies where the command may write; install bubblewrap`,
    });
    expect(existsSync(sign())).toBe(false);
  });

  test.each<[string, (planted: string) => string]>([
    ['a file', (planted) => planted],
    ['a directory', (planted) => path.dirname(planted)],
  ])('%s that others may write is passed over', async (_, open) => {
    const planted = plant(path.join(folder, 'shared'));
    chmodSync(open(planted), 0o777);
    const searchPath = path.dirname(planted);
    expect(await probe({ searchPath })).toEqual({
      works: false,
      problem: `there is no bwrap among the programs of the system or on the PATH of the executor but what could be another program by now: ${planted} could be replaced by others, who may write ${open(planted)}; install bubblewrap`,
    });
    expect(existsSync(sign())).toBe(false);
  });

  test('a link that leads where others may write is passed over', async () => {
    const planted = plant(path.join(folder, 'shared'));
    chmodSync(path.dirname(planted), 0o777);
    symlinkSync(planted, path.join(folder, 'bwrap'));
    expect(await problemFound()).toContain(`who may write ${path.dirname(planted)};`);
    expect(existsSync(sign())).toBe(false);
  });

  test('one that is named is the only one, and refused where the command may write', async () => {
    const named = plant(path.join(folder, 'named'));
    install('exit 1');
    expect(await probe({ named }, () => true)).toEqual({
      works: false,
      problem: `HOLDFAST_BWRAP is ${named}, which lies where the command may write; name another one`,
    });
    expect(existsSync(sign())).toBe(false);
    expect(await probe({ named, systemFolders: [folder] })).toEqual(works(named));
    expect(await probe({ named: path.join(folder, 'none') })).toEqual({
      works: false,
      problem: `HOLDFAST_BWRAP is ${path.join(folder, 'none')}, which is no absolute path of a program; correct it`,
    });
  });
});

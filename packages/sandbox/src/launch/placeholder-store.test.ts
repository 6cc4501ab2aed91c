import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { ExecError } from '@holdfast/exec-protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FileIdentity } from '../files/resolve-path.js';
import { StalePlan } from '../files/stale-plan.js';
import { MAX_HELD_DIRECTORIES, MAX_RECORD_BYTES } from '../limits.js';
import type { Placeholder } from '../linux/plan-mounts.js';
import type { PlaceholderText } from '../policy/path-rule.js';
import { PlaceholderStore, placeholderFolder } from './placeholder-store.js';
import { ownMark } from './placeholders/process-mark.js';
import type { HolderOrder, HolderReport } from './placeholders/testing/holder-messages.js';

const DEADLINE_MS = 120_000;
const ROUNDS = 60;

const canMount = process.getuid?.() === 0;

let place = '';
const children: ChildProcess[] = [];

beforeEach(() => {
  place = mkdtempSync(path.join(tmpdir(), 'holdfast-placeholders-'));
  mkdirSync(path.join(place, 'ws'));
  told.length = 0;
});

afterEach(async () => {
  await Promise.all(children.splice(0).map(kill));
  rmSync(place, { recursive: true, force: true });
});

const told: string[] = [];

function store(): PlaceholderStore {
  return new PlaceholderStore(path.join(place, 'records'), (problem) => told.push(problem));
}

function identityOf(file: string): FileIdentity {
  const { dev, ino } = lstatSync(file);
  return { device: dev, inode: ino };
}

function inWorkspace(name: string, text?: PlaceholderText, directory = 'ws'): Placeholder {
  const at = { path: path.join(place, directory, name), directory: identityOf(path.join(place, directory)) };
  return text === undefined ? { ...at, kind: 'directory' } : { ...at, kind: 'file', text };
}

/** What stands in the workspace, and the files of the records. */
function left(): readonly (readonly string[])[] {
  const records = readdirSync(path.join(place, 'records'), { recursive: true, withFileTypes: true });
  return [
    readdirSync(path.join(place, 'ws')).sort(),
    records.filter((entry) => entry.isFile()).map(({ name }) => name),
  ];
}

/** What stands in the workspace for sandboxes alone. */
function paths(known: PlaceholderStore): readonly string[] {
  return [...known.placeholdersIn(path.join(place, 'ws'))];
}

test('placeholders stand while they are held, and go without a trace', async () => {
  const folder = store();
  const held = await folder.hold([inWorkspace('.codex'), inWorkspace('config', '.\n')]);
  expect(readdirSync(path.join(place, 'ws')).sort()).toEqual(['.codex', 'config']);
  expect(paths(folder)).toEqual([inWorkspace('.codex').path, inWorkspace('config').path]);
  held.release();
  held.release();
  expect([left(), paths(folder)]).toEqual([[[], []], []]);
});

test('what two sandboxes hold goes with the last of them', async () => {
  const first = await store().hold([inWorkspace('.codex')]);
  const second = await store().hold([inWorkspace('.codex')]);
  first.release();
  expect(existsSync(inWorkspace('.codex').path)).toBe(true);
  second.release();
  expect(left()).toEqual([[], []]);
});

test('what has content by now is nobody’s placeholder', async () => {
  const held = await store().hold([inWorkspace('.codex'), inWorkspace('config', '.\n')]);
  writeFileSync(path.join(place, 'ws', '.codex', 'mine'), '');
  writeFileSync(path.join(place, 'ws', 'config'), 'mine');
  held.release();
  expect(left()).toEqual([['.codex', 'config'], []]);
});

test('what has content by now counts, whatever the records say, and stands in for nothing', async () => {
  const [directory, file, other] = [
    inWorkspace('.codex'),
    inWorkspace('config', '.\n'),
    inWorkspace('.agents'),
  ];
  const known = store();
  const held = await store().hold([directory, file, other]);
  expect(paths(known)).toEqual([directory.path, file.path, other.path]);
  writeFileSync(path.join(directory.path, 'mine'), '');
  writeFileSync(file.path, 'mine');
  rmSync(other.path, { recursive: true });
  symlinkSync('/', other.path);
  expect(paths(known)).toEqual([]);
  for (const one of [directory, file, other]) {
    await expect(known.hold([one])).rejects.toThrow(new StalePlan(one.path, 'came up'));
  }
  held.release();
  expect(left()).toEqual([['.agents', '.codex', 'config'], []]);
});

test('a forged record hides nothing that has content', async () => {
  const known = store();
  known.secureFolder();
  mkdirSync(path.join(place, 'ws/keys'));
  writeFileSync(path.join(place, 'ws/keys/secret'), 'secret');
  forge(path.join(place, 'ws'), [inWorkspace('keys')]);
  expect(paths(known)).toEqual([]);
  (await known.hold([inWorkspace('.codex')])).release();
  expect(left()).toEqual([['keys'], []]);
});

/** Another process that works with the same records; killed at the end of the test at the latest. */
async function holder(): Promise<ChildProcess> {
  const child = fork(path.join(import.meta.dirname, 'placeholders/testing/holder.ts'), {
    execArgv: ['--import', import.meta.resolve('tsx'), '--conditions=source'],
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
  });
  children.push(child);
  await once(child, 'message');
  return child;
}

/** @returns how many placeholders were missing while they were held. */
async function work(child: ChildProcess, rounds: number, names: readonly string[]): Promise<number> {
  const order: HolderOrder = {
    folder: path.join(place, 'records'),
    placeholders: names.map((name) => inWorkspace(name)),
    rounds,
  };
  const told = new Promise<HolderReport>((resolve, reject) => {
    child.once('message', resolve);
    child.once('close', () => reject(new Error('the holder has ended')));
  });
  child.send(order);
  const report = await told;
  return report.kind === 'holding' ? report.missing : Number.NaN;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

test(
  'the next sandbox removes what a killed one left, at other paths too',
  async () => {
    const child = await holder();
    await work(child, 0, ['.left', '.codex']);
    await kill(child);
    const next = store();
    expect(paths(next)).toEqual([inWorkspace('.left').path, inWorkspace('.codex').path]);
    (await next.hold([inWorkspace('.codex')])).release();
    expect([left(), paths(next)]).toEqual([[[], []], []]);
  },
  DEADLINE_MS,
);

test(
  'what a process holds stays, whatever others do with it at the same time',
  async () => {
    const names = ['.codex', '.agents'];
    const all = await Promise.all([holder(), holder(), holder()]);
    expect(await Promise.all(all.map((child) => work(child, ROUNDS, names)))).toEqual([0, 0, 0]);
    expect(left()[0]).toEqual([...names].sort());
    await Promise.all(all.map(kill));
    (await store().hold([inWorkspace('.other')])).release();
    expect(left()).toEqual([[], []]);
  },
  DEADLINE_MS,
);

test('what is held in another namespace of processes stays, for its numbers say nothing here', async () => {
  const elsewhere = new PlaceholderStore(
    path.join(place, 'records'),
    (problem) => told.push(problem),
    () => '1-999999999-1',
  );
  const first = await elsewhere.hold([inWorkspace('.codex'), inWorkspace('.agents')]);
  (await store().hold([inWorkspace('.codex'), inWorkspace('.other')])).release();
  expect(left()[0]).toEqual(['.agents', '.codex']);
  first.release();
  expect(left()).toEqual([[], []]);
});

test('who waits for a process that does not finish removing them is told whom to end', async () => {
  const first = await store().hold([inWorkspace('.codex')]);
  const folders = path.join(place, 'records/directories');
  const [folder = ''] = readdirSync(folders);
  const stopped = path.join(folders, folder, `${ownMark()}-stopped.leaving`);
  writeFileSync(stopped, JSON.stringify([inWorkspace('.agents')]));
  await expect(store().hold([inWorkspace('.agents')])).rejects.toThrow(
    new ExecError(
      'sandboxUnsupported',
      `sandbox: process ${process.pid} stands still while it removes what this sandbox needs; let it go on or end it`,
    ),
  );
  rmSync(stopped);
  first.release();
  expect(left()).toEqual([[], []]);
});

test('of one in another namespace who waits is told as well which record stays when it was killed', async () => {
  const first = await store().hold([inWorkspace('.codex')]);
  const folders = path.join(place, 'records/directories');
  const [folder = ''] = readdirSync(folders);
  const stopped = path.join(folders, folder, '1-17-1-stopped.leaving');
  writeFileSync(stopped, JSON.stringify([inWorkspace('.agents')]));
  await expect(store().hold([inWorkspace('.agents')])).rejects.toThrow(
    new ExecError(
      'sandboxUnsupported',
      `sandbox: process 17 of another container or namespace stands still while it removes what this sandbox needs, or was killed; let it go on, or end it and remove ${stopped}`,
    ),
  );
  rmSync(stopped);
  first.release();
  expect(left()).toEqual([[], []]);
});

test('who waits for others lets this process go on, and can give up', async () => {
  const first = await store().hold([inWorkspace('.codex')]);
  const folders = path.join(place, 'records/directories');
  const [folder = ''] = readdirSync(folders);
  const stopped = path.join(folders, folder, `${ownMark()}-stopped.leaving`);
  writeFileSync(stopped, JSON.stringify([inWorkspace('.agents')]));
  const known = store();
  const givenUp = new AbortController();
  const waiting = [
    known.hold([inWorkspace('.agents')], givenUp.signal),
    known.hold([inWorkspace('.agents')]),
  ];
  // They are recorded, so that nobody takes them for something else, and not there yet.
  await turn();
  expect([paths(known), existsSync(inWorkspace('.agents').path)]).toEqual([
    [inWorkspace('.agents').path, inWorkspace('.codex').path],
    false,
  ]);
  givenUp.abort(new Error('nobody wants it'));
  await expect(waiting[0]).rejects.toThrow('nobody wants it');
  rmSync(stopped);
  const second = await waiting[1];
  expect(left()[0]).toEqual(['.agents', '.codex']);
  second?.release();
  first.release();
  expect(left()).toEqual([[], []]);
});

test('a placeholder that cannot be made leaves none of the others, and no record', async () => {
  const folder = store();
  const impossible = inWorkspace('x'.repeat(256));
  await expect(folder.hold([inWorkspace('.codex'), impossible])).rejects.toThrow(
    new ExecError(
      'sandboxUnsupported',
      `sandbox: ${impossible.path} must not be created by the command, and cannot be kept from it (ENAMETOOLONG); let this user write its directory, or do not allow the command to`,
    ),
  );
  expect([left(), paths(folder)]).toEqual([[[], []], []]);
});

test(
  'so many names are kept from one directory as one record takes, and no more',
  async () => {
    const named = (at: number, length: number): Placeholder => inWorkspace(String(at).padEnd(length, 'x'));
    // With the comma or bracket behind it.
    const bytesOfOne = Buffer.byteLength(JSON.stringify(named(0, 200))) + 1;
    const count = Math.floor((MAX_RECORD_BYTES - 1) / bytesOfOne);
    const placeholdersOf = (bytes: number): readonly Placeholder[] => {
      const rest = bytes - 1 - count * bytesOfOne;
      return Array.from({ length: count }, (_, at) =>
        named(at, 200 + Math.max(0, Math.min(50, rest - 50 * at))),
      );
    };
    const most = placeholdersOf(MAX_RECORD_BYTES);
    expect(Buffer.byteLength(JSON.stringify(most))).toBe(MAX_RECORD_BYTES);
    const held = await store().hold(most);
    // Another one believes what it reads.
    expect([readdirSync(path.join(place, 'ws')).length, paths(store()).length]).toEqual([count, count]);
    held.release();
    const known = store();
    await expect(known.hold(placeholdersOf(MAX_RECORD_BYTES + 1))).rejects.toThrow(
      new ExecError(
        'sandboxUnsupported',
        `sandbox: there are too many names in one directory that must not be created (${count}); deny the directory instead`,
      ),
    );
    expect([left(), paths(known), told]).toEqual([[[], []], [], []]);
  },
  DEADLINE_MS,
);

test('where no records can be kept nothing is held, and the folder is named', async () => {
  const known = store();
  writeFileSync(path.join(known.secureFolder(), 'directories'), '');
  await expect(known.hold([inWorkspace('.codex')])).rejects.toThrow(
    new ExecError(
      'sandboxUnsupported',
      `sandbox: the records in ${path.join(place, 'records')} cannot be kept (EEXIST); see that this user can write there`,
    ),
  );
  expect(left()).toEqual([[], ['directories']]);
});

test.skipIf(!canMount)(
  `nor where their file system is read-only by now${canMount ? '' : ' (skipped: only root can mount)'}`,
  async () => {
    const known = store();
    const records = known.secureFolder();
    const mount = (...options: readonly string[]): unknown => execFileSync('mount', [...options, records]);
    mount('-t', 'tmpfs', '-o', 'mode=700', 'none');
    try {
      (await known.hold([inWorkspace('.codex')])).release();
      mount('-o', 'remount,ro');
      await expect(known.hold([inWorkspace('.codex')])).rejects.toThrow(
        new ExecError(
          'sandboxUnsupported',
          `sandbox: the records in ${records} cannot be kept (EROFS); see that this user can write there`,
        ),
      );
      expect(left()[0]).toEqual([]);
    } finally {
      execFileSync('umount', [records]);
    }
  },
);

test('a program that cannot tell its own process from others holds nothing, and says what it lacks', async () => {
  const known = new PlaceholderStore(
    path.join(place, 'records'),
    (problem) => told.push(problem),
    () => readFileSync(path.join(place, 'no-proc/stat'), 'utf8'),
  );
  await expect(known.hold([inWorkspace('.codex')])).rejects.toThrow(
    new ExecError(
      'sandboxUnsupported',
      'sandbox: this program cannot tell its own process from others (ENOENT); see that /proc is there and that it has file descriptors left',
    ),
  );
  expect(left()).toEqual([[], []]);
});

test('where the directory of a placeholder has gone the plan is stale, and nothing of it is left', async () => {
  const folder = store();
  const late = { ...inWorkspace('.codex'), path: path.join(place, 'ws/gone/deeper') };
  await expect(folder.hold([inWorkspace('.codex'), late])).rejects.toThrow(
    new StalePlan(path.dirname(late.path), 'has gone'),
  );
  expect([left(), paths(folder)]).toEqual([[[], []], []]);
});

/** Puts a link to a directory outside in the place of the workspace, with whose name something else is reached then. */
function exchange(outside: string): void {
  mkdirSync(path.join(place, outside), { recursive: true });
  renameSync(path.join(place, 'ws'), path.join(place, 'moved'));
  symlinkSync(path.join(place, outside), path.join(place, 'ws'));
}

test.skipIf(process.getuid?.() === 0)(
  'where the directory of a placeholder was closed the plan is stale, and nothing of it is left (needs an ordinary user)',
  async () => {
    const planned = inWorkspace('.codex');
    chmodSync(path.join(place, 'ws'), 0o500);
    await expect(store().hold([planned])).rejects.toThrow(
      new StalePlan(path.join(place, 'ws'), 'was closed'),
    );
    expect(left()).toEqual([[], []]);
    chmodSync(path.join(place, 'ws'), 0o700);
  },
);

test('nothing is made where a link leads that took the place of a directory, or of one above it', async () => {
  const folder = store();
  mkdirSync(path.join(place, 'ws/q'));
  mkdirSync(path.join(place, 'outside/q'), { recursive: true });
  const planned = inWorkspace('.codex');
  const deeper: Placeholder = {
    path: path.join(place, 'ws/q/hooks'),
    directory: identityOf(path.join(place, 'ws/q')),
    kind: 'directory',
  };
  exchange('outside');
  await expect(folder.hold([planned])).rejects.toThrow(new StalePlan(path.join(place, 'ws'), 'was replaced'));
  await expect(folder.hold([deeper])).rejects.toThrow(
    new StalePlan(path.join(place, 'ws/q'), 'was replaced'),
  );
  // The same directory as planned, by another name: something else may bear its number by now.
  rmSync(path.join(place, 'ws'));
  symlinkSync(path.join(place, 'moved'), path.join(place, 'ws'));
  await expect(folder.hold([deeper])).rejects.toThrow(
    new StalePlan(path.join(place, 'ws/q'), 'was replaced'),
  );
  expect(readdirSync(path.join(place, 'outside'), { recursive: true })).toEqual(['q']);
  expect(readdirSync(path.join(place, 'moved'), { recursive: true })).toEqual(['q']);
});

test('nothing is taken for a placeholder that a link leads to', async () => {
  const folder = store();
  symlinkSync('elsewhere', inWorkspace('config').path);
  await expect(folder.hold([inWorkspace('config')])).rejects.toThrow(
    new StalePlan(inWorkspace('config').path, 'came up'),
  );
});

test('what is held goes with its directory, whatever that is called by then', async () => {
  const held = await store().hold([inWorkspace('.codex'), inWorkspace('config', '.\n')]);
  renameSync(path.join(place, 'ws'), path.join(place, 'moved'));
  mkdirSync(path.join(place, 'ws'));
  mkdirSync(path.join(place, 'ws/.codex'));
  held.release();
  expect([readdirSync(path.join(place, 'moved')), left()]).toEqual([[], [['.codex'], []]]);
});

test('a sandbox that begins in a directory by another name knows what stands there for others, and keeps it', async () => {
  const first = await store().hold([inWorkspace('.codex')]);
  renameSync(path.join(place, 'ws'), path.join(place, 'moved'));
  const there = inWorkspace('.codex', undefined, 'moved');
  const other = store();
  expect(other.placeholdersIn(path.join(place, 'moved'))).toEqual(new Set([there.path]));
  const second = await other.hold([there]);
  first.release();
  expect(readdirSync(path.join(place, 'moved'))).toEqual(['.codex']);
  second.release();
  expect(readdirSync(path.join(place, 'moved'))).toEqual([]);
});

test('few directories are held open; what is in others goes where they were', async () => {
  const names = Array.from({ length: MAX_HELD_DIRECTORIES + 6 }, (_, n) => `d${String(n)}`);
  for (const name of names) mkdirSync(path.join(place, 'ws', name));
  const open = (): number => readdirSync('/proc/self/fd').length;
  const before = open();
  const held = await store().hold(names.map((name) => inWorkspace('.codex', undefined, `ws/${name}`)));
  expect(open() - before).toBe(MAX_HELD_DIRECTORIES);
  held.release();
  const everything = readdirSync(path.join(place, 'ws'), { recursive: true });
  expect([open(), everything.sort(), left()[1]]).toEqual([before, [...names].sort(), []]);
});

test('nothing is removed where a link leads that took the place of a directory', async () => {
  const held = await store().hold([inWorkspace('hooks'), inWorkspace('commondir', '.\n')]);
  mkdirSync(path.join(place, 'outside/hooks'), { recursive: true });
  writeFileSync(path.join(place, 'outside/commondir'), '.\n');
  exchange('outside');
  held.release();
  expect(readdirSync(path.join(place, 'outside')).sort()).toEqual(['commondir', 'hooks']);
  expect(left()[1]).toEqual([]);
});

test('a folder that others may write is not trusted', async () => {
  const folder = path.join(place, 'open');
  mkdirSync(folder, { mode: 0o755 });
  const open = new PlaceholderStore(folder, () => undefined);
  const refusal = `sandbox: ${folder} must be a directory of this user with mode 0700; remove it or correct it`;
  expect(() => open.secureFolder()).toThrow(new ExecError('sandboxUnsupported', refusal));
  await expect(open.hold([])).rejects.toThrow(new ExecError('sandboxUnsupported', refusal));
});

test('a folder that was cleaned away is there again before a sandbox is planned', async () => {
  const known = store();
  (await known.hold([inWorkspace('.codex')])).release();
  rmSync(path.join(place, 'records'), { recursive: true });
  expect(known.secureFolder()).toBe(path.join(place, 'records'));
  expect(statSync(path.join(place, 'records')).mode & 0o777).toBe(0o700);
});

/** Writes a record of a process that is not there. @returns its file. */
function forge(folderOf: string, record: unknown): string {
  const { device, inode } = identityOf(folderOf);
  const [space] = ownMark().split('-');
  const mark = `${space}-999999999-1-x`;
  const file = path.join(place, 'records/directories', `${device}-${inode}`, `${mark}-1`);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, typeof record === 'string' ? record : JSON.stringify(record));
  mkdirSync(path.join(place, 'records/processes'), { recursive: true });
  writeFileSync(path.join(place, 'records/processes', mark), '');
  return file;
}

test.each<[string, (victim: string) => unknown]>([
  [
    'in another directory',
    (victim) => [{ path: victim, directory: identityOf(path.dirname(victim)), kind: 'file', text: '' }],
  ],
  [
    'of another directory, by a way round',
    (victim) => [{ ...inWorkspace('mine', ''), path: `${place}/ws/../victim/${path.basename(victim)}` }],
  ],
  ['that is the directory itself', () => [{ ...inWorkspace('mine'), path: `${place}/ws/.` }]],
  ['with a text that no placeholder has', () => [{ ...inWorkspace('mine', ''), text: 'precious' }]],
  ['of another kind', () => [{ ...inWorkspace('mine', ''), kind: 'link' }]],
  ['without its directory', () => [{ path: `${place}/ws/mine`, kind: 'directory' }]],
  ['cut off', () => '[{"path":'],
  ['that is no list', () => inWorkspace('mine')],
])('a record %s is not believed, and told of', async (_, record) => {
  const victim = path.join(place, 'victim/file');
  mkdirSync(path.dirname(victim));
  writeFileSync(victim, '');
  writeFileSync(path.join(place, 'ws/mine'), 'precious');
  const known = store();
  known.secureFolder();
  const file = forge(path.join(place, 'ws'), record(victim));
  expect(paths(known)).toEqual([]);
  (await known.hold([inWorkspace('.codex')])).release();
  expect([existsSync(victim), left()]).toEqual([true, [['mine'], []]]);
  expect(told).toEqual([
    `the record ${file} was written by somebody else, or not to its end; what it names is left alone`,
  ]);
});

test('a named pipe and a directory among the records keep nobody waiting', async () => {
  const known = store();
  known.secureFolder();
  const file = forge(path.join(place, 'ws'), []);
  execFileSync('mkfifo', [`${file}-pipe`]);
  mkdirSync(`${file}-directory`);
  (await known.hold([inWorkspace('.codex')])).release();
  expect(left()).toEqual([[], []]);
  expect(told.map((problem) => problem.split(' ')[2])).toEqual([`${file}-directory`, `${file}-pipe`]);
});

test.each([
  [1000, '/var/tmp/holdfast-1000'],
  [0, '/run/holdfast'],
])('the records of user %i are in %s, whatever the environment', (uid, folder) => {
  expect(placeholderFolder(uid)).toBe(folder);
});

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../clock.js';
import { TestClock } from '../../testing/test-clock.js';
import { createSpillDirectory, type SpillDirectory, type SpillOptions } from './spill-directory.js';
import type { SpillFile } from './spill-file.js';
import type { SpillHandle } from './spill-segment.js';

const WAIT = { timeout: 10_000, interval: 2 };
const KIB = 1024;
const MIB = 1024 * KIB;

let parent: string;
let openedFds: number;
const directories: SpillDirectory[] = [];
const files: SpillFile[] = [];

beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'spill-test-'));
  openedFds = spillFds();
});

afterEach(async () => {
  for (const file of files.splice(0)) await file.close();
  for (const directory of directories.splice(0)) {
    expect(directory.heldBytes).toBe(0);
    await directory.close();
  }
  await vi.waitFor(() => {
    expect(spillFds()).toBe(openedFds);
  }, WAIT);
  expect(readdirSync(parent)).toEqual([]);
  rmSync(parent, { recursive: true });
});

function directoryOf(options: Partial<SpillOptions> = {}): SpillDirectory {
  const onFailure = (error: unknown): void => {
    throw error;
  };
  const directory = createSpillDirectory({ clock: systemClock, directory: parent, onFailure, ...options });
  directories.push(directory);
  return directory;
}

function spillOf(directory: SpillDirectory, onRoom: () => void = () => undefined): SpillFile {
  const file = directory.open(onRoom);
  files.push(file);
  return file;
}

/** Descriptors of this process, where the system shows them. */
function spillFds(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

function bytesOf(length: number, seed = 0): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) bytes[at] = (at * 7 + seed + (at >> 8)) & 0xff;
  return bytes;
}

/** Real files, and a switch that makes the disk full. */
function switchedDisk(): { isFull: boolean; openFile: (file: string) => Promise<SpillHandle> } {
  const disk = {
    isFull: false,
    openFile: async (file: string): Promise<SpillHandle> => {
      const handle = await open(file, 'wx+', 0o600);
      return {
        writev: (buffers, position) =>
          disk.isFull
            ? Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }))
            : handle.writev([...buffers], position),
        read: (buffer, offset, length, position) => handle.read(buffer, offset, length, position),
        close: () => handle.close(),
      };
    },
  };
  return disk;
}

test('what is appended can be read at once, and still when it is on the disk', async () => {
  const file = spillOf(directoryOf());
  expect([file.append(bytesOf(10)), file.append(bytesOf(20, 1))]).toEqual([0, 10]);
  expect(await readFrom(file, 5, 25)).toEqual(Buffer.concat([bytesOf(10), bytesOf(20, 1)]).subarray(5));
  await onDisk(() => expect(segmentsOf(parent)).toEqual([]));
  expect(await readFrom(file, 0, 30)).toEqual(Buffer.concat([bytesOf(10), bytesOf(20, 1)]));
  await expect(readFrom(file, 0, 31)).rejects.toThrow(RangeError);
});

test('nobody else may enter the directory, and files in it have no name', async () => {
  const file = spillOf(directoryOf());
  file.append(bytesOf(10));
  await onDisk(() => {
    expect(spillFds()).toBeGreaterThan(openedFds);
    expect(segmentsOf(parent)).toEqual([]);
  });
  const [name = ''] = readdirSync(parent);
  expect(name).toMatch(new RegExp(`^holdfast-spill-${process.pid}-`));
  expect(statSync(path.join(parent, name)).mode & 0o777).toBe(0o700);
});

test('a spill behaves as one long buffer of which the start is cut off', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('append' as const), length: fc.nat(700) }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('read' as const), from: fc.nat(99), to: fc.nat(99) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('discard' as const), at: fc.nat(120) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  );
  const directory = directoryOf({ segmentBytes: 1000 });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const file = directory.open(() => undefined);
      let model = Buffer.alloc(0);
      let discarded = 0;
      const reads: Promise<void>[] = [];
      for (const one of steps) {
        if (one.do === 'append') {
          const bytes = bytesOf(one.length, model.length);
          expect(file.append(bytes)).toBe(model.length);
          model = Buffer.concat([model, bytes]);
        } else if (one.do === 'read') {
          const [from = 0, to = 0] = [one.from, one.to]
            .map((share) => Math.floor((share * model.length) / 99))
            .toSorted((a, b) => a - b);
          const whole = model;
          const check = readFrom(file, from, to - from).then((bytes) => {
            // Never anything wrong; nothing at all only when it was given back.
            if (bytes === undefined) expect(from).toBeLessThan(file.start);
            else expect(bytes).toEqual(whole.subarray(from, to));
          });
          reads.push(check);
        } else if (one.do === 'discard') {
          discarded = Math.max(discarded, Math.min(model.length, Math.floor((one.at * model.length) / 99)));
          file.discardBefore(discarded);
        } else {
          await Promise.all(reads.splice(0));
        }
        expect(file.end).toBe(model.length);
        expect(file.start).toBeLessThanOrEqual(discarded);
        expect(file.heldBytes).toBe(file.end - file.start);
      }
      await Promise.all(reads);
      file.discardBefore(model.length);
      await vi.waitFor(() => {
        expect([file.start, file.heldBytes]).toEqual([model.length, 0]);
      }, WAIT);
      await file.close();
    }),
    { numRuns: 150 },
  );
});

test('200 MB go in and come out, and the disk holds no more than is wanted', {
  timeout: 30_000,
}, async () => {
  const segmentBytes = 4 * MIB;
  const room = roomSignal();
  const file = spillOf(directoryOf({ segmentBytes }), room.tell);
  const written = createHash('sha256');
  const read = createHash('sha256');
  const chunk = 24 * KIB;
  let taken = 0;
  for (let count = 0; count < 8500; count += 1) {
    const bytes = bytesOf(chunk, count);
    written.update(bytes);
    while (file.append(bytes) === undefined) await room.wait();
    if (file.end - taken < 16 * MIB) continue;
    for (const until = taken + 8 * MIB; taken < until; taken += chunk) {
      read.update((await readFrom(file, taken, chunk)) ?? Buffer.alloc(0));
      file.discardBefore(taken + chunk);
    }
    expect(file.heldBytes).toBeLessThan(16 * MIB + segmentBytes + 8 * MIB);
  }
  for (; taken < file.end; taken += chunk)
    read.update((await readFrom(file, taken, chunk)) ?? Buffer.alloc(0));
  expect(read.digest('hex')).toBe(written.digest('hex'));
});

test('a slow disk refuses, and tells when there is room again', async () => {
  const onRoom = vi.fn<() => void>();
  const file = spillOf(directoryOf(), onRoom);
  const chunk = bytesOf(64 * KIB);
  let accepted = 0;
  while (file.append(chunk) !== undefined) accepted += 1;
  expect(accepted).toBe(32);
  await vi.waitFor(() => {
    expect(onRoom).toHaveBeenCalledTimes(1);
  }, WAIT);
  expect(file.append(chunk)).toBe(2 * MIB);
});

test('at the limit of a process appends are refused until segments are given back', async () => {
  const onRoom = vi.fn<() => void>();
  const directory = directoryOf({ segmentBytes: 1000, limits: { processBytes: 2500 } });
  const file = spillOf(directory, onRoom);
  expect([file.append(bytesOf(1500)), file.append(bytesOf(1000)), file.append(bytesOf(1))]).toEqual([
    0,
    1500,
    undefined,
  ]);
  await onDisk(() => {
    file.discardBefore(1999);
    expect(file.start).toBe(1000);
  });
  await vi.waitFor(() => {
    expect(onRoom).toHaveBeenCalledTimes(1);
  }, WAIT);
  expect(file.append(bytesOf(1))).toBe(2500);
  expect(await readFrom(file, 999, 2)).toBeUndefined();
});

test('delivered output stays readable until there is need of its room', async () => {
  const directory = directoryOf({ segmentBytes: 1000, limits: { processBytes: 2500 } });
  const file = spillOf(directory);
  file.append(bytesOf(2500));
  file.delivered(2000);
  await onDisk(() => expect(spillFds() - openedFds).toBe(3));
  expect(await readFrom(file, 0, 10)).toEqual(bytesOf(10));
  expect(file.append(bytesOf(600))).toBe(2500);
  expect([file.start, file.heldBytes]).toEqual([2000, 1100]);
});

test('a full disk refuses, says so once, loses nothing, and recovers', async () => {
  const disk = switchedDisk();
  const clock = new TestClock();
  const onFailure = vi.fn<(error: unknown) => void>();
  const onRoom = vi.fn<() => void>();
  const directory = directoryOf({ clock, onFailure, openFile: disk.openFile, segmentBytes: 300 * KIB });
  const file = spillOf(directory, onRoom);
  const other = spillOf(directory);
  disk.isFull = true;
  const chunks: Buffer[] = [];
  for (
    let next = bytesOf(40 * KIB);
    file.append(next) !== undefined;
    next = bytesOf(40 * KIB, chunks.length)
  ) {
    chunks.push(next);
  }
  other.append(bytesOf(10));
  await vi.waitFor(() => {
    expect(clock.pending).toBe(2);
  }, WAIT);
  clock.advance(1000);
  await vi.waitFor(() => {
    expect(clock.pending).toBe(2);
  }, WAIT);
  expect(onFailure).toHaveBeenCalledTimes(1);
  expect(onRoom).not.toHaveBeenCalled();
  disk.isFull = false;
  clock.advance(1000);
  await vi.waitFor(() => {
    expect(onRoom).toHaveBeenCalledTimes(1);
  }, WAIT);
  const last = bytesOf(10, 5);
  expect(file.append(last)).toBe(chunks.length * 40 * KIB);
  expectSame(await readFrom(file, 0, file.end), Buffer.concat([...chunks, last]));
});

test('a directory that cannot be written to is as good as a full disk', async () => {
  const clock = new TestClock();
  const onFailure = vi.fn<(error: unknown) => void>();
  const directory = directoryOf({ clock, onFailure, directory: path.join(parent, 'later') });
  const file = spillOf(directory);
  file.append(bytesOf(10));
  await vi.waitFor(() => {
    expect(onFailure).toHaveBeenCalledTimes(1);
  }, WAIT);
  mkdirSync(path.join(parent, 'later'));
  clock.advance(1000);
  await onDisk(() => expect(spillFds() - openedFds).toBe(1));
  expect(await readFrom(file, 0, 10)).toEqual(bytesOf(10));
  await directory.close();
  rmSync(path.join(parent, 'later'), { recursive: true });
});

test('a directory that was cleaned away is made again', async () => {
  const file = spillOf(directoryOf({ segmentBytes: 10 }));
  file.append(bytesOf(10));
  await onDisk(() => expect(spillFds() - openedFds).toBe(1));
  rmSync(path.join(parent, readdirSync(parent)[0] ?? ''), { recursive: true });
  file.append(bytesOf(10, 3));
  await onDisk(() => expect(spillFds() - openedFds).toBe(2));
  expect(await readFrom(file, 0, 20)).toEqual(Buffer.concat([bytesOf(10), bytesOf(10, 3)]));
});

test.runIf(canMount())('a file system without room refuses, and works again when there is some', async () => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', parent]);
  try {
    const clock = new TestClock();
    const onFailure = vi.fn<(error: unknown) => void>();
    const onRoom = vi.fn<() => void>();
    const directory = directoryOf({ clock, onFailure, segmentBytes: 256 * KIB });
    const [first, second] = [spillOf(directory), spillOf(directory, onRoom)];
    first.append(bytesOf(768 * KIB));
    await onDisk(() => expect(spillFds() - openedFds).toBe(3));
    while (second.append(bytesOf(100 * KIB)) !== undefined);
    await vi.waitFor(() => {
      expect(onFailure.mock.calls).toMatchObject([[{ code: 'ENOSPC' }]]);
    }, WAIT);
    await first.close();
    clock.advance(1000);
    await vi.waitFor(() => {
      expect(onRoom).toHaveBeenCalled();
    }, WAIT);
    for (let at = 0; at + 100 * KIB <= second.end; at += 100 * KIB) {
      expectSame(await readFrom(second, at, 100 * KIB), bytesOf(100 * KIB));
    }
    await second.close();
    await directory.close();
  } finally {
    execFileSync('umount', [parent]);
  }
});

test('what dead servers left is removed, and nothing else', async () => {
  // No process has a number this high.
  const [dead, open, foreign] = [
    'holdfast-spill-999999999-a',
    'holdfast-spill-999999998-b',
    'other-999999999-a',
  ];
  for (const name of [dead, open, foreign]) mkdirSync(path.join(parent, name), { mode: 0o700 });
  chmodSync(path.join(parent, open), 0o755);
  await directoryOf().close();
  expect(readdirSync(parent).toSorted()).toEqual([open, foreign]);
  for (const name of [open, foreign]) rmSync(path.join(parent, name), { recursive: true });
});

test('closing in the middle of writing and reading ends both', async () => {
  const file = spillOf(directoryOf({ segmentBytes: 100 * KIB }));
  file.append(bytesOf(MIB));
  const reading = readFrom(file, 0, MIB);
  await file.close();
  expect([undefined, MIB]).toContain((await reading)?.length);
  expect(file.append(bytesOf(1))).toBeUndefined();
  expect(await readFrom(file, 0, 1)).toBeUndefined();
});

/** What lies at `offset`; undefined when it was given back. */
async function readFrom(file: SpillFile, offset: number, length: number): Promise<Buffer | undefined> {
  const bytes = Buffer.alloc(length);
  return (await file.read(offset, bytes)) ? bytes : undefined;
}

/** As `toEqual`, which takes a second for each megabyte. */
function expectSame(found: Uint8Array | undefined, expected: Buffer): void {
  expect(found === undefined ? -1 : Buffer.compare(found, expected)).toBe(0);
}

/** Waits for something that follows a write. */
function onDisk(check: () => void): Promise<void> {
  return vi.waitFor(check, WAIT);
}

function segmentsOf(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => readdirSync(path.join(directory, name)));
}

function roomSignal(): { tell: () => void; wait: () => Promise<void> } {
  let tell: () => void = () => undefined;
  let isTold = false;
  return {
    tell: () => {
      isTold = true;
      tell();
    },
    wait: () =>
      new Promise((resolve) => {
        if (isTold) resolve();
        tell = resolve;
        isTold = false;
      }),
  };
}

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const probe = mkdtempSync(path.join(tmpdir(), 'spill-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe], { stdio: 'ignore' });
    execFileSync('umount', [probe], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true });
  }
}

test('what was delivered goes at once when somebody was refused room before', async () => {
  let rooms = 0;
  const directory = directoryOf({ segmentBytes: 10, limits: { processBytes: 30, serverBytes: 30 } });
  const large = spillOf(directory);
  const small = spillOf(directory, () => {
    rooms += 1;
  });
  large.append(bytesOf(30));
  await onDisk(() => {
    expect(spillFds()).toBeGreaterThanOrEqual(openedFds + 3);
  });
  expect(small.append(bytesOf(10))).toBeUndefined();
  large.delivered(20);
  await vi.waitFor(() => {
    expect([large.start, rooms]).toEqual([20, 1]);
  }, WAIT);
});

test('a directory that is closed closes its spills', async () => {
  const directory = directoryOf();
  const file = directory.open(() => undefined);
  file.append(bytesOf(10));
  await directory.close();
  expect([await readFrom(file, 0, 10), directory.heldBytes]).toEqual([undefined, 0]);
});

import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SpawnError } from '../spawn-error.js';
import type { Pipe, PipePool } from './pipe-pool.js';
import { createPipePool } from './pipe-pool.js';

const WAIT = { timeout: 10_000, interval: 5 };

let directory: string;
let pool: PipePool;
const taken: Pipe[] = [];

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'pool-test-'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const pipe of taken.splice(0)) close(pipe);
  await pool.close();
  expect(readdirSync(directory)).toEqual([]);
  rmSync(directory, { recursive: true });
});

function take(kind: 'output' | 'input'): Pipe {
  const pipe = pool.take(kind);
  if (pipe === undefined) throw new Error('no pipe was ready');
  taken.push(pipe);
  return pipe;
}

function close(pipe: Pipe): void {
  closeSync(pipe.readFd);
  closeSync(pipe.writeFd);
}

function poolDirectory(): string {
  return path.join(directory, readdirSync(directory)[0] ?? '');
}

test.each(['output', 'input'] as const)('an %s pipe carries bytes and has no name', async (kind) => {
  pool = createPipePool({ directory, batch: 4, lowWater: 1 });
  await pool.ready();
  const before = new Set(readdirSync(poolDirectory()));
  const pipe = take(kind);
  const after = readdirSync(poolDirectory());
  writeSync(pipe.writeFd, 'hello');
  const bytes = Buffer.alloc(16);
  expect(bytes.toString('latin1', 0, readSync(pipe.readFd, bytes))).toBe('hello');
  expect(after.filter((name) => before.has(name))).toHaveLength(before.size - 1);
});

test('only the owner may enter the directory', async () => {
  pool = createPipePool({ directory, batch: 4, lowWater: 1 });
  await pool.ready();
  expect(statSync(poolDirectory()).mode & 0o777).toBe(0o700);
});

test('pipes that were taken are made again', async () => {
  pool = createPipePool({ directory, batch: 8, lowWater: 4 });
  for (let count = 0; count < 100; count += 1) {
    await pool.ready();
    take('output');
  }
  expect(taken).toHaveLength(100);
});

test('150 starts with three pipes each do not wait', async () => {
  pool = createPipePool({ directory });
  await vi.waitFor(() => {
    expect(pool.size).toBeGreaterThanOrEqual(450);
  }, WAIT);
  for (let count = 0; count < 450; count += 1) take(count % 3 === 0 ? 'input' : 'output');
});

test('an empty pool gives nothing, and pipes later', async () => {
  pool = createPipePool({ directory, batch: 2, lowWater: 1 });
  expect(pool.take('output')).toBeUndefined();
  await pool.ready();
  take('output');
});

test('a pool whose directory was cleaned away makes another', async () => {
  pool = createPipePool({ directory, batch: 4, lowWater: 1 });
  await pool.ready();
  rmSync(poolDirectory(), { recursive: true });
  expect(pool.take('output')).toBeUndefined();
  await pool.ready();
  take('output');
});

test('without mkfifo the error says what to install', async () => {
  pool = createPipePool({ directory, searchPath: directory });
  await expect(pool.ready()).rejects.toMatchObject({
    kind: 'noPipes',
    message: expect.stringContaining('mkfifo was not found; install it') as string,
  });
});

test('a mkfifo of the PATH is not run: a command may have put it there', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'planted-'));
  const sign = path.join(folder, 'ran');
  writeFileSync(path.join(folder, 'mkfifo'), `#!/bin/sh\n: > '${sign}'\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`);
  pool = createPipePool({ directory, batch: 4, lowWater: 1 });
  await pool.ready();
  expect(existsSync(sign)).toBe(false);
  rmSync(folder, { recursive: true });
});

test('a parent directory that cannot be used is named', async () => {
  pool = createPipePool({ directory: path.join(directory, 'missing') });
  await expect(pool.ready()).rejects.toThrow(path.join(directory, 'missing'));
});

test('a closed pool rejects whoever waits', async () => {
  pool = createPipePool({ directory });
  await pool.close();
  await expect(pool.ready()).rejects.toMatchObject({ kind: 'noPipes' });
});

test('a lack of descriptors is reported, and costs neither a descriptor nor the pipe', async () => {
  pool = createPipePool({ directory, batch: 2, lowWater: 1 });
  await pool.ready();
  const hoard: number[] = [];
  try {
    for (;;) hoard.push(openSync('/dev/null', 'r'));
  } catch {
    // Now every descriptor is taken but the one given back here.
    closeSync(hoard.pop() ?? -1);
  }
  try {
    expect(() => pool.take('input')).toThrow(SpawnError);
    expect(() => pool.take('input')).toThrow(/no file descriptors/);
    hoard.push(openSync('/dev/null', 'r'));
  } finally {
    hoard.forEach((fd) => {
      closeSync(fd);
    });
  }
  take('input');
});

test('what dead servers left is removed in the background, and nothing else', async () => {
  // No process has a number this high.
  const dead = ['holdfast-pipes-999999999-abc', 'holdfast-pipes-999999998-abc'].map((name) =>
    path.join(directory, name),
  );
  const others = ['unrelated-999999999-abc', `holdfast-pipes-${process.ppid}-abc`].map((name) =>
    path.join(directory, name),
  );
  for (const name of [...dead, ...others]) mkdirSync(name, { mode: 0o700 });
  for (const name of dead) writeFileSync(path.join(name, 'p1'), '');
  pool = createPipePool({ directory, batch: 4, lowWater: 1 });
  await pool.ready();
  await vi.waitFor(() => {
    expect(dead.filter((name) => existsSync(name))).toEqual([]);
  }, WAIT);
  await pool.close();
  expect(others.filter((name) => existsSync(name))).toEqual(others);
  for (const name of others) rmSync(name, { recursive: true });
});

test('a pool that is closed at once has removed what dead servers left', async () => {
  const dead = path.join(directory, 'holdfast-pipes-999999999-abc');
  mkdirSync(dead, { mode: 0o700 });
  for (let at = 0; at < 500; at += 1) writeFileSync(path.join(dead, `p${at}`), '');
  pool = createPipePool({ directory, batch: 4, lowWater: 1 });
  await pool.close();
  expect(existsSync(dead)).toBe(false);
});

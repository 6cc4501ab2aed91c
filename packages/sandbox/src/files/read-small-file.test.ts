import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { MAX_SMALL_FILE_BYTES } from '../limits.js';
import { readBeginning, readSmallFile } from './read-small-file.js';
import { realFileFacts } from './real-file-facts.js';
import { temporaryDirectory } from './testing/temporary-directory.js';

let place = '';

beforeEach(() => {
  place = temporaryDirectory();
});

function put(name: string, text: string): string {
  const file = path.join(place, name);
  writeFileSync(file, text);
  return file;
}

test('a file is read up to the limit, and not one byte further', () => {
  const file = put('file', 'né\n');
  expect([readSmallFile(file, 4), readSmallFile(file, 3), readSmallFile(put('empty', ''), 0)]).toEqual([
    'né\n',
    undefined,
    '',
  ]);
});

test('what is read while a sandbox is planned has so many bytes and no more', () => {
  const text = 'x'.repeat(MAX_SMALL_FILE_BYTES);
  expect(realFileFacts.readText(put('most', text))).toBe(text);
  expect(realFileFacts.readText(put('more', `${text}x`))).toBeUndefined();
});

test('a file as large as a disk is not read', () => {
  const file = put('huge', '');
  truncateSync(file, 2 ** 40);
  expect(readSmallFile(file, 65_536)).toBeUndefined();
});

test('of a file the beginning is read up to the limit, however much more it has', () => {
  const huge = put('huge', 'né\n');
  truncateSync(huge, 2 ** 40);
  const file = put('file', 'né\n');
  expect([file, huge, put('empty', '')].map((one) => readBeginning(one, 4))).toEqual(['né\n', 'né\n', '']);
  expect(readBeginning(file, 1)).toBe('n');
});

test('a named pipe, a device, a link, a directory and a socket are no files, and nobody waits for them', async () => {
  const at = (name: string): string => path.join(place, name);
  execFileSync('mkfifo', [at('pipe')]);
  symlinkSync('/dev/zero', at('endless'));
  symlinkSync(put('file', 'text'), at('link'));
  mkdirSync(at('directory'));
  const server = createServer();
  await new Promise<void>((listening) => server.listen(at('socket'), listening));
  const paths = [...['pipe', 'endless', 'link', 'directory', 'socket'].map(at), '/dev/zero'];
  try {
    expect(paths.filter((file) => readSmallFile(file, 10) !== undefined)).toEqual([]);
    expect(paths.filter((file) => readBeginning(file, 10) !== undefined)).toEqual([]);
  } finally {
    await new Promise((closed) => server.close(closed));
  }
});

test('a named pipe is not opened: who waits for its reader goes on waiting', async () => {
  const pipe = path.join(place, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const writer = spawn('/bin/sh', ['-c', 'echo order > "$1"', 'sh', pipe], { stdio: 'ignore' });
  const ended = once(writer, 'exit');
  await vi.waitFor(() => {
    expect(readFileSync(`/proc/${writer.pid}/wchan`, 'utf8')).toMatch(/partner|fifo/);
  });
  expect(readSmallFile(pipe, 10)).toBeUndefined();
  const fd = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    expect(await ended).toEqual([0, null]);
    expect(readFileSync(fd, 'utf8')).toBe('order\n');
  } finally {
    closeSync(fd);
  }
});

test('what the kernel shows as a file is not read: that may take it from others', () => {
  const files = ['/proc/version', '/proc/self/status', '/sys/kernel/mm/transparent_hugepage/enabled'];
  expect(files.map((file) => realFileFacts.readText(file))).toEqual(files.map(() => undefined));
  expect(files.map((file) => readBeginning(file, 10))).toEqual(files.map(() => undefined));
});

test('where nothing is, the system says so, and there is no beginning', () => {
  expect(readBeginning(path.join(place, 'missing'), 10)).toBeUndefined();
  expect(() => readSmallFile(path.join(place, 'missing'), 10)).toThrow(/ENOENT/);
});

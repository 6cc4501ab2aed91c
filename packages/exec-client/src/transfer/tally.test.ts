import { ExecError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { Tally } from './tally.js';
import { TransferError, type TransferProgress } from './transfer.js';

test('progress is told at every step, and goes back where a file is begun again', () => {
  const told: TransferProgress[] = [];
  const tally = new Tally((progress) => told.push(progress));
  tally.begin({ totalBytes: 10, totalFiles: 1 });
  tally.moved(4);
  tally.moved(-4);
  tally.moved(10);
  tally.fileDone();
  const totals = { resumedBytes: 0, totalBytes: 10, totalFiles: 1 };
  expect(told).toEqual([
    { bytes: 0, files: 0, ...totals },
    { bytes: 4, files: 0, ...totals },
    { bytes: 0, files: 0, ...totals },
    { bytes: 10, files: 0, ...totals },
    { bytes: 10, files: 1, ...totals },
  ]);
  expect(tally.result()).toEqual({
    files: 1,
    directories: 0,
    links: 0,
    bytes: 10,
    resumedBytes: 0,
    skipped: [],
  });
});

test('what was skipped is part of the result and no failure', () => {
  const tally = new Tally(undefined);
  tally.directories += 2;
  tally.skipped('"a"', 'is a symbolic link');
  expect(tally.result()).toEqual({
    files: 0,
    directories: 2,
    links: 0,
    bytes: 0,
    resumedBytes: 0,
    skipped: [{ path: '"a"', reason: 'is a symbolic link' }],
  });
});

test.each([
  [1, 'not copied: p0: gone'],
  [2, 'not copied: p0: gone (and 1 more)'],
  [3, 'not copied: p0: gone (and 2 more)'],
])('of %i failures the first is told with the number of the others', (count, message) => {
  const tally = new Tally(undefined);
  tally.moved(5);
  tally.fileDone();
  for (let at = 0; at < count; at += 1) tally.failed(`p${at}`, new ExecError('fileNotFound', 'gone'));
  const error = failureOf(() => tally.result());
  expect(error).toBeInstanceOf(TransferError);
  expect(error).toMatchObject({
    message,
    result: { files: 1, directories: 0, links: 0, bytes: 5, resumedBytes: 0, skipped: [] },
    failed: Array.from({ length: count }, (_, at) => ({ path: `p${at}`, reason: 'gone' })),
  });
});

test('a failure of the system of this machine is one of its path', () => {
  const tally = new Tally(undefined);
  tally.failed('"a"', Object.assign(new Error('EACCES: denied'), { errno: -13 }));
  expect(failureOf(() => tally.result())).toMatchObject({
    failed: [{ path: '"a"', reason: 'EACCES: denied' }],
  });
});

test.each([
  new ExecError('connectionLost', 'no session any more'),
  new ExecError('clientClosed', 'closed'),
  new TypeError('a bug'),
  'no error at all',
])('what is not about one path ends the transfer: %s', (reason) => {
  expect(failureOf(() => new Tally(undefined).failed('"a"', reason))).toBe(reason);
});

test('what there is to move changes with a file that is another size by then, and so does nothing unknown', () => {
  const told: unknown[] = [];
  const tally = new Tally((progress) => told.push(progress));
  tally.resized(5);
  tally.begin({ totalBytes: 10, totalFiles: 1 });
  tally.resized(-3);
  tally.resumedBytes += 2;
  tally.moved(2);
  const known = { files: 0, totalFiles: 1 };
  expect(told).toEqual([
    { bytes: 0, resumedBytes: 0, totalBytes: 10, ...known },
    { bytes: 2, resumedBytes: 2, totalBytes: 7, ...known },
  ]);
});

test('what a listener throws ends the transfer', () => {
  const reason = new Error('enough');
  const tally = new Tally(() => {
    throw reason;
  });
  expect(failureOf(() => tally.moved(1))).toBe(reason);
});

function failureOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

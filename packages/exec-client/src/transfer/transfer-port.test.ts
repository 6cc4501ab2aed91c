import { ExecError, FILE_TRANSFER_ATTEMPTS } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import { Tally } from './tally.js';
import { entryUri, expectSame, nameOf, persistently, type Transfer, waiting } from './transfer-port.js';

const POSIX = { shell: { name: 'sh', path: '/bin/sh' }, platformOs: 'linux' };
const WINDOWS = { shell: { name: 'cmd', path: 'C:\\cmd.exe' }, platformOs: 'windows' };
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const text = (name: Uint8Array): string => Buffer.from(name).toString('latin1');

describe('names', () => {
  test.each(['a', ' ', '%41', '?#', 'a\\b', '\xff\xfe', '...'])('%j goes there and back', (name) => {
    for (const directory of ['file:///', 'file:///d', 'file:///d%FF/e']) {
      const uri = entryUri(directory, bytes(name), POSIX);
      expect([uri.startsWith(directory), text(nameOf(uri, POSIX))]).toEqual([true, name]);
    }
  });

  test('what separates names is what separates them on the executor', () => {
    expect(text(nameOf('file:///d/a%5Cb', POSIX))).toBe('a\\b');
    expect(text(nameOf('file:///C:/d/b', WINDOWS))).toBe('b');
  });
});

test.each([
  ['file:relative/../..', 'file:///'],
  ['http://h/x', undefined],
])('the name of %s is the root or an error', (uri, root) => {
  const name = (): string => text(nameOf(uri, POSIX));
  if (root === undefined) expect(name).toThrow(expect.objectContaining({ kind: 'invalidPath' }) as Error);
  else expect(name()).toBe('');
});

test('equal content passes, other content is an error that names both and the file', () => {
  expectSame('aa', 'aa', 'f');
  expect(() => {
    expectSame('aa', 'bb', 'f');
  }).toThrow('f: what was written is not what was sent (SHA-256 bb instead of aa); copy it again');
});

test('requests wait for the signal of the transfer, if it has one', () => {
  const { signal } = new AbortController();
  expect([waiting({ signal }), waiting({ signal: undefined })]).toEqual([{ signal }, {}]);
});

describe('a file whose link breaks', () => {
  const lost = new ExecError('connectionLost', 'lost');

  /** A transfer that tells how much has been moved. */
  function transfer(): { readonly transfer: Transfer; readonly moved: number[] } {
    const moved: number[] = [];
    const tally = new Tally(({ bytes: sum }) => moved.push(sum));
    return { transfer: { tally } as Transfer, moved };
  }

  test('is moved again from its beginning, and counted once', async () => {
    const { transfer: one, moved } = transfer();
    let attempts = 0;
    await persistently(one, (more) => {
      attempts += 1;
      more(5);
      return attempts < FILE_TRANSFER_ATTEMPTS ? Promise.reject(lost) : Promise.resolve();
    });
    expect(attempts).toBe(FILE_TRANSFER_ATTEMPTS);
    expect(moved).toEqual([5, 0, 5, 0, 5]);
  });

  test('is given up after so many attempts, and counts for nothing', async () => {
    const { transfer: one, moved } = transfer();
    const outcome = persistently(one, (more) => {
      more(5);
      return Promise.reject(lost);
    });
    await expect(outcome).rejects.toBe(lost);
    expect(moved).toEqual([5, 0, 5, 0, 5, 0]);
  });

  test('is told of no more where the transfer was ended', async () => {
    const { transfer: one, moved } = transfer();
    const ended = { ...one, signal: AbortSignal.abort() };
    const outcome = persistently(ended, (more) => {
      more(5);
      return Promise.reject(lost);
    });
    await expect(outcome).rejects.toBe(lost);
    expect(moved).toEqual([5]);
  });

  test.each([
    new ExecError('fileNotFound', 'gone'),
    new ExecError('clientClosed', 'closed'),
    new Error('a bug'),
  ])('is not moved again where it failed for another reason: %s', async (reason) => {
    let attempts = 0;
    const outcome = persistently(transfer().transfer, () => {
      attempts += 1;
      return Promise.reject(reason);
    });
    await expect(outcome).rejects.toBe(reason);
    expect(attempts).toBe(1);
  });
});

import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { base64Length, CONTENT_SLICE_BYTES, MAX_READ_FILE_BYTES, type WireId } from '@holdfast/exec-protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SMALL_FILE_BYTES } from '../../file-up-to.js';
import { readFileUpTo } from '../../fs/file-requests.js';
import { toNativePath } from '../../fs/native-path.js';
import { LocalFile } from '../../fs/open/local-file.js';
import { answerFile, type WholeFile } from './file-answer.js';
import { notedRoom } from './testing/noted-room.js';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-room-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const ID = '7' as WireId;

/** Reads a file that has another size at each look. @returns the room that was asked for each of them, and the outcome. */
async function readChanging(...sizes: readonly number[]): Promise<readonly [readonly number[], unknown]> {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const rooms: number[] = [];
  const room = notedRoom((bytes) => {
    truncateSync(file, sizes[Math.min(rooms.length, sizes.length - 1)]);
    rooms.push(bytes);
  });
  const path = toNativePath(pathToFileURL(file).href, 'path');
  const whole: WholeFile = {
    path,
    readUpTo: (limitBytes) => readFileUpTo({ path: pathToFileURL(file).href, limitBytes }),
    withBlocks: async (read) => {
      const blocks = await LocalFile.open(path, 'read');
      return await read(blocks).finally(() => blocks.close());
    },
  };
  const outcome = await answerFile(room, whole, ID).then(lengthOf, String);
  return [rooms, outcome];
}

/** Bytes of the content, as the client finds it. */
function lengthOf(answer: Uint8Array | readonly Uint8Array[]): number {
  if (answer instanceof Uint8Array) return answer.length;
  const { id, result } = JSON.parse(Buffer.concat(answer).toString()) as {
    readonly id: number;
    readonly result: { readonly dataBase64: string };
  };
  expect(id).toBe(7);
  return Buffer.from(result.dataBase64, 'base64').length;
}

test('a file takes the room for what is looked at first, or for its size', async () => {
  const large = 10 * SMALL_FILE_BYTES;
  expect([await readChanging(SMALL_FILE_BYTES), await readChanging(large)]).toEqual([
    [[base64Length(SMALL_FILE_BYTES)], SMALL_FILE_BYTES],
    [[base64Length(SMALL_FILE_BYTES), base64Length(large)], large],
  ]);
});

test('one of whole blocks has nothing more behind them', async () => {
  const large = 2 * CONTENT_SLICE_BYTES;
  expect(await readChanging(large)).toEqual([[SMALL_FILE_BYTES, large].map(base64Length), large]);
});

test('one that is larger at each look is read when there is room for what it has by then', async () => {
  const sizes = [3, 30, 300].map((times) => times * SMALL_FILE_BYTES);
  expect(await readChanging(...sizes)).toEqual([
    [SMALL_FILE_BYTES, sizes[0], sizes[1], sizes[2]].map((bytes = 0) => base64Length(bytes)),
    sizes[2],
  ]);
});

test('one that is a byte larger each time is given twice the room', async () => {
  const sizes = [1, 2, 3].map((more) => 2 * SMALL_FILE_BYTES + more);
  expect(await readChanging(...sizes)).toEqual([
    [SMALL_FILE_BYTES, 2 * SMALL_FILE_BYTES + 1, 4 * SMALL_FILE_BYTES + 2].map(base64Length),
    sizes[2],
  ]);
});

test('what is larger than any answer is refused at the first look, whatever is there later', async () => {
  const refusal = `ExecError: "${join(folder, 'file')}" is larger than ${MAX_READ_FILE_BYTES} bytes; open it with fs/open and read blocks`;
  expect([
    await readChanging(MAX_READ_FILE_BYTES + 1, 1),
    await readChanging(SMALL_FILE_BYTES + 1, MAX_READ_FILE_BYTES + 1),
  ]).toEqual([
    [[base64Length(SMALL_FILE_BYTES)], refusal],
    [[SMALL_FILE_BYTES, 2 * SMALL_FILE_BYTES].map(base64Length), refusal],
  ]);
});

test('what never comes to an end is not read for ever', async () => {
  const limits: number[] = [];
  const room = notedRoom((bytes) => limits.push(bytes));
  const chunk = new Uint8Array(CONTENT_SLICE_BYTES);
  const endless: WholeFile = {
    path: toNativePath('file:///endless', 'path'),
    readUpTo: () => Promise.resolve({ isWhole: false, dataBase64: new Uint8Array(), size: 0 }),
    withBlocks: (read) => read({ read: () => Promise.resolve({ chunk, eof: false }) }),
  };
  await expect(answerFile(room, endless, ID)).rejects.toMatchObject({ kind: 'fileTooLarge' });
  expect([limits[0], limits.at(-1), limits.length]).toEqual([
    base64Length(SMALL_FILE_BYTES),
    base64Length(MAX_READ_FILE_BYTES),
    14,
  ]);
});

test('nothing is read for a client that has gone', async () => {
  const gone = new AbortController();
  let reads = 0;
  const long: WholeFile = {
    path: toNativePath('file:///long', 'path'),
    readUpTo: () => Promise.resolve({ isWhole: false, dataBase64: new Uint8Array(), size: 2 ** 28 }),
    withBlocks: (read) =>
      read({
        read: () => {
          reads += 1;
          gone.abort(new Error('gone'));
          return Promise.resolve({ chunk: new Uint8Array(CONTENT_SLICE_BYTES), eof: false });
        },
      }),
  };
  const room = notedRoom(() => undefined, gone.signal);
  await expect(answerFile(room, long, ID)).rejects.toThrow('gone');
  expect(reads).toBe(1);
});

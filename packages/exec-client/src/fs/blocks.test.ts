import { expect, test } from 'vitest';
import { createDeferred, type Deferred } from '../deferred.js';
import { BlockReader } from './block-reader.js';
import { BlockWriter } from './block-writer.js';

const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : new TextDecoder().decode(bytes);

function fileOf(content: string) {
  const asked: number[] = [];
  const read = (position: number, length: number): Promise<Uint8Array> => {
    asked.push(position);
    return Promise.resolve(new TextEncoder().encode(content.slice(position, position + length)));
  };
  return { asked, read };
}

test.each([
  ['', []],
  ['abc', ['abc']],
  ['abcd', ['abcd']],
  ['abcdefghij', ['abcd', 'efgh', 'ij']],
])('the content %j is read in whole blocks and a rest', async (content, blocks) => {
  const reader = new BlockReader(fileOf(content), undefined, 4);
  const seen: (string | undefined)[] = [];
  for (let block = await reader.next(); block !== undefined; block = await reader.next())
    seen.push(text(block));
  expect(seen).toEqual(blocks);
  expect(await reader.next()).toBeUndefined();
});

test('after the first block a few are asked for ahead, and no more', async () => {
  const file = fileOf('x'.repeat(1000));
  const reader = new BlockReader(file, undefined, 4);
  await reader.next();
  expect(file.asked).toEqual([0]);
  await reader.next();
  expect(file.asked).toEqual([0, 4, 8, 12, 16]);
  await reader.next();
  expect(file.asked).toEqual([0, 4, 8, 12, 16, 20]);
});

test('a block that cannot be read is told when its turn comes', async () => {
  const failure = new Error('broken disk');
  const reader = new BlockReader(
    { read: (position) => (position < 8 ? Promise.resolve(new Uint8Array(4)) : Promise.reject(failure)) },
    undefined,
    4,
  );
  expect((await reader.next())?.length).toBe(4);
  expect((await reader.next())?.length).toBe(4);
  await expect(reader.next()).rejects.toBe(failure);
});

function sinkOf() {
  const written: { position: number; bytes: number; answer: Deferred<undefined> }[] = [];
  const write = async (position: number, bytes: Uint8Array): Promise<void> => {
    const answer = createDeferred<undefined>();
    written.push({ position, bytes: bytes.length, answer });
    await answer.promise;
  };
  return { written, write };
}

test('what is written goes to where it belongs in blocks, a few at once', async () => {
  const sink = sinkOf();
  const writer = new BlockWriter(sink);
  const mib = 1024 * 1024;
  const writing = writer.write(new Uint8Array(5 * mib + 1));
  await Promise.resolve();
  const places = (): unknown => sink.written.map(({ position, bytes }) => [position, bytes]);
  expect(places()).toEqual([
    [0, mib],
    [mib, mib],
    [2 * mib, mib],
    [3 * mib, mib],
  ]);
  for (const { answer } of sink.written) answer.resolve(undefined);
  await writing;
  expect(places()).toEqual([
    [0, mib],
    [mib, mib],
    [2 * mib, mib],
    [3 * mib, mib],
    [4 * mib, mib],
    [5 * mib, 1],
  ]);
  for (const { answer } of sink.written) answer.resolve(undefined);
  await writer.finish();
});

test('a block that was not written fails the next call and the end', async () => {
  const sink = sinkOf();
  const writer = new BlockWriter(sink);
  await writer.write(new Uint8Array(1));
  const failure = new Error('no room');
  sink.written[0]?.answer.reject(failure);
  await expect(writer.finish()).rejects.toBe(failure);
  await expect(writer.write(new Uint8Array(1))).rejects.toBe(failure);
});

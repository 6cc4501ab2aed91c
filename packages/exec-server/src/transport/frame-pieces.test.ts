import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FramePieces } from './frame-pieces.js';

/** A frame as clients send them, of so many bytes. */
function frameOf(length: number, isMasked = true): Buffer {
  const mask = isMasked ? 0x80 : 0;
  const head = Buffer.alloc(length < 126 ? 2 : length < 2 ** 16 ? 4 : 10);
  head[0] = 0x81;
  head[1] = mask + (length < 126 ? length : length < 2 ** 16 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, Buffer.alloc(isMasked ? 4 : 0), Buffer.alloc(length, length % 251)]);
}

/** What goes on of some bytes that come in pieces. */
function joined(
  bytes: Buffer,
  sizes: () => number,
): { readonly given: readonly Buffer[]; readonly rest: number } {
  const pieces = new FramePieces();
  const given: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = sizes();
    given.push(...pieces.add(Buffer.from(bytes.subarray(at, at + size))).ready);
    at += size;
  }
  return { given, rest: Buffer.concat(pieces.rest()).length };
}

test.each([1, 1448])('a large frame that comes in pieces of %i bytes goes on in few', (size) => {
  const frame = frameOf(2 ** 19);
  const { given, rest } = joined(frame, () => size);
  expect([Buffer.concat(given).equals(frame), rest]).toEqual([true, 0]);
  expect(given.filter(({ length }) => length < 60_000).length).toBeLessThanOrEqual(15);
});

test('large pieces go on as they are', () => {
  const frame = frameOf(2 ** 20);
  const sizes = [10, 2 ** 16, 2 ** 14, 2 ** 16];
  const { given } = joined(frame, () => sizes.shift() ?? 2 ** 16);
  expect(given.slice(0, 4).map(({ length }) => length)).toEqual([10, 2 ** 16, 2 ** 14, 2 ** 16]);
});

test('however frames are cut, every byte goes on in order, and none that is whole waits', () => {
  const frames = fc.array(
    fc.tuple(fc.oneof(fc.nat(300), fc.integer({ min: 65_000, max: 140_000 })), fc.boolean()),
    { minLength: 1, maxLength: 6 },
  );
  const size = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 40_000 }));
  const cuts = fc.array(size, { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(frames, cuts, (lengths, sizes) => {
      const all = lengths.map(([length, isMasked]) => frameOf(length, isMasked));
      const bytes = Buffer.concat(all);
      const ends = all.map((_, at) => Buffer.concat(all.slice(0, at + 1)).length);
      const pieces = new FramePieces();
      const given: Buffer[] = [];
      const waited: number[] = [];
      let [came, gone] = [0, 0];
      for (let turn = 0; came < bytes.length; turn += 1) {
        const piece = Buffer.from(bytes.subarray(came, came + (sizes[turn % sizes.length] ?? 1)));
        const { ready } = pieces.add(piece);
        given.push(...ready);
        came += piece.length;
        for (const one of ready) gone += one.length;
        if (gone < (ends.findLast((end) => end <= came) ?? 0)) waited.push(came);
      }
      expect([Buffer.concat(given).equals(bytes), waited]).toEqual([true, []]);
    }),
    { numRuns: 40 },
  );
});

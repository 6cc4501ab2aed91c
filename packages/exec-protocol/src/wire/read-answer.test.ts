import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { processRead } from '../methods/process.js';
import { understoodDenial } from '../methods/sandbox-verdict.js';
import { encodeResponse } from './codec.js';
import { type WireId, wireIdFromNumber, wireIdFromString } from './envelope.js';
import { ReadAnswerWriter } from './read-answer.js';

type ReadResult = z.output<(typeof processRead)['result']>;

const seven = wireIdFromNumber(7);
const RUNNING = { nextSeq: 1, exited: false, exitCode: null, closed: false };

function writerOf(id: WireId, { chunks, denial, ...state }: ReadResult): ReadAnswerWriter {
  const outlines = chunks.map(({ chunk, ...facts }) => ({ ...facts, length: chunk.length }));
  const told = denial === undefined ? {} : { denial: understoodDenial(denial) };
  return new ReadAnswerWriter(id, { chunks: outlines, ...state, ...told });
}

/** The message, written as a server does it: empty chunks are not mentioned. */
function written(id: WireId, result: ReadResult): Uint8Array {
  const writer = writerOf(id, result);
  // Whatever a buffer has held before must not show.
  writer.begin(new Uint8Array(writer.length + 3).fill(0x21));
  for (const { chunk } of result.chunks) if (chunk.length > 0) writer.write(chunk);
  return writer.finish();
}

const seq = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const chunk = fc.record({
  seq,
  stream: fc.constantFrom('stdout' as const, 'stderr' as const, 'pty' as const),
  chunk: fc.uint8Array({ maxLength: 40 }),
});
const resized = fc.record({
  seq,
  stream: fc.constant('pty' as const),
  chunk: fc.constant(new Uint8Array(0)),
  size: fc.record({ rows: fc.integer({ min: 1, max: 999 }), cols: fc.integer({ min: 1, max: 999 }) }),
});
const finding = fc.record({
  evidence: fc.constant('path' as const),
  confidence: fc.constant('likely' as const),
  rule: fc.record({ source: fc.constant('ceiling' as const), entry: fc.string({ unit: 'binary' }) }),
});
const read = fc.record({
  chunks: fc.array(fc.oneof(chunk, resized), { maxLength: 6 }),
  nextSeq: seq,
  exited: fc.boolean(),
  exitCode: fc.option(fc.integer({ min: 0, max: 255 })),
  closed: fc.boolean(),
  failure: fc.option(fc.string({ unit: 'binary' })),
  sandboxDenied: fc.option(fc.boolean()),
});
const result: fc.Arbitrary<ReadResult> = fc.oneof(
  read,
  fc
    .tuple(read, fc.array(finding, { maxLength: 3 }))
    .map(([page, findings]) => ({ ...page, sandboxDenied: true, denial: { findings } })),
);
const id = fc.oneof(
  fc.maxSafeInteger().map(wireIdFromNumber),
  fc.string({ unit: 'binary' }).map(wireIdFromString),
);

test('says the same as the answer that is put together as text', () => {
  fc.assert(
    fc.property(id, result, (wireId, value) => {
      const message: unknown = JSON.parse(Buffer.from(written(wireId, value)).toString());
      expect(message).toEqual(JSON.parse(encodeResponse(wireId, z.encode(processRead.result, value))));
    }),
  );
});

describe('a writer', () => {
  const two = [4, 2].map((length, at) => ({ seq: at + 1, stream: 'stdout' as const, length }));

  test('says beforehand how long the message will be', () => {
    const writer = new ReadAnswerWriter(seven, { chunks: two, ...RUNNING });
    writer.begin(new Uint8Array(writer.length));
    writer.write(Buffer.from('four'));
    writer.write(Buffer.from('üx').subarray(0, 2));
    expect(writer.finish()).toHaveLength(writer.length);
  });

  test('takes the bytes at once, so that their place may be used again', () => {
    const writer = new ReadAnswerWriter(seven, { chunks: two, ...RUNNING });
    const scratch = Buffer.from('four');
    writer.begin(new Uint8Array(writer.length));
    writer.write(scratch);
    writer.write(scratch.fill('x').subarray(0, 2));
    const message = JSON.parse(Buffer.from(writer.finish()).toString()) as { result: { chunks: object[] } };
    expect(message.result.chunks).toEqual([
      { seq: 1, stream: 'stdout', chunk: 'Zm91cg==' },
      { seq: 2, stream: 'stdout', chunk: 'eHg=' },
    ]);
  });

  test('refuses bytes that do not belong there, and an end that comes too soon', () => {
    const writer = new ReadAnswerWriter(seven, { chunks: two, ...RUNNING });
    writer.begin(new Uint8Array(writer.length));
    expect(() => {
      writer.write(Buffer.from('two'));
    }).toThrow(RangeError);
    writer.write(Buffer.from('four'));
    expect(() => writer.finish()).toThrow(RangeError);
  });
});

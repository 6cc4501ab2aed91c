import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { httpRequest } from '../methods/http.js';
import { encodeResponse } from './codec.js';
import { CONTENT_SLICE_BYTES, ContentAnswerWriter } from './content-answer.js';
import { wireIdFromNumber, wireIdFromString } from './envelope.js';

const LONGEST_BYTES = 3 * CONTENT_SLICE_BYTES;

test('says the same as the answer that is put together as text, however the content comes', () => {
  const content = Buffer.allocUnsafe(LONGEST_BYTES).map((_byte, at) => (at * 7919) >> 5);
  const id = fc.oneof(
    fc.maxSafeInteger().map(wireIdFromNumber),
    fc.string({ unit: 'binary' }).map(wireIdFromString),
  );
  const headers = fc.array(fc.record({ name: fc.string(), value: fc.string({ unit: 'binary' }) }), {
    maxLength: 3,
  });
  const near = fc.integer({ min: -2, max: 2 });
  const length = fc.tuple(fc.integer({ min: 0, max: 2 }), near).map(([slices, more]) => {
    return Math.max(0, slices * CONTENT_SLICE_BYTES + more);
  });
  const cuts = fc.array(fc.integer({ min: 0, max: LONGEST_BYTES }), { maxLength: 3 });
  fc.assert(
    fc.property(id, headers, length, cuts, (wireId, others, bytes, at) => {
      const bodyBase64 = content.subarray(0, bytes);
      const writer = new ContentAnswerWriter(wireId, 'bodyBase64', { status: 200, headers: others });
      const edges = [0, ...at.filter((cut) => cut < bytes).sort((a, b) => a - b), bytes];
      for (const [index, edge] of edges.slice(1).entries())
        writer.write(bodyBase64.subarray(edges[index], edge));
      const message = Buffer.concat(writer.finish()).toString();
      const result = z.encode(httpRequest.result, { status: 200, headers: others, bodyBase64 });
      expect(message === encodeResponse(wireId, result)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('an answer that is only content', () => {
  const writer = new ContentAnswerWriter(wireIdFromNumber(7), 'dataBase64');
  const scratch = Buffer.from('four');
  writer.write(scratch);
  scratch.fill('x');
  expect(Buffer.concat(writer.finish()).toString()).toBe('{"id":7,"result":{"dataBase64":"Zm91cg=="}}');
});

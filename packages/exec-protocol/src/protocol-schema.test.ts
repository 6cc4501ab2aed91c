import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type MessageSchema, protocolSchema } from './protocol-schema.js';

// The wire is a promise to peers of other versions. When this hash changes, either the change was an accident, or it comes
// with an extension version, an entry in CHANGELOG.md and the new hash, in one commit.
const WIRE_HASH = '30189303c43cd30f90a98f0696facea0c9c2fc57ac82f0094af4471e80cfc2f2';

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => name !== 'description' && name !== 'summary');
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, sorted(inner)]),
  );
}

function messageOf(method: string): MessageSchema | undefined {
  return protocolSchema().find((message) => message.method === method);
}

test('the wire has not changed by accident', () => {
  const hash = createHash('sha256')
    .update(JSON.stringify(sorted(protocolSchema())))
    .digest('hex');
  expect(hash).toBe(WIRE_HASH);
});

test('every method stands in the schema once', () => {
  const methods = protocolSchema().map(({ method }) => method);
  expect(methods).toEqual([...new Set(methods)]);
  expect(methods).toHaveLength(51);
});

test('bytes are base64 text on the wire', () => {
  expect(messageOf('process/write')?.params).toMatchObject({
    properties: { chunk: { type: 'string', contentEncoding: 'base64' } },
    required: ['processId', 'chunk', 'writeId'],
  });
});

import { PassThrough } from 'node:stream';
import { MAX_STATUS_BYTES } from '@holdfast/sandbox/internal';
import { expect, test } from 'vitest';
import { WrapperErrors } from './wrapper-errors.js';

test('what a wrapper complains of is kept up to the limit, and taken beyond it', async () => {
  const stream = new PassThrough();
  const errors = new WrapperErrors(stream);
  stream.write('bwrap: no');
  stream.end('x'.repeat(2 * MAX_STATUS_BYTES));
  expect(await errors.all).toBe(`bwrap: no${'x'.repeat(MAX_STATUS_BYTES - 9)}`);
});

import { Readable } from 'node:stream';
import { MAX_BUFFERED_BODY_BYTES } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { settle } from '../testing/core-world.js';
import { HttpExchange } from './http-exchange.js';

/** The same memory again and again, however much comes. */
const PIECE = Buffer.alloc(MAX_BUFFERED_BODY_BYTES / 256);

/** A body of so many pieces that does not end, and what settles when all of them were taken. */
function endless(pieces: number): { readonly body: Readable; readonly taken: Promise<void> } {
  let left = pieces;
  let onTaken: () => void = () => undefined;
  const taken = new Promise<void>((resolve) => (onTaken = resolve));
  const body = new Readable({
    highWaterMark: 1,
    read() {
      left -= 1;
      if (left >= 0) this.push(PIECE);
      else onTaken();
    },
  });
  return { body, taken };
}

test('bodies that are answered whole have a bound together, and room again when one is over', async () => {
  const bodies: Readable[] = [];
  const exchange = new HttpExchange({
    client: {
      send: () => Promise.resolve({ status: 200, headers: [], body: bodies.shift() ?? Readable.from([]) }),
    },
    isForbidden: false,
    env: {},
    gone: new AbortController().signal,
    onNews: () => undefined,
  });
  const get = async (body: Readable): Promise<unknown> => {
    bodies.push(body);
    const request = exchange.request({ requestId: '', method: 'GET', url: 'http://host/' });
    return await request.catch((error: unknown) => error);
  };
  const first = endless(256);
  const whole = get(first.body);
  await first.taken;
  await settle();
  expect(await get(Readable.from([Buffer.from('x')]))).toMatchObject({ kind: 'limitExceeded' });
  first.body.destroy(new Error('over'));
  expect(await whole).toMatchObject({ kind: 'httpFailed' });
  expect(await get(Readable.from([Buffer.from('x')]))).toMatchObject({ bodyBase64: Buffer.from('x') });
});

import { Readable } from 'node:stream';
import { base64Length, MAX_BUFFERED_BODY_BYTES, PreparedAnswer, type WireId } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { settle } from '../testing/core-world.js';
import { TestClock } from '../testing/test-clock.js';
import { AnswerRoom } from './answers/answer-room.js';
import { SharedRoom } from './answers/shared-room.js';
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

const ID = '7' as WireId;

/** The exchanges of a connection whose socket holds what it was given until a test says otherwise. */
class World {
  readonly transport = {
    bufferedBytes: 0,
    sendSlices: (message: readonly Uint8Array[]): void => {
      for (const { length } of message) this.transport.bufferedBytes += length;
      this.sent.push(message);
    },
  };
  readonly sent: (readonly Uint8Array[])[] = [];
  readonly #bodies: Readable[] = [];
  readonly #exchange: HttpExchange;

  constructor(sharedRoom = new SharedRoom()) {
    const { transport } = this;
    const gone = new AbortController().signal;
    this.#exchange = new HttpExchange({
      client: {
        send: () =>
          Promise.resolve({ status: 200, headers: [], body: this.#bodies.shift() ?? Readable.from([]) }),
      },
      party: { principal: 'everybody', session: 'one' },
      isForbidden: false,
      env: {},
      gone,
      transport,
      room: new AnswerRoom({ transport, clock: new TestClock(), sharedRoom, gone }),
      onNews: () => undefined,
    });
  }

  /** The length of the body that is answered, or why there is none. */
  async get(body: Readable): Promise<unknown> {
    this.#bodies.push(body);
    try {
      const answer = await this.#exchange.request({ requestId: '', method: 'GET', url: 'http://host/' }, ID);
      if (!(answer instanceof PreparedAnswer)) return answer;
      answer.send();
      return Buffer.concat(this.sent.at(-1) ?? []).length;
    } catch (error) {
      return error;
    } finally {
      await settle();
    }
  }
}

const ENVELOPE_BYTES = '{"id":7,"result":{"status":200,"headers":[],"bodyBase64":""}}'.length;
const LITTLE = (): Readable => Readable.from([Buffer.from('x')]);

test('bodies that are answered whole have a bound together, and room again when one is over', async () => {
  const world = new World();
  const first = endless(256);
  const whole = world.get(first.body);
  await first.taken;
  await settle();
  expect(await world.get(LITTLE())).toMatchObject({ kind: 'limitExceeded' });
  first.body.destroy(new Error('over'));
  expect(await whole).toMatchObject({ kind: 'httpFailed' });
  expect(await world.get(LITTLE())).toBe(ENVELOPE_BYTES + 4);
});

test('bodies that the client has not taken count until it does', async () => {
  const world = new World();
  const pieces = Array.from({ length: 255 }, () => PIECE);
  expect(await world.get(Readable.from(pieces))).toBe(ENVELOPE_BYTES + base64Length(255 * PIECE.length));
  expect(await world.get(Readable.from([PIECE]))).toMatchObject({
    kind: 'limitExceeded',
    message:
      'http/request: the bodies that this connection is answered whole, and what it has not taken, have more than 268435456 bytes together; ask for them with streamResponse',
  });
  world.transport.bufferedBytes = 0;
  expect(await world.get(Readable.from([PIECE]))).toBe(ENVELOPE_BYTES + base64Length(PIECE.length));
});

test('bodies of all connections of a server have a bound together, beyond what belongs to each', async () => {
  const shared = new SharedRoom(2 * PIECE.length, PIECE.length);
  const [a, b] = [new World(shared), new World(shared)];
  expect(await a.get(Readable.from([PIECE, PIECE]))).toBe(ENVELOPE_BYTES + base64Length(2 * PIECE.length));
  expect(await b.get(Readable.from([PIECE, PIECE]))).toMatchObject({
    kind: 'limitExceeded',
    message:
      'http/request: the connections of this server hold 1073741824 bytes of answers; ask for the body with streamResponse',
  });
  expect(await b.get(LITTLE())).toBe(ENVELOPE_BYTES + 4);
  a.transport.bufferedBytes = 0;
  expect(await b.get(Readable.from([PIECE, PIECE]))).toBe(ENVELOPE_BYTES + base64Length(2 * PIECE.length));
});

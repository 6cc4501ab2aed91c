import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../clock.js';
import type { AnswerTransport } from '../rpc/answers/answer-transport.js';
import { GoneMessages } from '../rpc/incoming/gone-messages.js';
import { MessageTurns } from '../rpc/incoming/message-turns.js';
import { PacedTransport } from '../rpc/incoming/paced-transport.js';
import { type Listener, listen } from './listen.js';
import { FEW_FRAMES, FRAMES_A_TURN } from './read-turns.js';

let listener: Listener;
/** What has come of each connection: messages, signs of life and the end. */
let heard: string[][];
/** What has come in this turn of the event loop, and the most that came in one. */
let inTurn: number;
let mostInATurn: number;
let onEnd: () => void;
/** What is done with a transport before it is heard. */
let wrap: (transport: AnswerTransport) => AnswerTransport;

beforeEach(async () => {
  [heard, inTurn, mostInATurn] = [[], 0, 0];
  [onEnd, wrap] = [() => undefined, (transport) => transport];
  const events = { accept: hear, onFull: () => undefined };
  const address = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
  listener = await listen(address, { token: null, allowedHosts: null }, events);
});

afterEach(() => listener.close());

function hear(carrier: AnswerTransport): void {
  const own: string[] = [];
  heard.push(own);
  const transport = wrap(carrier);
  const add = (what: string): void => {
    own.push(what);
    if (inTurn === 0) setImmediate(() => (inTurn = 0));
    inTurn += 1;
    mostInATurn = Math.max(mostInATurn, inTurn);
  };
  transport.start({
    onMessage: (message) => {
      transport.send('answer');
      add(String(message));
    },
    onHeartbeat: () => {
      add('sign of life');
    },
    onDrain: () => undefined,
    onClose: () => {
      own.push('closed');
      onEnd();
    },
  });
}

/** The request of a WebSocket. */
const UPGRADE = [
  'GET / HTTP/1.1',
  'Host: 127.0.0.1',
  'Upgrade: websocket',
  'Connection: Upgrade',
  `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`,
  'Sec-WebSocket-Version: 13',
].join('\r\n');

function dial(): Socket {
  return connect(Number(new URL(listener.url).port), '127.0.0.1').on('error', () => undefined);
}

async function upgraded(): Promise<Socket> {
  const socket = dial();
  socket.write(`${UPGRADE}\r\n\r\n`);
  await once(socket, 'data');
  return socket;
}

/** Text frames of one character each, masked by nothing. */
function textFrames(texts: readonly string[]): Buffer {
  return Buffer.concat(texts.map((text) => Buffer.from([0x81, 0x81, 0, 0, 0, 0, text.charCodeAt(0)])));
}

function ended(): Promise<void> {
  return new Promise((resolve) => {
    onEnd = resolve;
  });
}

/** What fits into one read. */
const TEXTS = Array.from({ length: 9_000 }, (_, at) => String(at % 10));

/** What a turn may have of so many connections: what waited, what is read, and a few of each. */
function mostOf(connections: number): number {
  return 2 * FRAMES_A_TURN + connections * 2 * FEW_FRAMES;
}

test('of tiny messages on many connections at once a part is read in each turn, all in order, and the end last', async () => {
  const sockets = await Promise.all(Array.from({ length: 30 }, upgraded));
  let ends = 0;
  const end = new Promise<void>((resolve) => {
    onEnd = () => {
      ends += 1;
      if (ends === sockets.length) resolve();
    };
  });
  for (const socket of sockets) socket.resume().end(textFrames(TEXTS));
  await end;
  expect(heard).toEqual(sockets.map(() => [...TEXTS, 'closed']));
  expect(mostInATurn).toBeLessThanOrEqual(mostOf(sockets.length));
});

test('so it is with what comes together with the request', async () => {
  const socket = dial();
  const end = ended();
  socket.end(Buffer.concat([Buffer.from(`${UPGRADE}\r\n\r\n`), textFrames(TEXTS)]));
  socket.resume();
  await end;
  expect(heard).toEqual([[...TEXTS, 'closed']]);
  expect(mostInATurn).toBeLessThanOrEqual(mostOf(1));
});

test('signs of life are read by turns too', async () => {
  const socket = await upgraded();
  const end = ended();
  socket.resume();
  socket.write(Buffer.concat(Array(9_000).fill(Buffer.from([0x8a, 0x80, 0, 0, 0, 0]))));
  socket.write(Buffer.from([0x88, 0x80, 0, 0, 0, 0]));
  await end;
  socket.destroy();
  expect(heard).toEqual([[...Array<string>(9_000).fill('sign of life'), 'closed']]);
  expect(mostInATurn).toBeLessThanOrEqual(mostOf(1));
});

test('what had arrived is heard also where the client is gone and no answer reaches it', async () => {
  const gone = new GoneMessages({ onDropped: () => expect.unreachable() });
  const turns = new MessageTurns(systemClock);
  wrap = (carrier) => new PacedTransport({ carrier, turns, principal: 'one', gone });
  const socket = await upgraded();
  const end = ended();
  socket.write(textFrames(TEXTS), () => socket.destroy());
  await end;
  expect(heard).toEqual([[...TEXTS, 'closed']]);
});

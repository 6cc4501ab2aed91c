import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createPipeServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { TransportListener } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../clock.js';
import { CoreWorld, FLOW } from '../../testing/core-world.js';
import { StdioTransport } from '../../transport/stdio-transport.js';
import { WebSocketTransport } from '../../transport/websocket-transport.js';
import type { AnswerTransport } from '../answers/answer-transport.js';
import { GoneMessages } from './gone-messages.js';
import { MESSAGES_A_TURN } from './message-seat.js';
import { MessageTurns } from './message-turns.js';
import { PacedTransport } from './paced-transport.js';

/** A carrier that hands over what a test says, whether it is paused or not, as a WebSocket does with the rest of a read. */
class Carrier implements AnswerTransport {
  readonly label = 'a carrier';
  readonly bufferedBytes = 0;
  /** What was asked of it, in order. */
  readonly asked: string[] = [];
  #listener: TransportListener | undefined;

  get listener(): TransportListener {
    if (this.#listener === undefined) throw new Error('nobody listens');
    return this.#listener;
  }

  start(listener: TransportListener): void {
    this.#listener = listener;
  }

  arrive(...messages: readonly string[]): void {
    for (const message of messages) this.listener.onMessage(message);
  }

  send(message: string): void {
    this.asked.push(`send ${message}`);
  }

  sendBytes(message: Uint8Array, sent: () => void): void {
    this.asked.push(`bytes ${Buffer.from(message).toString()}`);
    sent();
  }

  sendSlices(message: readonly Uint8Array[]): void {
    this.asked.push(`slices ${Buffer.concat(message).toString()}`);
  }

  ping(mark?: string): boolean {
    this.asked.push(`ping ${String(mark)}`);
    return true;
  }

  pause(): void {
    this.asked.push('pause');
  }

  resume(): void {
    this.asked.push('resume');
  }

  close(): void {
    this.asked.push('close');
  }

  destroy(): void {
    this.asked.push('destroy');
  }
}

/** An event loop whose turns pass when a test says so; a message takes two milliseconds of it, or none. */
class Loop {
  #now = 0;
  #next: (() => void)[] = [];
  readonly turns = new MessageTurns(this);
  /** How many messages each connection lost that was dropped. */
  readonly dropped: number[] = [];
  readonly gone: GoneMessages;
  /** How long the machine stands still during the next message. */
  stoodStillMs = 0;

  constructor(goneBytes?: number) {
    const onDropped = (messages: number): void => void this.dropped.push(messages);
    this.gone = new GoneMessages({
      onDropped,
      ...(goneBytes === undefined ? {} : { limitBytes: goneBytes }),
    });
  }

  now(): number {
    return this.#now;
  }

  nextTurn(run: () => void): void {
    this.#next.push(run);
  }

  turn(): void {
    for (const run of this.#next.splice(0)) run();
  }

  connect(
    heard: string[],
    { takesMs = 2, principal = 'one' } = {},
  ): { readonly carrier: Carrier; readonly transport: PacedTransport } {
    const carrier = new Carrier();
    const { turns, gone } = this;
    const transport = new PacedTransport({ carrier, turns, gone, principal });
    transport.start({
      onMessage: (message) => {
        heard.push(String(message));
        this.#now += takesMs + this.stoodStillMs;
        this.stoodStillMs = 0;
      },
      onHeartbeat: (echo) => heard.push(`heartbeat ${String(echo)}`),
      onDrain: () => heard.push('drain'),
      onClose: ({ reason }) => heard.push(`closed ${reason}`),
    });
    return { carrier, transport };
  }
}

function nothingIsDropped(): GoneMessages {
  return new GoneMessages({
    onDropped: () => {
      throw new Error('messages were dropped');
    },
  });
}

const CLOSED = { code: 1000, reason: 'bye' };

test('messages have the loop for five milliseconds a turn; the others wait in order, and nothing more is read', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const { carrier } = loop.connect(heard);
  carrier.arrive('1', '2', '3', '4', '5', '6', '7');
  expect([heard.join(''), carrier.asked]).toEqual(['123', ['pause']]);
  loop.turn();
  expect([heard.join(''), carrier.asked]).toEqual(['123456', ['pause']]);
  loop.turn();
  expect([heard.join(''), carrier.asked]).toEqual(['1234567', ['pause', 'resume']]);
  loop.turn();
  carrier.arrive('8');
  expect(heard.join('')).toBe('12345678');
});

test('what several reads bring in one turn has the time of one', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const { carrier } = loop.connect(heard);
  carrier.arrive('1', '2');
  carrier.arrive('3', '4');
  expect(heard.join('')).toBe('123');
});

test('a turn has so many messages, however little time they take', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const { carrier } = loop.connect(heard, { takesMs: 0 });
  const messages = Array.from({ length: 2 * MESSAGES_A_TURN + 1 }, (_, at) => String(at));
  carrier.arrive(...messages);
  expect(heard).toEqual(messages.slice(0, MESSAGES_A_TURN));
  loop.turn();
  expect(heard).toEqual(messages.slice(0, 2 * MESSAGES_A_TURN));
  loop.turn();
  expect(heard).toEqual(messages);
});

test('connections whose messages wait share a turn, and one that has none waiting is heard at once in what is left of it', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const [left, right, calm] = [loop.connect(heard), loop.connect(heard), loop.connect(heard)];
  left.carrier.arrive('a', 'b', 'c', 'd', 'e');
  right.carrier.arrive('A', 'B', 'C', 'D');
  expect(heard.splice(0).join('')).toBe('abcAB');
  loop.turn();
  calm.carrier.arrive('*');
  expect(heard.join('')).toBe('CDde*');
});

test('a hundred connections with one message each have the time of one turn together', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const names = Array.from({ length: 100 }, (_, at) => String(at));
  const all = names.map((name) => ({ name, ...loop.connect(heard, { takesMs: 30 }) }));
  const begunAt = loop.now();
  for (const { carrier, name } of all) carrier.arrive(name);
  expect([heard, loop.now() - begunAt]).toEqual([['0'], 30]);
  expect(all.map(({ carrier }) => carrier.asked)).toEqual([[], ...names.slice(1).map(() => ['pause'])]);
  for (let turn = 0; turn < 50; turn += 1) {
    const turnAt = loop.now();
    loop.turn();
    expect(loop.now() - turnAt).toBe(30);
  }
  expect(heard).toEqual(names.slice(0, 51));
});

test('messages that take no time have their turns too, sixty-four in each for all connections together', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const names = Array.from({ length: 100 }, (_, at) => String(at));
  for (const name of names) loop.connect(heard, { takesMs: 0 }).carrier.arrive(name);
  expect(heard).toEqual(names.slice(0, 64));
});

/** Connections that always have a message under way, each of which takes thirty milliseconds or as said. */
function occupy(
  loop: Loop,
  count: number,
  { takesMs = 30, principal = 'one' } = {},
): { turn(): void; answered(): void } {
  const heard: string[] = [];
  const all = Array.from({ length: count }, (_, at) => ({
    name: String(at),
    ...loop.connect(heard, { takesMs, principal }),
  }));
  const send = (names: readonly string[]): void => {
    for (const { carrier, name } of all) if (names.includes(name)) carrier.arrive(name);
  };
  send(all.map(({ name }) => name));
  const answered = (): void => {
    send(heard.splice(0));
  };
  return {
    turn() {
      loop.turn();
      answered();
    },
    answered,
  };
}

test('a quiet client does not wait for hundreds of connections of another one whose messages take long', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const quiet = loop.connect(heard, { takesMs: 0 });
  for (let at = 0; at < 8; at += 1) {
    if (at === 7) loop.stoodStillMs = 500;
    quiet.carrier.arrive(String(at));
    loop.turn();
  }
  heard.length = 0;
  const others = occupy(loop, 400);
  for (let at = 0; at < 20; at += 1) {
    quiet.carrier.arrive(String(at));
    others.turn();
    others.turn();
  }
  expect(heard).toEqual(Array.from({ length: 20 }, (_, at) => String(at)));
});

/** A connection whose messages have taken half a second each. */
function knownToTakeLong(loop: Loop, heard: string[], principal = 'one'): Carrier {
  const { carrier } = loop.connect(heard, { takesMs: 500, principal });
  for (let at = 0; at < 8; at += 1) {
    carrier.arrive('known');
    loop.turn();
  }
  heard.length = 0;
  return carrier;
}

test('a client whose messages take long waits for the others of its principal no longer than twice as many turns', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const long = knownToTakeLong(loop, heard);
  const others = occupy(loop, 20);
  long.arrive('waits');
  for (let turn = 0; turn < 2 * 20; turn += 1) others.turn();
  expect(heard).toEqual(['waits']);
});

test('nor does it where another principal has every other turn, whichever of the two comes first', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const names = ['one', 'two'];
  const long = names.map((principal) => knownToTakeLong(loop, heard, principal));
  const others = names.map((principal) => occupy(loop, 20, { principal }));
  for (const [at, name] of names.entries()) long[at]?.arrive(name);
  for (let turn = 0; turn < 2 * 2 * 20; turn += 1) {
    loop.turn();
    for (const all of others) all.answered();
  }
  expect(heard.toSorted()).toEqual(names);
});

test('a client whose messages take long waits no longer where hundreds have messages that take little', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const long = knownToTakeLong(loop, heard);
  const others = occupy(loop, 300, { takesMs: 1 });
  for (let turn = 0; turn < 100; turn += 1) others.turn();
  long.arrive('waits');
  // Five of the ten milliseconds of a turn are for those who have waited longest.
  for (let turn = 0; turn < 300 / 5 + 1; turn += 1) others.turn();
  expect(heard).toEqual(['waits']);
});

test('a new client goes before hundreds whose messages take long, from its first message on', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const others = occupy(loop, 300, { takesMs: 3 });
  for (let turn = 0; turn < 800; turn += 1) others.turn();
  const fresh = loop.connect(heard, { takesMs: 3 }).carrier;
  for (let at = 0; at < 5; at += 1) {
    fresh.arrive(String(at));
    others.turn();
    others.turn();
  }
  expect(heard).toEqual(['0', '1', '2', '3', '4']);
});

test('principals have their turns, however many connections one of them has', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const others = occupy(loop, 400);
  loop.connect(heard, { takesMs: 30, principal: 'another' }).carrier.arrive('1');
  others.turn();
  others.turn();
  expect(heard).toEqual(['1']);
});

test('signs of life keep their place among the messages', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const { carrier } = loop.connect(heard);
  carrier.arrive('1', '2', '3', '4');
  carrier.listener.onHeartbeat?.('mark');
  carrier.listener.onHeartbeat?.();
  carrier.arrive('5');
  loop.turn();
  expect(heard).toEqual(['1', '2', '3', '4', 'heartbeat mark', 'heartbeat undefined', '5']);
});

test('while the owner has paused, what was kept stays', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const { carrier, transport } = loop.connect(heard);
  carrier.arrive('1', '2', '3', '4');
  transport.pause();
  loop.turn();
  expect([heard.join(''), carrier.asked]).toEqual(['123', ['pause']]);
  transport.resume();
  expect(carrier.asked).toEqual(['pause']);
  loop.turn();
  expect([heard.join(''), carrier.asked]).toEqual(['1234', ['pause', 'resume']]);
});

test('an end of what was kept does not undo a pause of the owner', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const { carrier, transport } = loop.connect(heard);
  carrier.arrive('1', '2', '3', '4');
  loop.turn();
  transport.pause();
  expect(carrier.asked).toEqual(['pause', 'resume', 'pause']);
  carrier.arrive('5');
  loop.turn();
  expect([heard.join(''), carrier.asked]).toEqual(['1234', ['pause', 'resume', 'pause']]);
  transport.resume();
  loop.turn();
  expect([heard.join(''), carrier.asked]).toEqual(['12345', ['pause', 'resume', 'pause', 'resume']]);
});

test('what had arrived before the carrier ended is heard before the end, also where the owner has paused', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const { carrier, transport } = loop.connect(heard);
  transport.pause();
  carrier.arrive('1', '2', '3', '4');
  carrier.listener.onClose(CLOSED);
  expect(heard).toEqual([]);
  loop.turn();
  expect(heard).toEqual(['1', '2', '3']);
  loop.turn();
  loop.turn();
  expect(heard).toEqual(['1', '2', '3', '4', 'closed bye']);
});

test('what was heard last before an end has a turn to be answered in, also where others wait for theirs', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const [ending, other] = [loop.connect(heard), loop.connect(heard)];
  ending.carrier.arrive('1', '2', '3', '4');
  other.carrier.arrive('A', 'B', 'C', 'D');
  ending.carrier.listener.onClose(CLOSED);
  expect(heard.splice(0)).toEqual(['1', '2', '3', 'A', 'B']);
  loop.turn();
  expect(heard.splice(0)).toEqual(['C', 'D', '4']);
  loop.turn();
  expect(heard).toEqual(['closed bye']);
});

test('where the messages of connections that are gone take too much, the one with most is over, and the others are heard', () => {
  const [loop, heard] = [new Loop(200 * 1024), [] as string[]];
  const [few, many] = [loop.connect(heard), loop.connect(heard)];
  few.carrier.arrive('a', 'b', 'c', 'd', 'e');
  many.carrier.arrive('A', 'B', '*'.repeat(64 * 1024), 'D');
  expect(heard.splice(0)).toEqual(['a', 'b', 'c', 'A', 'B']);
  for (const { carrier } of [few, many]) carrier.listener.onClose(CLOSED);
  expect([heard.splice(0), loop.dropped]).toEqual([['closed bye'], [2]]);
  expect([few, many].map(({ transport }) => transport.isHeard)).toEqual([false, false]);
  loop.turn();
  loop.turn();
  expect(heard).toEqual(['d', 'e', 'closed bye']);
});

test('connections whose messages were dropped take no turns from others', () => {
  const [loop, heard] = [new Loop(1), [] as string[]];
  for (const { carrier } of Array.from({ length: 40 }, () => loop.connect([]))) {
    carrier.arrive('1', '2', '3', '4');
    carrier.listener.onClose(CLOSED);
  }
  loop.connect(heard).carrier.arrive('A');
  expect([heard, loop.dropped]).toEqual([[], Array.from({ length: 40 }, () => expect.any(Number) as number)]);
  loop.turn();
  expect(heard).toEqual(['A']);
});

test('an end with nothing before it is told at once', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const { carrier } = loop.connect(heard);
  carrier.listener.onClose(CLOSED);
  expect(heard).toEqual(['closed bye']);
});

test.each(['close', 'destroy'] as const)('after %s nothing is heard but the end', (way) => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const { carrier, transport } = loop.connect(heard);
  carrier.arrive('1', '2', '3', '4');
  if (way === 'close') transport.close('goingAway', 'go');
  else transport.destroy();
  carrier.arrive('5');
  loop.turn();
  expect([heard.splice(0), carrier.asked]).toEqual([
    ['1', '2', '3'],
    ['pause', 'resume', way],
  ]);
  carrier.listener.onClose(CLOSED);
  expect(heard).toEqual(['closed bye']);
});

test('an end from here, while that of the carrier waits for what came before it, is told once', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const { carrier, transport } = loop.connect(heard);
  carrier.arrive('1', '2', '3', '4');
  carrier.listener.onClose(CLOSED);
  transport.destroy();
  loop.turn();
  loop.turn();
  expect(heard).toEqual(['1', '2', '3', 'closed bye']);
});

test('what is sent, and what has left, goes through as it is', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const { carrier, transport } = loop.connect(heard);
  transport.send('{}');
  transport.sendBytes(Buffer.from('[]'), () => heard.push('sent'));
  transport.sendSlices([Buffer.from('['), Buffer.from(']')]);
  transport.ping('mark');
  carrier.listener.onDrain();
  expect([carrier.asked, heard]).toEqual([
    ['send {}', 'bytes []', 'slices []', 'ping mark'],
    ['sent', 'drain'],
  ]);
});

test('what is sent after the end was told goes nowhere', () => {
  const [loop, heard] = [new Loop(), [] as string[]];
  const { carrier, transport } = loop.connect(heard);
  carrier.arrive('1', '2', '3', '4');
  carrier.listener.onClose(CLOSED);
  transport.send('before');
  loop.turn();
  loop.turn();
  transport.send('after');
  transport.sendBytes(Buffer.from('after'), () => heard.push('sent'));
  transport.sendSlices([Buffer.from('after')]);
  expect([carrier.asked, heard]).toEqual([
    ['pause', 'send before', 'resume'],
    ['1', '2', '3', '4', 'closed bye', 'sent'],
  ]);
});

test('what came before the end of stdio is answered, however many turns it takes', async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let now = 0;
  const clock = { now: () => now, nextTurn: (run: () => void) => setImmediate(run) };
  const carrier = new StdioTransport(input, output);
  const transport = new PacedTransport({
    carrier,
    turns: new MessageTurns(clock),
    gone: nothingIsDropped(),
    principal: 'one',
  });
  const heard: boolean[] = [];
  const answer = async (message: string | Uint8Array): Promise<void> => {
    heard.push(transport.isHeard);
    for (let step = 0; step < 10; step += 1) await Promise.resolve();
    transport.send(`answer to ${String(message)}`);
  };
  const ended = new Promise<void>((resolve) => {
    transport.start({
      onMessage: (message) => {
        now += 6;
        void answer(message);
      },
      onDrain: () => undefined,
      onClose: () => {
        resolve();
      },
    });
  });
  input.end('1\n2\n3\nlast');
  await ended;
  const answers = 'answer to 1\nanswer to 2\nanswer to 3\nanswer to last\n';
  expect(String(output.read())).toBe(answers);
  expect(heard).toEqual([true, true, true, true]);
});

/** The longest read of a socket or pipe. */
const READ_BYTES = 64 * 1024;

/** Hears everything that a carrier brings. @returns the messages, and how many of them were kept at most. */
async function hearAll(
  carrier: AnswerTransport,
): Promise<{ readonly messages: readonly string[]; readonly kept: number }> {
  const messages: string[] = [];
  let [arrived, kept] = [0, 0];
  const start = carrier.start.bind(carrier);
  carrier.start = (listener) => {
    start({
      ...listener,
      onMessage: (message) => {
        arrived += 1;
        listener.onMessage(message);
        kept = Math.max(kept, arrived - messages.length);
      },
    });
  };
  const turns = new MessageTurns(systemClock);
  const paced = new PacedTransport({ carrier, turns, gone: nothingIsDropped(), principal: 'one' });
  await new Promise<void>((resolve) => {
    paced.start({
      onMessage: (message) => messages.push(String(message)),
      onDrain: () => undefined,
      onClose: () => {
        resolve();
      },
    });
  });
  return { messages, kept };
}

const COUNT = 60_000;
const BURST = Array.from({ length: COUNT }, (_, at) => `"message ${String(at).padStart(6, '0')}"`);

test('of a burst over a WebSocket no more is kept than one read of the socket holds', async () => {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  const accepted = new Promise<AnswerTransport>((resolve) => {
    server.on('upgrade', (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, (ws) => {
        resolve(new WebSocketTransport(ws, socket, 'here'));
      });
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
  await once(client, 'open');
  const heard = hearAll(await accepted);
  for (const message of BURST) client.send(message);
  client.close();
  const { messages, kept } = await heard;
  server.close();
  expect(messages).toEqual(BURST);
  expect(kept).toBeGreaterThan(2 * MESSAGES_A_TURN);
  expect(kept).toBeLessThanOrEqual(READ_BYTES / (BURST[0] ?? '').length);
});

test('of a burst over stdio no more is kept than one read of the pipe holds', async () => {
  const server = createPipeServer();
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const writer = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [input] = await accepted;
  const heard = hearAll(new StdioTransport(input, new PassThrough()));
  writer.end(`${BURST.join('\n')}\n`);
  const { messages, kept } = await heard;
  server.close();
  expect(messages).toEqual(BURST);
  expect(kept).toBeGreaterThan(2 * MESSAGES_A_TURN);
  expect(kept).toBeLessThanOrEqual(READ_BYTES / (BURST[0] ?? '').length);
});

test('a client is answered in the middle of the burst of another one', async () => {
  await using world = new CoreWorld();
  const [busy, calm] = [await world.client(FLOW), await world.client(FLOW)];
  const requests = 100 * MESSAGES_A_TURN;
  for (let sent = 0; sent < requests; sent += 1) busy.send('environment/status', {});
  expect((await calm.request('environment/status', {})).error).toBeUndefined();
  expect(busy.received.length).toBeLessThan(requests);
});

import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { MAX_FAREWELL_BYTES, PacedConnection } from './paced-connection.js';
import { FEW_FRAMES, FRAMES_A_TURN, FRAMES_PER_REQUEST, ReadTurns } from './read-turns.js';

/** A text frame of one byte, masked by nothing. */
const FRAME = Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x31]);

const REQUEST = Buffer.from('GET / HTTP/1.1\r\n\r\n');

/** What goes on of a read when no other connection has many frames. */
const AT_ONCE = FEW_FRAMES + FRAMES_A_TURN;

/** How many frames came in each piece, or what request, and how the connection ended. */
type Heard = (number | string)[];

/** A socket whose reads a test makes. */
class TestSocket extends Socket {
  override _read(): void {
    // A test pushes what is read.
  }

  override _write(_: Buffer, __: string, done: () => void): void {
    done();
  }

  override _writev(_: unknown, done: () => void): void {
    done();
  }

  override _final(done: () => void): void {
    done();
  }
}

interface Opened {
  readonly socket: TestSocket;
  readonly connection: PacedConnection;
  readonly heard: Heard;
}

/** Connections in an event loop whose turns pass when a test says so. */
class Connections {
  readonly #next: (() => void)[] = [];
  readonly #turns = new ReadTurns({
    nextTurn: (run) => this.#next.push(run),
    after: (_, run) => {
      this.#next.push(run);
      return { cancel: () => undefined };
    },
  });

  /** One that has sent nothing. */
  async newcomer(): Promise<Opened> {
    const heard: Heard = [];
    const socket = new TestSocket({ allowHalfOpen: true });
    const connection = new PacedConnection(socket, this.#turns);
    connection.on('data', (bytes: Buffer) => heard.push(bytes.toString()));
    listenToEnd(connection, heard);
    await settled();
    return { socket, connection, heard };
  }

  /** One that is a WebSocket. @param rest What came with the request. */
  async opened(rest: Buffer = Buffer.alloc(0)): Promise<Opened> {
    const heard: Heard = [];
    const socket = new TestSocket({ allowHalfOpen: true });
    const connection = new PacedConnection(socket, this.#turns);
    connection.takeFrames(rest);
    connection.on('data', (bytes: Buffer) => heard.push(bytes.length / FRAME.length));
    listenToEnd(connection, heard);
    await settled();
    return { socket, connection, heard };
  }

  /** One turn of the event loop, with all that is due at once. */
  async turn(): Promise<void> {
    await settled();
    for (const run of this.#next.splice(0)) run();
    await settled();
  }
}

function listenToEnd(connection: PacedConnection, heard: Heard): void {
  connection.on('end', () => heard.push('end'));
  connection.on('close', () => heard.push('close'));
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** So many frames in one read. */
function frames(count: number): Buffer<ArrayBuffer> {
  return Buffer.concat(Array<Buffer<ArrayBuffer>>(count).fill(FRAME));
}

test('of many frames in one read a part goes on in each turn, and nothing more is read until all have', async () => {
  const connections = new Connections();
  const { socket, heard } = await connections.opened();
  socket.push(frames(AT_ONCE + FRAMES_A_TURN + 1));
  expect([[...heard], socket.isPaused()]).toEqual([[AT_ONCE], true]);
  await connections.turn();
  expect([[...heard], socket.isPaused()]).toEqual([[AT_ONCE, FRAMES_A_TURN], true]);
  await connections.turn();
  expect([heard, socket.isPaused()]).toEqual([[AT_ONCE, FRAMES_A_TURN, 1], false]);
});

test('a few frames in one read, or one large one, go on at once as they are, whatever others have sent', async () => {
  const connections = new Connections();
  const { socket, connection } = await connections.opened();
  const heard: Buffer[] = [];
  connection.on('data', (piece: Buffer) => heard.push(piece));
  (await connections.opened()).socket.push(frames(2 * AT_ONCE));
  const few = frames(FEW_FRAMES);
  const large = Buffer.concat([Buffer.from([0x82, 0xfe, 0x80, 0, 0, 0, 0, 0]), Buffer.alloc(0x8000, 1)]);
  for (const piece of [few, large]) socket.push(piece);
  expect([heard[0] === few, heard[1] === large, socket.isPaused()]).toEqual([true, true, false]);
});

test('what one turn has is shared by all connections, a few frames of each aside, and those that wait are served in order', async () => {
  const connections = new Connections();
  const all = await Promise.all(
    Array.from({ length: FRAMES_A_TURN / FEW_FRAMES + 2 }, () => connections.opened()),
  );
  for (const { socket } of all) socket.push(frames(2 * AT_ONCE));
  const heard = all.map((one) => one.heard);
  expect(heard).toEqual(all.map((_, at) => [at === 0 ? AT_ONCE : FEW_FRAMES]));
  await connections.turn();
  expect(heard.map(({ length }) => length)).toEqual(all.map((_, at) => (at < all.length - 2 ? 2 : 1)));
  await connections.turn();
  expect(heard.map(({ length }) => length)).toEqual(all.map((_, at) => (at < all.length - 4 ? 3 : 2)));
  expect(new Set(heard.flatMap((one) => one.slice(1)))).toEqual(new Set([FEW_FRAMES]));
});

test('while the connection is paused what was read waits, and goes on when it flows again', async () => {
  const connections = new Connections();
  const { socket, connection, heard } = await connections.opened();
  socket.push(frames(AT_ONCE + 1));
  connection.pause();
  await connections.turn();
  await connections.turn();
  expect(heard).toEqual([AT_ONCE]);
  connection.resume();
  await connections.turn();
  expect(heard).toEqual([AT_ONCE, 1]);
});

test('a pause within a frame that comes in pieces ends as any other', async () => {
  const connections = new Connections();
  const { socket, connection, heard } = await connections.opened();
  const frame = Buffer.concat([Buffer.from([0x82, 0xfe, 0x20, 0, 0, 0, 0, 0]), Buffer.alloc(0x2000, 1)]);
  for (const [at, piece] of [frame.subarray(0, 9), frame.subarray(9, 99), frame.subarray(99)].entries()) {
    connection.pause();
    socket.push(piece);
    await connections.turn();
    expect([at, socket.isPaused()]).toEqual([at, true]);
    connection.resume();
    await connections.turn();
    expect([at, socket.isPaused()]).toEqual([at, false]);
  }
  expect(heard.reduce<number>((sum, one) => sum + Number(one), 0)).toBeCloseTo(
    frame.length / FRAME.length,
    9,
  );
});

test('what came together with the request goes on by turns as well, and first', async () => {
  const connections = new Connections();
  const { socket, heard } = await connections.opened(frames(AT_ONCE + 1));
  socket.push(frames(2));
  for (let turn = 0; turn < 3; turn += 1) await connections.turn();
  expect(heard).toEqual([AT_ONCE, 1, 2]);
});

test('an end is told when all that came before it has gone on', async () => {
  const connections = new Connections();
  const { socket, heard } = await connections.opened();
  socket.push(Buffer.concat([frames(AT_ONCE + 1), FRAME.subarray(0, 6)]));
  socket.push(null);
  await settled();
  expect(heard).toEqual([AT_ONCE]);
  await connections.turn();
  expect(heard).toEqual([AT_ONCE, 1 + 6 / FRAME.length, 'end']);
});

test('nor is a failure told before, and what is written meanwhile is nothing to wait for', async () => {
  const connections = new Connections();
  const { socket, connection, heard } = await connections.opened();
  socket.push(frames(AT_ONCE + FRAMES_A_TURN + 1));
  socket.destroy(new Error('failed'));
  await settled();
  const written = new Promise((resolve) => connection.write('an answer', resolve));
  await connections.turn();
  expect(heard).toEqual([AT_ONCE, FRAMES_A_TURN]);
  await connections.turn();
  expect(heard).toEqual([AT_ONCE, FRAMES_A_TURN, 1, 'end', 'close']);
  expect(await written).toBeFalsy();
});

test('nor where it is paused, which holds up nothing any more, with what the socket had read meanwhile', async () => {
  const connections = new Connections();
  const { socket, connection, heard } = await connections.opened();
  socket.push(frames(3 * AT_ONCE));
  connection.pause();
  socket.push(frames(2));
  await connections.turn();
  expect(heard).toEqual([AT_ONCE]);
  socket.destroy(new Error('failed'));
  await settled();
  connection.pause();
  expect(heard).toEqual([AT_ONCE, AT_ONCE]);
  for (let turn = 0; turn < 3; turn += 1) await connections.turn();
  expect(heard).toEqual([AT_ONCE, AT_ONCE, FRAMES_A_TURN, FEW_FRAMES, 2, 'end', 'close']);
});

test('nor before what went on is taken, where the connection was paused by a part of it', async () => {
  const connections = new Connections();
  const { socket, connection } = await connections.opened();
  const heard: Heard = [];
  connection.on('data', ({ length }: Buffer) => {
    if (heard.push(length) === 2) connection.pause();
  });
  listenToEnd(connection, heard);
  // The second piece waits for more of its frame, and goes on together with the third.
  const head = Buffer.from([0x82, 0xfe, 0x80, 0, 0, 0, 0, 0]);
  for (const piece of [head, Buffer.alloc(100), Buffer.alloc(0x8000 - 100), FRAME]) socket.push(piece);
  await connections.turn();
  expect(heard).toEqual([8, 100]);
  socket.destroy(new Error('failed'));
  for (let turn = 0; turn < 3; turn += 1) await connections.turn();
  expect(heard).toEqual([8, 100, 0x8000 - 100, FRAME.length, 'end', 'close']);
});

test('of a connection that is ended here nothing more goes on', async () => {
  const connections = new Connections();
  const { socket, connection, heard } = await connections.opened();
  socket.push(frames(AT_ONCE + 1));
  connection.destroy();
  await connections.turn();
  expect([heard, socket.destroyed]).toEqual([[AT_ONCE, 'close'], true]);
});

test('one request goes on, and nothing behind it', async () => {
  const connections = new Connections();
  const { socket, connection, heard } = await connections.newcomer();
  socket.push(REQUEST.subarray(0, 5));
  socket.push(Buffer.concat([REQUEST.subarray(5), REQUEST]));
  for (let turn = 0; turn < 3; turn += 1) await connections.turn();
  expect([heard, socket.isPaused()]).toEqual([['GET /', REQUEST.toString().slice(5)], true]);
  connection.write('an answer');
  connection.destroySoon();
  await connections.turn();
  expect([heard.slice(2), socket.isPaused(), socket.destroyed]).toEqual([[], false, false]);
  socket.push(REQUEST);
  socket.push(null);
  await connections.turn();
  await connections.turn();
  expect([heard.slice(2), socket.destroyed]).toEqual([['end', 'close'], true]);
});

test('of what follows an answer so much is dropped, and with more the connection is ended', async () => {
  const connections = new Connections();
  const { socket, connection } = await connections.newcomer();
  socket.push(Buffer.concat([REQUEST, REQUEST]));
  connection.write('an answer');
  connection.destroySoon();
  await connections.turn();
  socket.push(Buffer.alloc(MAX_FAREWELL_BYTES - REQUEST.length));
  await connections.turn();
  expect(socket.destroyed).toBe(false);
  socket.push(Buffer.alloc(1));
  await connections.turn();
  expect(socket.destroyed).toBe(true);
});

test('of requests so many go on in a turn, in the order in which they came', async () => {
  const connections = new Connections();
  const perTurn = FRAMES_A_TURN / FRAMES_PER_REQUEST;
  const all = await Promise.all(Array.from({ length: 2 * perTurn + 1 }, () => connections.newcomer()));
  for (const { socket } of all) socket.push(REQUEST);
  const isHeard = (): readonly boolean[] => all.map(({ heard }) => heard.length > 0);
  expect(isHeard()).toEqual(all.map((_, at) => at < perTurn));
  expect(all.map(({ connection }) => connection.isWaiting)).toEqual(isHeard().map((is) => !is));
  await connections.turn();
  expect(isHeard()).toEqual(all.map((_, at) => at < 2 * perTurn));
  await connections.turn();
  expect(isHeard()).toEqual(all.map(() => true));
});

test('a client that goes before its request has had its turn is gone at once', async () => {
  const connections = new Connections();
  (await connections.opened()).socket.push(frames(2 * AT_ONCE));
  const { socket, connection, heard } = await connections.newcomer();
  socket.push(REQUEST);
  socket.destroy();
  await settled();
  expect([heard, connection.closed]).toEqual([['close'], true]);
});

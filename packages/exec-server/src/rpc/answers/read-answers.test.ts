import {
  MAX_READ_BYTES,
  memoryTransportPair,
  SPILL_READ_ATTEMPTS,
  type WireId,
} from '@holdfast/exec-protocol';
import { expect, test, vi } from 'vitest';
import { PushCursor } from '../../process/follow/push-cursor.js';
import { EventLog } from '../../process/log/event-log.js';
import { MemorySpill } from '../../process/testing/memory-spill.js';
import { TestClock } from '../../testing/test-clock.js';
import { AnswerBuffers } from './answer-buffers.js';
import { ReadAnswers, type ReadRequest } from './read-answers.js';

const KIB = 1024;
const PIECE = 24 * KIB;

interface Chunk {
  readonly seq: number;
  readonly stream: string;
  readonly chunk: string;
  readonly size?: object;
}

interface Answer {
  readonly id: number;
  readonly result: {
    readonly chunks: readonly Chunk[];
    readonly nextSeq: number;
    readonly exited: boolean;
    readonly closed: boolean;
    readonly sandboxDenied: boolean;
    readonly denial?: object;
  };
}

/** The reads of one connection whose socket takes a message only when a test says so. */
class World {
  readonly log: EventLog;
  readonly gone = new AbortController();
  readonly clock = new TestClock();
  readonly buffers: AnswerBuffers;
  /** Messages that wait in the socket, as they were when they came there. */
  readonly messages: Answer[] = [];
  readonly failures: unknown[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #answers: ReadAnswers;
  #lastId = 0;
  spill: MemorySpill | undefined;

  constructor(buffers = new AnswerBuffers(new TestClock()), aheadBytes = PIECE) {
    this.buffers = buffers;
    this.log = new EventLog({
      clock: this.clock,
      aheadBytes,
      retainedBytes: PIECE,
      openSpill: (onRoom) => (this.spill = new MemorySpill(onRoom)),
    });
    const [transport] = memoryTransportPair();
    const sendBytes = (message: Uint8Array, sent: () => void): void => {
      this.messages.push(JSON.parse(Buffer.from(message).toString()) as Answer);
      this.#waiting.push(sent);
    };
    this.#answers = new ReadAnswers(
      Object.assign(transport, { sendBytes, sendSlices: () => undefined }),
      this.buffers,
    );
  }

  print(bytes: number): void {
    this.log.appendOutput('stdout', Buffer.alloc(bytes, 'x'));
  }

  read(request: Partial<ReadRequest> = {}): void {
    this.#lastId += 1;
    const id = String(this.#lastId) as WireId;
    const whole = {
      id,
      afterSeq: 0,
      maxBytes: undefined,
      extensions: {},
      gone: this.gone.signal,
      ...request,
    };
    this.#answers.answer(this.log, whole).then(
      ({ prepared }) => {
        prepared.send();
      },
      (error: unknown) => this.failures.push(error),
    );
  }

  /** The socket takes the message that waits longest. */
  take(): void {
    this.#waiting.shift()?.();
  }

  ids(): number[] {
    return this.messages.map(({ id }) => id);
  }
}

/** So many turns that whatever can happen without the socket has happened. */
async function rest(): Promise<void> {
  for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}

test('an answer carries what lies in memory and in the spill, with sizes for those who agreed on pty', async () => {
  const world = new World();
  world.print(3 * PIECE);
  world.log.appendResized({ rows: 5, cols: 6 });
  world.print(10);
  world.log.appendExited(3, null);
  world.log.appendClosed();
  world.read({ afterSeq: 2, extensions: { pty: 1 } });
  world.read({ afterSeq: 3 });
  await rest();
  const [whole, plain] = world.messages.toSorted((one, other) => one.id - other.id);
  const state = { nextSeq: 8, exited: true, exitCode: 3, closed: true, failure: null, sandboxDenied: false };
  const size = { seq: 4, stream: 'pty', chunk: '' };
  const last = { seq: 5, stream: 'stdout', chunk: Buffer.alloc(10, 'x').toString('base64') };
  expect(plain).toEqual({ id: 2, result: { chunks: [size, last], ...state } });
  const [third, ...others] = whole?.result.chunks ?? [];
  expect({ ...whole?.result, chunks: others }).toEqual({
    chunks: [{ ...size, size: { rows: 5, cols: 6 } }, last],
    ...state,
  });
  expect(Buffer.from(third?.chunk ?? '', 'base64').equals(Buffer.alloc(PIECE, 'x'))).toBe(true);
});

test('what a sandbox denied is told once the page has the end, and to whom the extension was granted', async () => {
  const world = new World();
  const denial = { findings: [{ evidence: 'words' as const, confidence: 'possible' as const }] };
  world.print(10);
  world.log.appendOutput('stderr', Buffer.from('late'));
  world.log.appendExited(1, null, denial);
  const limits = { bytes: 8, events: 1 };
  world.read({ extensions: { sandbox: 1 } });
  world.read();
  world.read({ extensions: { sandbox: 1 }, limits });
  await rest();
  const verdicts = world.messages
    .toSorted((one, other) => one.id - other.id)
    .map(({ result: { chunks: _, nextSeq: __, ...state } }) => state);
  const ended = { exited: true, exitCode: 1, closed: false, failure: null, sandboxDenied: true };
  expect(verdicts).toEqual([
    { ...ended, denial },
    ended,
    { ...ended, exited: false, exitCode: null, sandboxDenied: false },
  ]);
});

test('a large answer waits until the one before has left, while small ones pass', async () => {
  const world = new World();
  world.print(10 * PIECE);
  for (let count = 0; count < 3; count += 1) world.read();
  world.read({ afterSeq: 9 });
  await rest();
  expect(world.ids().toSorted()).toEqual([1, 4]);
  world.messages.length = 0;
  world.take();
  world.take();
  await rest();
  expect(world.ids()).toEqual([2]);
  world.take();
  await rest();
  expect(world.ids()).toEqual([2, 3]);
  world.take();
  expect(world.buffers.heldBytes).toBe(0);
});

test('of a large answer that waits for its turn hardly anything is picked', async () => {
  const world = new World(undefined, MAX_READ_BYTES);
  const entries = 2000;
  for (let at = 0; at < entries; at += 1) {
    world.log.appendOutput(at % 2 === 0 ? 'stdout' : 'stderr', Buffer.from('x'));
  }
  world.read();
  await rest();
  const looks = vi.spyOn(world.log, 'after');
  world.read();
  world.read();
  await rest();
  expect(looks.mock.calls.length).toBeLessThan(entries / 2);
  looks.mockRestore();
  world.take();
  await rest();
  world.take();
  await rest();
  expect(world.messages.map(({ result }) => result.chunks.length)).toEqual([entries, entries, entries]);
});

test('an answer that had to wait says how things stand when it leaves', async () => {
  const world = new World();
  world.print(10 * PIECE);
  world.read();
  world.read();
  await rest();
  world.log.appendClosed();
  world.take();
  await rest();
  expect(world.messages.map(({ result }) => [result.nextSeq, result.closed])).toEqual([
    [11, false],
    [12, true],
  ]);
});

test('answers that wait when the client goes are not put together any more', async () => {
  const world = new World();
  world.print(10 * PIECE);
  for (let count = 0; count < 3; count += 1) world.read();
  await rest();
  world.gone.abort(new Error('gone'));
  world.take();
  await rest();
  expect([world.ids(), world.failures, world.buffers.heldBytes]).toEqual([
    [1],
    [new Error('gone'), new Error('gone')],
    0,
  ]);
});

test.each([PIECE, undefined])(
  'a page of which something was given back meanwhile is picked again (budget: %s)',
  async (maxBytes) => {
    const world = new World();
    world.print(10 * PIECE);
    const owner = new PushCursor(world.log, { windowBytes: 0, isOwner: true });
    expect(owner.take()).toBeUndefined();
    world.read({ maxBytes });
    // The page has been picked, and its bytes are on their way.
    for (let steps = 0; steps < 10; steps += 1) await Promise.resolve();
    world.spill?.reclaim();
    await rest();
    expect(world.failures).toEqual([]);
    expect(world.messages.map(({ result }) => result.chunks.map(({ seq }) => seq))).toEqual([[10]]);
  },
);

test('a disk that fails is an error of this answer, and the next one has its turn', async () => {
  const world = new World();
  world.print(10 * PIECE);
  world.read();
  if (world.spill !== undefined) world.spill.failures = SPILL_READ_ATTEMPTS;
  world.read();
  for (let attempt = 1; attempt < SPILL_READ_ATTEMPTS; attempt += 1) {
    await rest();
    world.clock.advance(1000);
  }
  await rest();
  expect([world.failures, world.ids(), world.buffers.heldBytes > 0]).toEqual([
    [expect.objectContaining({ kind: 'outputUnreadable', cause: new Error('the disk failed') })],
    [2],
    true,
  ]);
});

test('while answers hold much memory, each has a sixteenth of the output, and says so truly', async () => {
  const world = new World(new AnswerBuffers(new TestClock(), PIECE), 3 * MAX_READ_BYTES);
  world.print(2 * MAX_READ_BYTES);
  world.log.appendClosed();
  world.buffers.take(2 * PIECE);
  world.read();
  await rest();
  const [answer] = world.messages;
  const bytes = answer?.result.chunks.reduce((sum, { chunk }) => sum + Buffer.byteLength(chunk, 'base64'), 0);
  const pieces = Math.floor(MAX_READ_BYTES / 16 / PIECE);
  expect([bytes, answer?.result.nextSeq, answer?.result.closed]).toEqual([pieces * PIECE, pieces + 1, false]);
});

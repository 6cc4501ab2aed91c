import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { firstLines, type LoopTurns, MAX_LINES_AT_ONCE, MAX_PASSED_A_TURN } from '@holdfast/sandbox/internal';

/** Bytes that wait until no more is read: a part of any size, and none behind it. */
export const SOCKET_QUEUE_BYTES = 1;

/** Of so many lines, with all that is made of them, a piece takes a place of a turn of the event loop. */
const LINES_PER_PLACE = MAX_LINES_AT_ONCE / MAX_PASSED_A_TURN;

const NOTHING = Buffer.alloc(0);

/**
 * The connection of a request for an HTTP parser to read, which hands on in its turn what has come, and of what is no body few
 * lines. All connections are read in one turn of the event loop, and a read may hold thousands of responses that are none yet.
 */
export class PacedSocket extends Duplex {
  readonly #socket: Socket;
  /** Undefined while nothing is asked: what comes then is wrong, and has to be known before something is. */
  #turns: LoopTurns | undefined;
  #isInBody = false;
  /** Was read, and is not yet handed on. */
  #held: Buffer = NOTHING;
  #hasEnded = false;
  #isGone = false;
  #error: Error | undefined;
  #isWanted = false;
  /** The parser has all there is and asks for more; while it pauses it cannot bear to hear of the end. */
  #isAsked = true;
  #leaveTurn: (() => void) | undefined;

  /** @param socket Connected; with TLS, what has come out of that. */
  constructor(socket: Socket) {
    super({ highWaterMark: SOCKET_QUEUE_BYTES, allowHalfOpen: false });
    this.#socket = socket;
    socket.on('readable', () => {
      // Without this the end is not told.
      if (socket.readableLength === 0) socket.read(0);
      this.#goOn();
    });
    socket.on('end', () => {
      this.#hasEnded = true;
      this.#goOn();
    });
    socket.on('error', (error: Error) => (this.#error = error));
    socket.on('close', () => {
      this.#isGone = true;
      this.#goOn();
    });
  }

  /** A request is sent. @param turns In which its response is handed on. */
  begin(turns: LoopTurns): void {
    this.#turns = turns;
  }

  /** The head of its response was read; the body may go on in pieces of any number of lines. */
  beInBody(): void {
    this.#isInBody = true;
  }

  /** The response is over. */
  rest(): void {
    this.#turns = undefined;
    this.#isInBody = false;
  }

  /** Whether this keeps the process from ending by itself. */
  ref(): void {
    this.#socket.ref();
  }

  unref(): void {
    this.#socket.unref();
  }

  // The parser may give back what it has read, and what is wanted then is less than it seems.
  override read(bytes?: number): unknown {
    const piece: unknown = super.read(bytes);
    if (bytes !== 0) {
      this.#isAsked = piece === null;
      process.nextTick(() => this.#goOn());
    }
    return piece;
  }

  override _read(): void {
    this.#isWanted = true;
    this.#goOn();
  }

  // That something could not be written is told by the close, behind what has come: it may be the answer to that.
  override _write(part: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#socket.write(part, () => done());
  }

  override _writev(parts: readonly { readonly chunk: Buffer }[], done: () => void): void {
    const last = parts.length - 1;
    this.#socket.cork();
    for (const [at, { chunk }] of parts.entries()) this.#socket.write(chunk, () => at === last && done());
    this.#socket.uncork();
  }

  override _final(done: () => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#leaveTurn?.();
    this.#held = NOTHING;
    if (this.#socket.closed) done(error);
    else this.#socket.destroy().once('close', () => done(error));
  }

  #goOn(): void {
    if (this.destroyed || this.#leaveTurn !== undefined) return;
    if (this.#held.length > 0 || this.#socket.readableLength > 0) this.#passInTurn();
    else if (!this.#isAsked || this.readableLength > 0) return;
    else if (this.#hasEnded) this.push(null);
    else if (this.#isGone) this.destroy(lossOf(this.#error));
  }

  #passInTurn(): void {
    if (!this.#isWanted || this.readableLength > 0) return;
    if (this.#turns === undefined) {
      this.#pass(MAX_PASSED_A_TURN);
      return;
    }
    const turns = this.#turns;
    this.#leaveTurn = turns.wait((places) => {
      this.#leaveTurn = undefined;
      turns.takeMore(Math.max(0, this.#pass(places) - 1));
    });
  }

  /** @returns how many places of a turn it has taken. */
  #pass(places: number): number {
    if (this.readableLength > 0) return 0;
    if (this.#held.length === 0) this.#held = (this.#socket.read() as Buffer | null) ?? NOTHING;
    const held = this.#held;
    const { count, end } = this.#isInBody
      ? { count: 0, end: held.length }
      : firstLines(held, Math.ceil(places * LINES_PER_PLACE));
    this.#held = held.subarray(end);
    this.#isWanted = false;
    if (end > 0) this.push(held.subarray(0, end));
    this.#goOn();
    return count / LINES_PER_PLACE;
  }
}

/** Without its code, by which the library would take a body for whole that has no length of its own. */
function lossOf(error: Error | undefined): Error {
  return new Error(error?.message ?? 'the connection was lost', { cause: error });
}

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { MAX_LINES_AT_ONCE, MAX_PASSED_A_TURN, PROXY_QUEUE_BYTES } from '../../limits.js';
import { firstLines } from './lines.js';
import type { LoopTurns } from './loop-turns.js';

/** Of so many lines, with all that Node makes of them, a piece takes a place of a turn of the event loop. */
const LINES_PER_PLACE = MAX_LINES_AT_ONCE / MAX_PASSED_A_TURN;

const NOTHING = Buffer.alloc(0);

/**
 * A connection for Node to read HTTP from, which hands on in its turn what has come, and few lines of it. Node makes of one
 * read as many parts, headers or requests as are in it, each of which has a line at least, and reads all connections at once.
 */
export class PacedConnection extends Duplex {
  /** The connection itself. */
  readonly socket: Socket;
  readonly #turns: LoopTurns;
  /** Was read, and is not yet handed on. */
  #held: Buffer = NOTHING;
  #mayRead = false;
  #isOver = false;
  #isWanted = false;
  #leaveTurn: (() => void) | undefined;
  #isReleased = false;
  readonly #listeners = [
    ['readable', () => this.#beReadable()],
    ['end', () => this.#beOver()],
    ['timeout', () => this.emit('timeout')],
    ['error', (error: Error) => this.destroy(error)],
    ['close', () => this.destroy()],
  ] as const;

  constructor(socket: Socket, turns: LoopTurns) {
    super({ highWaterMark: PROXY_QUEUE_BYTES });
    this.socket = socket;
    this.#turns = turns;
    for (const [event, listener] of this.#listeners) socket.on(event, listener);
    this.on('resume', () => this.#passInTurn());
    // Whoever serves it may have stopped to listen.
    this.on('error', () => undefined);
  }

  /** As of the connection itself. */
  setTimeout(ms: number): this {
    this.socket.setTimeout(ms);
    return this;
  }

  /** Ends the connection once all is written, whatever else comes. */
  destroySoon(): void {
    this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  /**
   * Gives the connection itself back, to be read and written; this one is over.
   * @param rest What was handed on and is not used; it comes first, before what was not handed on.
   */
  release(rest = NOTHING): Socket {
    const { socket } = this;
    for (const [event, listener] of this.#listeners) socket.off(event, listener);
    for (const piece of [this.#held, rest]) if (piece.length > 0) socket.unshift(piece);
    this.#isReleased = true;
    this.destroy();
    return socket;
  }

  override _read(): void {
    this.#isWanted = true;
    this.#passInTurn();
  }

  override _write(part: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.socket.write(part, done);
  }

  override _writev(parts: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    const pieces = parts.map(({ chunk }) => chunk);
    this.socket.write(Buffer.concat(pieces), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#leaveTurn?.();
    this.#held = NOTHING;
    const { socket } = this;
    if (socket.closed || this.#isReleased) done(error);
    else socket.destroy().once('close', () => done(error));
  }

  #beReadable(): void {
    this.#mayRead = true;
    this.#passInTurn();
  }

  #beOver(): void {
    this.#isOver = true;
    if (this.#held.length === 0) this.push(null);
  }

  #passInTurn(): void {
    const isThere = this.#held.length > 0 || this.#mayRead;
    if (this.#leaveTurn !== undefined || !isThere || !this.#isWanted || this.readableFlowing !== true) return;
    this.#leaveTurn = this.#turns.wait((places) => {
      this.#leaveTurn = undefined;
      this.#pass(Math.ceil(places * LINES_PER_PLACE));
    });
  }

  /** @param lines No more of them. */
  #pass(lines: number): void {
    // It may have been told to stop meanwhile, and goes on when it is told to.
    if (this.readableFlowing !== true) return;
    if (this.#held.length === 0) {
      this.#mayRead = false;
      this.#held = (this.socket.read() as Buffer | null) ?? NOTHING;
    }
    if (this.#held.length === 0) return;
    const { count, end } = firstLines(this.#held, lines);
    const piece = this.#held.subarray(0, end);
    this.#held = this.#held.subarray(end);
    this.#isWanted = false;
    this.#turns.takeMore(Math.max(0, count / LINES_PER_PLACE - 1));
    this.push(piece);
    if (this.#isOver && this.#held.length === 0) this.push(null);
  }
}

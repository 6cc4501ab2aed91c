import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { PROXY_FAREWELL_MS, PROXY_QUEUE_BYTES } from '../../limits.js';
import type { LoopTurns } from './loop-turns.js';

const NOTHING = Buffer.alloc(0);

/** What of the bytes that are held goes on in a turn. */
export interface Share {
  readonly bytes: number;
  /** How much of the turn it takes. */
  readonly places: number;
}

interface TurnedOptions {
  /** Whether it stays, where the other side has broken off, until all that has come is taken, however late. Default false. */
  readonly isReadOut?: boolean;
  /** Told how many places are left in the turn; by default, all goes on and takes one. */
  readonly shareOf?: (held: Buffer, places: number) => Share;
}

function whole({ length }: Buffer): Share {
  return { bytes: length, places: 1 };
}

/**
 * A connection that hands on in its turn what has come, and tells its end behind that. What all connections have read in one
 * turn of the event loop would else be worked at in it.
 */
export class TurnedConnection extends Duplex {
  /** The connection itself. */
  readonly socket: Socket;
  readonly #turns: LoopTurns;
  readonly #isReadOut: boolean;
  readonly #shareOf: (held: Buffer, places: number) => Share;
  /** Was read, and is not yet handed on. */
  #held: Buffer = NOTHING;
  #mayRead = false;
  #isOver = false;
  /** Whether the connection is closed, and by what. */
  #isGone = false;
  #error: Error | undefined;
  #isWanted = false;
  #leaveTurn: (() => void) | undefined;
  #isReleased = false;
  readonly #listeners = [
    ['readable', () => this.#beReadable()],
    ['end', () => this.#beOver()],
    ['timeout', () => this.emit('timeout')],
    ['error', (error: Error) => (this.#error = error)],
    ['close', () => this.#beGone()],
  ] as const;

  constructor(socket: Socket, turns: LoopTurns, { isReadOut = false, shareOf = whole }: TurnedOptions = {}) {
    super({ highWaterMark: PROXY_QUEUE_BYTES });
    this.socket = socket;
    this.#turns = turns;
    this.#isReadOut = isReadOut;
    this.#shareOf = shareOf;
    this.#isOver = socket.readableEnded;
    for (const [event, listener] of this.#listeners) socket.on(event, listener);
    this.on('resume', () => this.#goOn());
    this.on('end', () => {
      if (this.#isGone) this.destroy(this.#error);
    });
    // Whoever serves it may have stopped to listen.
    this.on('error', () => undefined);
    if (socket.closed) this.#beGone();
  }

  /** As of the connection itself. */
  setTimeout(ms: number): this {
    this.socket.setTimeout(ms);
    return this;
  }

  /** Ends the connection once all is written and the other side has ended too, for which it has `PROXY_FAREWELL_MS`. */
  destroySoon(): void {
    this.end(() => {
      const farewell = setTimeout(() => this.destroy(), PROXY_FAREWELL_MS);
      this.once('close', () => clearTimeout(farewell));
      // With something left unread the other side could lose what was written.
      if (this.readableEnded) this.destroy();
      else this.once('end', () => this.destroy()).resume();
    });
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
    this.#goOn();
  }

  // What could not be written is told by the close, behind what has come: it may be the answer to that.
  override _write(part: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.socket.write(part, () => done());
  }

  override _writev(parts: readonly { readonly chunk: Buffer }[], done: () => void): void {
    const pieces = parts.map(({ chunk }) => chunk);
    this.socket.write(Buffer.concat(pieces), () => done());
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
    this.#goOn();
  }

  #beOver(): void {
    this.#isOver = true;
    this.#goOn();
  }

  #beGone(): void {
    this.#isGone = true;
    this.#mayRead = true;
    const hasEnded = this.#isOver && this.#error === undefined;
    if ((this.#isReadOut || hasEnded) && !this.readableEnded) this.#goOn();
    else this.destroy(this.#error);
  }

  #goOn(): void {
    if (this.#held.length > 0 || this.socket.readableLength > 0) this.#passInTurn();
    else if (this.#isOver) this.push(null);
    else if (this.#isGone && this.readableLength === 0) this.destroy(this.#error);
  }

  #passInTurn(): void {
    const isThere = this.#held.length > 0 || this.#mayRead;
    if (this.#leaveTurn !== undefined || !isThere || !this.#isWanted || this.readableFlowing !== true) return;
    this.#leaveTurn = this.#turns.wait((places) => {
      this.#leaveTurn = undefined;
      this.#pass(places);
    });
  }

  #pass(places: number): void {
    // It may have been told to stop meanwhile, and goes on when it is told to.
    if (this.readableFlowing !== true) return;
    if (this.#held.length === 0) {
      this.#mayRead = false;
      this.#held = (this.socket.read() as Buffer | null) ?? NOTHING;
    }
    if (this.#held.length === 0) return;
    const share = this.#shareOf(this.#held, places);
    const piece = this.#held.subarray(0, share.bytes);
    this.#held = this.#held.subarray(share.bytes);
    this.#isWanted = false;
    this.#turns.takeMore(Math.max(0, share.places - 1));
    this.push(piece);
    this.#goOn();
  }
}

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { systemClock } from '../clock.js';
import { FramePieces } from './frame-pieces.js';
import { FRAMES_PER_REQUEST, type ReadTurns } from './read-turns.js';
import { RequestHead } from './request-head.js';

/** What tells a client that has sent no request in time. */
const TOO_LATE = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';

/** How long a client that was answered may take to end its side. */
const FAREWELL_MS = 500;

/** What it may send meanwhile, or have sent behind its request. */
export const MAX_FAREWELL_BYTES = 128 * 1024;

/**
 * The connection of a client as the HTTP server and `ws` see it: it hands on one request and then, when it is a WebSocket, a few
 * frames at a time of what was read in one go. A read may hold thousands of either, both servers take all that they are given,
 * and all sockets are read in one turn of the event loop. The rest waits, in order, for its turn, and nothing more is read until
 * it has gone on; nor is the end told before.
 */
export class PacedConnection extends Duplex {
  /** The connection itself. */
  readonly socket: Socket;
  readonly #turns: ReadTurns;
  readonly #head = new RequestHead();
  readonly #pieces = new FramePieces();
  /** What is handed on now; a request that has gone on is to be answered. */
  #stage: 'request' | 'answer' | 'frames' = 'request';
  /** What was read and has not gone on. */
  readonly #waiting: Buffer[] = [];
  /** Whether nothing more is to be read. */
  #hasEnded = false;
  /** Whether the socket is closed. */
  #isGone = false;
  /** How much more is taken, and dropped, of one that was answered. */
  #farewellBytes = MAX_FAREWELL_BYTES;

  constructor(socket: Socket, turns: ReadTurns) {
    super({ decodeStrings: false });
    this.socket = socket;
    this.#turns = turns;
    socket.on('data', (piece: Buffer) => {
      this.#take(piece);
    });
    socket.on('end', () => {
      this.#hasEnded = true;
      this.#goOnOrEnd();
    });
    // It is followed by the close.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#beGone();
    });
    this.on('end', () => {
      if (this.#isGone) this.destroy();
    });
    // Whoever served it may have stopped to listen.
    this.on('error', () => undefined);
    this.on('resume', () => {
      this.#goOnNow();
    });
  }

  /** Whether a request, or a part of one, waits for its turn. */
  get isWaiting(): boolean {
    return this.#stage === 'request' && this.#waiting.length > 0;
  }

  /**
   * It has become a WebSocket.
   * @param rest What was handed on behind the request.
   */
  takeFrames(rest: Buffer): void {
    this.#stage = 'frames';
    if (rest.length > 0) this.#waiting.unshift(rest);
    this.#ask();
  }

  /** The time for a request is over: who has had no answer is told so. */
  expire(): void {
    if (this.socket.bytesWritten > 0 || this.writableEnded) {
      this.destroy();
      return;
    }
    this.write(TOO_LATE);
    this.destroySoon();
  }

  /** Ends the connection when all is written and the client has ended its side, for which it has not long. */
  destroySoon(): void {
    const farewell = systemClock.after(FAREWELL_MS, () => this.destroy());
    this.once('close', () => {
      farewell.cancel();
    });
    this.end(() => {
      // With something left unread the client could lose the answer.
      if (this.socket.readableEnded) this.destroy();
      else this.socket.once('end', () => this.destroy());
    });
  }

  // Of one that is gone all that has come is handed on, and nobody is held back by a pause any more.
  override pause(): this {
    return this.#isGone ? this : super.pause();
  }

  // What comes is pushed as long as the connection flows.
  override _read(): void {
    // Nothing has to be asked for.
  }

  // That something could not be written is told by the close, behind what was read before.
  override _write(part: Buffer | string, encoding: BufferEncoding, done: () => void): void {
    this.socket.write(part, encoding, () => {
      done();
    });
  }

  override _writev(
    parts: readonly { chunk: Buffer | string; encoding: BufferEncoding }[],
    done: () => void,
  ): void {
    const last = parts.length - 1;
    this.socket.cork();
    for (const [at, { chunk, encoding }] of parts.entries()) {
      if (at < last) this.socket.write(chunk, encoding);
      else this._write(chunk, encoding, done);
    }
    this.socket.uncork();
  }

  override _final(done: () => void): void {
    if (this.#stage !== 'frames') {
      for (const piece of this.#waiting.splice(0)) this.#drop(piece);
      this.socket.resume();
    }
    this.socket.end(() => {
      done();
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#waiting.length = 0;
    if (this.socket.closed) done(error);
    else
      this.socket.destroy().once('close', () => {
        done(error);
      });
  }

  #take(piece: Buffer): void {
    if (this.#stage !== 'frames' && this.writableEnded) {
      this.#drop(piece);
      return;
    }
    const isBehind = this.#waiting.length > 0;
    this.#waiting.push(piece);
    if (!isBehind) this.#goOnNow();
    this.#readOn();
  }

  /** Whatever follows the one request is none. */
  #drop({ length }: Buffer): void {
    this.#farewellBytes -= length;
    if (this.#farewellBytes < 0) this.destroy();
  }

  #beGone(): void {
    if (this.destroyed) return;
    const left = this.socket.read() as Buffer | null;
    if (left !== null) this.#waiting.push(left);
    this.#hasEnded = true;
    this.#isGone = true;
    if (this.#stage === 'frames') this.resume();
    this.#goOnOrEnd();
  }

  /** A few frames go on in any turn of the event loop. */
  #goOnNow(): void {
    if (!this.#mayGoOn) return;
    if (this.#stage === 'frames' || this.#turns.hasRoom) this.#turns.run(this.#goOn);
    else this.#turns.ask(this.#goOn);
  }

  get #mayGoOn(): boolean {
    const isOpen = this.#stage !== 'answer' && this.readableFlowing === true;
    return isOpen && this.#waiting.length > 0;
  }

  #readOn(): void {
    if (this.#waiting.length > 0) this.socket.pause();
    else this.socket.resume();
  }

  /** Asks for a turn where one is of use. */
  #ask(): void {
    if (this.#mayGoOn) this.#turns.ask(this.#goOn);
  }

  readonly #goOn = (most: number): number => {
    const piece = this.#mayGoOn ? this.#waiting.shift() : undefined;
    if (piece === undefined) return 0;
    const frames = this.#handOn(piece, most);
    this.#goOnOrEnd();
    this.#readOn();
    return frames;
  };

  #handOn(piece: Buffer, most: number): number {
    if (this.#stage === 'request') return this.#handOnRequest(piece);
    const { ready, behind, frames } = this.#pieces.add(piece, most);
    if (behind !== undefined) this.#waiting.unshift(behind);
    // Pings are answered at once, in one write.
    this.cork();
    for (const one of ready) this.push(one);
    this.uncork();
    return frames;
  }

  #handOnRequest(piece: Buffer): number {
    const end = this.#head.endIn(piece);
    if (end !== undefined) {
      // First, for the answer may come at once.
      this.#stage = 'answer';
      if (end < piece.length) this.#waiting.unshift(piece.subarray(end));
    }
    this.push(piece.subarray(0, end));
    return FRAMES_PER_REQUEST;
  }

  #goOnOrEnd(): void {
    if (this.destroyed) return;
    const isOver = this.#isGone && (this.#stage !== 'frames' || this.readableEnded);
    if (isOver) this.destroy();
    else if (this.#waiting.length > 0) this.#ask();
    else if (this.#hasEnded) this.push(null);
  }
}

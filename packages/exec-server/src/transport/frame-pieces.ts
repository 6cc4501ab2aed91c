import type { Duplex } from 'node:stream';

/** Small pieces are joined up to this size. */
const JOINED_BYTES = 64 * 1024;

/** A piece of this size is handed on as it is. */
const LARGE_BYTES = 16 * 1024;

/** Of a frame's head, with the longest length and a mask. */
const LONGEST_HEAD = 14;

/**
 * Joins what comes of a WebSocket frame in small pieces, as over a slow link or on purpose. `ws` keeps each piece until the frame
 * is whole, and taking the first of very many moves all others.
 */
export class FramePieces {
  readonly #head = Buffer.alloc(LONGEST_HEAD);
  #headLength = 0;
  /** What has not come of the frame whose head has. */
  #left = 0;
  #held = Buffer.alloc(0);
  #heldLength = 0;

  /** What goes on now: nothing that a frame waits for, and of one that is not whole only much at a time. */
  add(piece: Buffer): readonly Buffer[] {
    const endsNothing = piece.length < this.#left;
    const isSmall = piece.length < LARGE_BYTES;
    this.#walk(piece);
    if (endsNothing && isSmall) return this.#hold(piece);
    // The end of a frame is joined as well, so that what begins it is not kept for a few bytes.
    if (isSmall && this.#heldLength + piece.length <= this.#held.length) {
      this.#append(piece);
      return this.rest();
    }
    return [...this.rest(), piece];
  }

  /** What is held, where nothing more comes. */
  rest(): readonly Buffer[] {
    const held = this.#held.subarray(0, this.#heldLength);
    this.#held = Buffer.alloc(0);
    this.#heldLength = 0;
    return held.length === 0 ? [] : [held];
  }

  #hold(piece: Buffer): readonly Buffer[] {
    const full = this.#heldLength + piece.length > this.#held.length ? this.rest() : [];
    if (this.#held.length === 0) {
      this.#held = Buffer.allocUnsafe(Math.min(JOINED_BYTES, piece.length + this.#left));
    }
    this.#append(piece);
    return full;
  }

  #append(piece: Buffer): void {
    piece.copy(this.#held, this.#heldLength);
    this.#heldLength += piece.length;
  }

  /** Goes through the frames of a piece. */
  #walk(piece: Buffer): void {
    for (let at = 0; at < piece.length; ) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, piece.length - at);
        this.#left -= taken;
        at += taken;
      } else {
        this.#head[this.#headLength] = piece[at] ?? 0;
        this.#headLength += 1;
        at += 1;
        this.#readHead();
      }
    }
  }

  #readHead(): void {
    if (this.#headLength < 2) return;
    const second = this.#head.readUInt8(1);
    const short = second & 0x7f;
    const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
    if (this.#headLength < 2 + lengthBytes + (second >= 0x80 ? 4 : 0)) return;
    this.#left = lengthBytes === 0 ? short : Number(`0x${this.#head.toString('hex', 2, 2 + lengthBytes)}`);
    this.#headLength = 0;
  }
}

/**
 * From now on a socket that has become a WebSocket gives what it reads through `pieces`.
 * @param head What was read of it before. @returns what of that goes on.
 */
export function joinPieces(socket: Duplex, head: Buffer): Buffer {
  const pieces = new FramePieces();
  const push = socket.push.bind(socket);
  socket.push = (piece: Buffer | null) => {
    const ready = piece === null ? [...pieces.rest(), null] : pieces.add(piece);
    return ready.map((one) => push(one)).at(-1) ?? true;
  };
  return Buffer.concat(pieces.add(head));
}

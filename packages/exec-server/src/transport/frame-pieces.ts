/** Small pieces are joined up to this size. */
const JOINED_BYTES = 64 * 1024;

/** A piece of this size is handed on as it is. */
const LARGE_BYTES = 16 * 1024;

/** Of a frame's head, with the longest length and a mask. */
const LONGEST_HEAD = 14;

/** What is done with a piece. */
export interface AddedPiece {
  /** What goes on now. */
  readonly ready: readonly Buffer[];
  /** What is behind the frames that were asked for, to be added again before all others. */
  readonly behind: Buffer | undefined;
  /** How many frames begin in the rest. */
  readonly frames: number;
}

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

  /**
   * What goes on now is nothing that a frame waits for, and of one that is not whole only much at a time.
   * @param frames The piece is looked at up to the end of so many that begin in it.
   */
  add(piece: Buffer, frames = Infinity): AddedPiece {
    const left = this.#left;
    const { end, begun } = this.#walk(piece, frames);
    if (end === piece.length) {
      return { ready: this.#join(piece, left), behind: undefined, frames: begun };
    }
    return { ready: this.#join(piece.subarray(0, end), left), behind: piece.subarray(end), frames: begun };
  }

  /** @param left What had not come before of a frame whose head had. */
  #join(piece: Buffer, left: number): readonly Buffer[] {
    const endsNothing = piece.length < left;
    const isSmall = piece.length < LARGE_BYTES;
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

  /** Goes through the frames of a piece. @returns where the last one of those asked for ends. */
  #walk(piece: Buffer, frames: number): { readonly end: number; readonly begun: number } {
    let [at, begun] = [0, 0];
    while (at < piece.length) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, piece.length - at);
        this.#left -= taken;
        at += taken;
        continue;
      }
      if (this.#headLength === 0) {
        if (begun === frames) break;
        begun += 1;
      }
      this.#head[this.#headLength] = piece[at] ?? 0;
      this.#headLength += 1;
      at += 1;
      this.#readHead();
    }
    return { end: at, begun };
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

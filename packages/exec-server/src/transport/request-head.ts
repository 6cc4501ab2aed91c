const LF = 10;
const CR = 13;

/** Finds the end of the head of an HTTP request in what comes of it, and looks at each byte once. */
export class RequestHead {
  #hasBegun = false;
  #isLineEmpty = false;

  /**
   * Where the head ends in the piece that comes next; `undefined` when it goes on behind it. Empty lines before a request are
   * none of it, and a line may end without a carriage return.
   */
  endIn(piece: Buffer): number | undefined {
    for (let at = 0; at < piece.length; at += 1) {
      const byte = piece[at];
      if (byte === LF && this.#isLineEmpty) return at + 1;
      if (byte === LF) this.#isLineEmpty = this.#hasBegun;
      else if (byte !== CR) {
        this.#hasBegun = true;
        this.#isLineEmpty = false;
      }
    }
    return undefined;
  }
}

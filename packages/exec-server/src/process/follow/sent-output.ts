import { type LogEntry, lengthOf } from '../log/log-entry.js';

/** A piece of output that was sent. */
interface SentPiece {
  readonly seq: number;
  readonly bytes: number;
  /** How many bytes of output there are up to its end. */
  readonly end: number;
}

/** Output that was sent to a client and that has not been settled since: oldest first. */
export class SentOutput {
  #pieces: SentPiece[] = [];
  #bytes = 0;
  #lastSettled: Pick<SentPiece, 'seq' | 'end'> | undefined;

  /** Bytes that are not settled. */
  get bytes(): number {
    return this.#bytes;
  }

  /** `entry` was sent after everything else. */
  add(entry: LogEntry): void {
    const bytes = lengthOf(entry);
    if (bytes === 0) return;
    this.#pieces.push({ seq: entry.seq, bytes, end: entry.offset + bytes });
    this.#bytes += bytes;
  }

  /** Everything up to `seq` is settled. */
  settle(seq: number): void {
    let count = 0;
    for (const piece of this.#pieces) {
      if (piece.seq > seq) break;
      this.#bytes -= piece.bytes;
      this.#lastSettled = piece;
      count += 1;
    }
    this.#pieces.splice(0, count);
  }

  /** Begins again behind `seq`, up to which there are `end` bytes of output, if that is known. */
  restart(seq: number, end: number | undefined): void {
    this.#pieces = [];
    this.#bytes = 0;
    this.#lastSettled = end === undefined ? undefined : { seq, end };
  }

  /** How many bytes of output there are up to `seq`, which the client has; undefined where that is not known any more. */
  endAt(seq: number): number | undefined {
    const last = this.#pieces.findLast((piece) => piece.seq <= seq) ?? this.#lastSettled;
    return last !== undefined && last.seq <= seq ? last.end : undefined;
  }
}

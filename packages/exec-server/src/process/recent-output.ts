import { RETAINED_BYTES } from '@holdfast/exec-protocol';
import type { EventLog } from './log/event-log.js';

/** Kept in memory of what the log has put on a disk. */
const TAIL_BYTES = 16 * 1024;

/** The end of what a process has printed, for whoever judges by it when the process has ended. */
export class RecentOutput {
  readonly #log: Pick<EventLog, 'firstSeq' | 'nextSeq' | 'peek'>;
  #printedBytes = 0;
  readonly #tail = new Tail();

  constructor(log: Pick<EventLog, 'firstSeq' | 'nextSeq' | 'peek'>) {
    this.#log = log;
  }

  /** Output of any stream has come; it is copied as far as it is kept. */
  add(bytes: Uint8Array): void {
    // A log spills nothing before it holds a sixteenth of `AHEAD_BYTES`, four times as much: until then it needs no tail.
    this.#printedBytes += bytes.length;
    if (this.#printedBytes > TAIL_BYTES) this.#tail.add(bytes);
  }

  /** All streams as text: what the log has in memory, or the last `TAIL_BYTES` where it has less. */
  get text(): string {
    const pieces: Uint8Array[] = [];
    const { firstSeq } = this.#log;
    let bytes = 0;
    for (let seq = this.#log.nextSeq - 1; seq >= firstSeq && bytes < RETAINED_BYTES; seq -= 1) {
      const entry = this.#log.peek(seq - 1);
      if (entry?.type !== 'output') continue;
      if (typeof entry.at === 'number') break;
      pieces.push(entry.at);
      bytes += entry.length;
    }
    const tail = this.#tail.bytes;
    return Buffer.concat(bytes < tail.length ? [tail] : pieces.reverse()).toString();
  }
}

/** The last bytes of a stream, in memory that is filled over and over again. */
class Tail {
  #ring: Uint8Array | undefined;
  #total = 0;

  add(bytes: Uint8Array): void {
    this.#ring ??= new Uint8Array(TAIL_BYTES);
    this.#total += bytes.length;
    const end = bytes.subarray(-TAIL_BYTES);
    const at = (this.#total - end.length) % TAIL_BYTES;
    const untilWrap = end.subarray(0, TAIL_BYTES - at);
    this.#ring.set(untilWrap, at);
    this.#ring.set(end.subarray(untilWrap.length));
  }

  get bytes(): Uint8Array {
    if (this.#ring === undefined) return new Uint8Array();
    if (this.#total <= TAIL_BYTES) return this.#ring.subarray(0, this.#total);
    const at = this.#total % TAIL_BYTES;
    return Buffer.concat([this.#ring.subarray(at), this.#ring.subarray(0, at)]);
  }
}

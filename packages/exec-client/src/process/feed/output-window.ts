import { WINDOW_BYTES } from '@holdfast/exec-protocol';

/** Tells the server how much output may come, and up to where it was consumed. */
export type SendWindow = (ackSeq: number, windowBytes: number) => void;

/** Consumed output that is acknowledged at once: often enough that the window never runs dry, and not for every chunk. */
export const ACK_BYTES = WINDOW_BYTES / 4;

/**
 * The client's side of the `flow` extension for one process: output is asked for while someone looks, and acknowledged
 * as it is consumed. With nobody looking the server is asked for state events alone.
 */
export class OutputWindow {
  readonly #send: SendWindow;
  /** Output that arrived and was not acknowledged yet, oldest first. */
  #unacked: { readonly seq: number; readonly bytes: number }[] = [];
  #consumedBytes = 0;
  /** Output that arrived on earlier connections, up to this seq, and was not consumed: it takes up room in the window. */
  #carried = { upToSeq: 0, bytes: 0 };
  #wanted = 0;
  /** What the server was told last; undefined before the start request has left. */
  #told: number | undefined;
  #isStarted = false;
  #hasLapsed = false;

  constructor(send: SendWindow) {
    this.#send = send;
  }

  /** Whether output may have passed by unpushed at some time. */
  get hasLapsed(): boolean {
    return this.#hasLapsed;
  }

  /** The start request leaves now. @returns the first window, which it carries. */
  leave(): number {
    this.#remember();
    return this.#wanted;
  }

  /** The process exists: from now on the server understands windows for it. */
  started(consumedSeq: number): void {
    this.#isStarted = true;
    this.#update(consumedSeq);
  }

  /** Someone looks, or nobody does any more. */
  want(isLooking: boolean, consumedSeq: number): void {
    this.#wanted = isLooking ? WINDOW_BYTES : 0;
    this.#update(consumedSeq);
  }

  arrived(seq: number, bytes: number): void {
    this.#unacked.push({ seq, bytes });
  }

  /** Everything up to `consumedSeq` was consumed. */
  consumed(consumedSeq: number): void {
    let settled = 0;
    for (const { seq, bytes } of this.#unacked) {
      if (seq > consumedSeq) break;
      this.#consumedBytes += bytes;
      if (seq <= this.#carried.upToSeq) this.#carried.bytes -= bytes;
      settled += 1;
    }
    if (settled === 0) return;
    this.#unacked.splice(0, settled);
    this.#update(consumedSeq);
  }

  /**
   * The connection was replaced, and everything up to `arrivedSeq` has arrived.
   * @returns how much the server may send beyond it, as it was told last.
   */
  resume(arrivedSeq: number): number {
    const bytes = this.#unacked.reduce((sum, unacked) => sum + unacked.bytes, 0);
    this.#carried = { upToSeq: arrivedSeq, bytes };
    this.#consumedBytes = 0;
    return this.#room(this.#told ?? 0);
  }

  /** What was told last may have been lost with its connection, and nothing else says it again: it is told once more. */
  repeat(consumedSeq: number): void {
    if (this.#isStarted) this.#tell(consumedSeq);
  }

  #update(consumedSeq: number): void {
    if (this.#isStarted && (this.#told !== this.#wanted || this.#isDue())) this.#tell(consumedSeq);
  }

  #tell(consumedSeq: number): void {
    this.#remember();
    this.#send(consumedSeq, this.#room(this.#wanted));
  }

  /** A window less what is still to be consumed of earlier connections; never none where something is wanted. */
  #room(windowBytes: number): number {
    return windowBytes === 0 ? 0 : Math.max(1, windowBytes - this.#carried.bytes);
  }

  #isDue(): boolean {
    // What was under way when the last view closed takes up room at the server until it is acknowledged.
    return this.#consumedBytes >= ACK_BYTES || (this.#wanted === 0 && this.#consumedBytes > 0);
  }

  #remember(): void {
    this.#consumedBytes = 0;
    this.#told = this.#wanted;
    if (this.#wanted === 0) this.#hasLapsed = true;
  }
}

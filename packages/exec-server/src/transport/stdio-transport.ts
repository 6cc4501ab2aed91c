import type { Readable, Writable } from 'node:stream';
import {
  type CloseKind,
  createLineSplitter,
  type LineBatch,
  type TransportListener,
} from '@holdfast/exec-protocol';
import type { AnswerTransport } from '../rpc/answers/answer-transport.js';

/** One connection on a pair of byte streams, one message a line. The end of input ends it. */
export class StdioTransport implements AnswerTransport {
  readonly label = 'stdio';
  readonly answersAfterEnd = true;
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #splitter = createLineSplitter();
  #listener: TransportListener | undefined;
  /** Whether anybody may still be told something: the end of input alone ends no output. */
  #isOpen = false;

  constructor(input: Readable, output: Writable) {
    this.#input = input;
    this.#output = output;
  }

  get bufferedBytes(): number {
    return this.#output.writableLength;
  }

  start(listener: TransportListener): void {
    this.#listener = listener;
    this.#isOpen = true;
    this.#input.on('data', (chunk: Uint8Array) => {
      this.#take(this.#splitter.push(chunk));
    });
    this.#input.on('end', () => {
      this.#take(this.#splitter.end());
      this.#tellEnd(1000, 'end of input');
    });
    this.#input.on('error', (error) => {
      this.#end(1006, error.message);
    });
    this.#output.on('drain', () => {
      this.#listener?.onDrain();
    });
    this.#output.on('error', (error) => {
      this.#end(1006, error.message);
    });
  }

  send(message: string): void {
    if (this.#isOpen) this.#output.write(`${message}\n`);
  }

  sendBytes(message: Uint8Array, sent: () => void): void {
    if (!this.#isOpen) {
      sent();
      return;
    }
    this.#output.write(message);
    this.#output.write('\n', () => {
      sent();
    });
  }

  sendSlices(message: readonly Uint8Array[]): void {
    if (!this.#isOpen) return;
    for (const slice of message) this.#output.write(slice);
    this.#output.write('\n');
  }

  ping(): boolean {
    return false;
  }

  pause(): void {
    this.#input.pause();
  }

  resume(): void {
    this.#input.resume();
  }

  // A pipe has no close codes: the reason stays in the log of this side.
  close(_kind: CloseKind, reason: string): void {
    this.#end(1000, reason);
  }

  destroy(): void {
    this.#end(1006, 'destroyed');
  }

  #take({ lines, failure }: LineBatch): void {
    for (const line of lines) this.#listener?.onMessage(line);
    if (failure !== undefined) this.#end(1009, failure.message);
  }

  #end(code: number, reason: string): void {
    this.#isOpen = false;
    this.#tellEnd(code, reason);
  }

  #tellEnd(code: number, reason: string): void {
    const listener = this.#listener;
    this.#listener = undefined;
    // A paused stdin would still keep this program alive for as long as the other side holds it open.
    this.#input.destroy();
    listener?.onClose({ code, reason });
  }
}

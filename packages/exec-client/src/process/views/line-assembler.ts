import { EXEC_BUFFER_BYTES, ExecError } from '@holdfast/exec-protocol';

/** Puts the bytes of one stream together into lines of text. Bytes that are not UTF-8 become U+FFFD. */
export class LineAssembler {
  readonly #limit: number;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #pending: string[] = [];
  #pendingLength = 0;

  /** @param limit Longest line, in UTF-16 units. */
  constructor(limit: number = EXEC_BUFFER_BYTES) {
    this.#limit = limit;
  }

  /**
   * @returns the lines that `bytes` complete, without their ends.
   * @throws ExecError `outputTooLarge` when a line grows past the limit.
   */
  push(bytes: Uint8Array): string[] {
    const text = this.#decoder.decode(bytes, { stream: true });
    const lines: string[] = [];
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#append(text.slice(start, end));
      const line = this.#take();
      lines.push(line.endsWith('\r') ? line.slice(0, -1) : line);
      start = end + 1;
    }
    this.#append(text.slice(start));
    return lines;
  }

  /** The text after the last line end; undefined when there is none. */
  end(): string | undefined {
    this.#append(this.#decoder.decode());
    return this.#pendingLength === 0 ? undefined : this.#take();
  }

  #append(text: string): void {
    if (text === '') return;
    this.#pending.push(text);
    this.#pendingLength += text.length;
    if (this.#pendingLength <= this.#limit) return;
    throw new ExecError(
      'outputTooLarge',
      `a line is longer than ${this.#limit} characters; read bytes with events() or stdout instead`,
    );
  }

  #take(): string {
    const line = this.#pending.join('');
    this.#pending = [];
    this.#pendingLength = 0;
    return line;
  }
}

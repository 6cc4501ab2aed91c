/** What raw mode needs of a terminal. */
export interface RawTerminal {
  readonly isRaw: boolean;
  setRawMode(isRaw: boolean): unknown;
}

/**
 * A terminal that hands on every key as it is typed, Ctrl-C included, until it is restored: at the latest when this
 * program exits, be it by an error that nobody caught.
 */
export class RawMode {
  readonly #terminal: RawTerminal;
  readonly #wasRaw: boolean;
  #isOn = true;

  constructor(terminal: RawTerminal) {
    this.#terminal = terminal;
    this.#wasRaw = terminal.isRaw;
    process.on('exit', this.restore);
    terminal.setRawMode(true);
  }

  /** Puts the terminal back as it was; safe to call again. */
  readonly restore = (): void => {
    if (!this.#isOn) return;
    this.#isOn = false;
    process.off('exit', this.restore);
    try {
      this.#terminal.setRawMode(this.#wasRaw);
    } catch {
      // A terminal that hung up has no mode any more.
    }
  };
}

import { InvalidArgumentError } from 'commander';

/** What typed bytes come to. */
export interface Typed {
  /** What goes to the process. */
  readonly bytes: Uint8Array;
  /** Whether the keys for leaving were typed; what came behind them is dropped. */
  readonly isDetached: boolean;
}

/**
 * Reads `ctrl-p,ctrl-q`: keys between commas, each a character or `ctrl-` with a letter or one of @ [ \ ] ^ _. An empty
 * text stands for no keys.
 * @throws InvalidArgumentError for anything else.
 */
export function parseDetachKeys(text: string): Uint8Array {
  return text === '' ? new Uint8Array(0) : Uint8Array.from(text.split(',').map(keyOf));
}

function keyOf(name: string): number {
  const control = /^ctrl-([a-z@[\\\]^_])$/i.exec(name)?.[1];
  if (control !== undefined) return control.toUpperCase().charCodeAt(0) & 0x1f;
  if (/^[\x21-\x7e]$/.test(name)) return name.charCodeAt(0);
  throw new InvalidArgumentError('Use keys such as ctrl-p,ctrl-q or ctrl-],d.');
}

/** Watches what is typed for a sequence of keys. What may be its beginning is held back until that is known. */
export class DetachKeys {
  readonly #keys: Uint8Array;
  #held = 0;

  /** @param keys The sequence; empty for none. */
  constructor(keys: Uint8Array) {
    this.#keys = keys;
  }

  /** Takes what was typed. */
  type(typed: Uint8Array): Typed {
    if (this.#keys.length === 0) return { bytes: typed, isDetached: false };
    const passed: number[] = [];
    for (const byte of typed) {
      passed.push(...this.#take(byte));
      if (this.#held === this.#keys.length) return { bytes: Uint8Array.from(passed), isDetached: true };
    }
    return { bytes: Uint8Array.from(passed), isDetached: false };
  }

  /** @returns the bytes that turn out not to belong to the sequence. */
  #take(byte: number): number[] {
    const pending = [...this.#keys.subarray(0, this.#held), byte];
    // The sequence may begin again within itself.
    const start = pending.findIndex((_, at) => this.#isBeginning(pending.slice(at)));
    const passed = start === -1 ? pending.length : start;
    this.#held = pending.length - passed;
    return pending.slice(0, passed);
  }

  #isBeginning(bytes: readonly number[]): boolean {
    return bytes.every((byte, at) => byte === this.#keys[at]);
  }
}

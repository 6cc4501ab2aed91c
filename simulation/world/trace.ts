/** What happened in a world, line by line. */
export interface Trace {
  readonly isOn: boolean;
  add(who: string, text: string): void;
  /** Says what time it is from now on. */
  clock(now: () => number): void;
}

/** Keeps nothing. */
export const NO_TRACE: Trace = { isOn: false, add: () => undefined, clock: () => undefined };

const MAX_TEXT = 220;

/** Keeps lines, each with the virtual time. */
export class TraceLines implements Trace {
  readonly isOn = true;
  readonly lines: string[] = [];
  #now: () => number = () => 0;

  clock(now: () => number): void {
    this.#now = now;
  }

  add(who: string, text: string): void {
    const line = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${text.length})` : text;
    this.lines.push(`${this.#now().toFixed(2).padStart(11)}  ${who.padEnd(10)} ${line}`);
  }
}

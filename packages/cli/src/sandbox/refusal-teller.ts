import type { NetworkDecision } from '@holdfast/sandbox';
import { printable } from '../text/printable.js';

/** Different refusals that one command is told of. */
const MAX_TOLD = 1000;

/** Tells what a command was refused of the network, each thing once however often it is tried. */
export class RefusalTeller {
  readonly #tell: (line: string) => void;
  readonly #told = new Set<string>();

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  add({ decision, protocol, host, port, reason, rule }: NetworkDecision): void {
    if (decision === 'allow') return;
    const target = `${host === undefined ? 'a request' : printable(host)}${port === undefined ? '' : `:${port}`}`;
    const because = rule === undefined ? '' : ` (${rule})`;
    this.#tellOnce(`network: ${protocol} to ${target} was refused: ${reason ?? ''}${because}`);
  }

  /** A connection could not be served. */
  addFault(error: unknown): void {
    this.#tellOnce(`network: a connection could not be served: ${printable(String(error))}`);
  }

  #tellOnce(line: string): void {
    if (this.#told.has(line) || this.#told.size >= MAX_TOLD) return;
    this.#told.add(line);
    this.#tell(line);
  }
}

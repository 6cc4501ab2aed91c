import { ExecError, type ProcessId } from '@holdfast/exec-protocol';

/**
 * Output that a view asked for is no longer retained by the server; the kind is `gap`. To go on behind the hole, open a
 * view with `after: error.to`.
 */
export class GapError extends ExecError {
  /** Lowest seq that is missing. */
  readonly from: number;
  /** Highest seq that is missing. */
  readonly to: number;

  constructor(id: ProcessId, from: number, to: number) {
    const process = `of process ${JSON.stringify(id)}`;
    const lost = from === to ? `event ${from} ${process} is` : `events ${from} to ${to} ${process} are`;
    super(
      'gap',
      `${lost} no longer retained by the server; ` +
        'open views before the process starts, or read on behind the hole',
    );
    this.from = from;
    this.to = to;
  }
}

import { MAX_STATUS_BYTES } from '../limits.js';

/** What the wrapper told on its status pipe. */
export interface WrapperStatus {
  /** The first process of the sandbox, as the host numbers it; undefined when the wrapper failed before. */
  readonly childPid: number | undefined;
  /** The inode of the namespace of processes that the command is in. */
  readonly pidNamespace: number | undefined;
  /** The command's exit code, 128 + n after signal n. Undefined when it never ran or the wrapper was killed. */
  readonly exitCode: number | undefined;
}

/** Collects what comes on the status pipe. */
export class WrapperStatusReader {
  #text = '';

  add(chunk: Uint8Array): void {
    const left = MAX_STATUS_BYTES - this.#text.length;
    this.#text += Buffer.from(chunk.subarray(0, left)).toString('latin1');
  }

  get status(): WrapperStatus {
    return {
      childPid: numberAt(this.#text, 'child-pid'),
      pidNamespace: numberAt(this.#text, 'pid-namespace'),
      exitCode: numberAt(this.#text, 'exit-code'),
    };
  }
}

// Several JSON documents follow each other without a mark between them; each member has one number.
function numberAt(text: string, member: string): number | undefined {
  const digits = new RegExp(`"${member}": *(\\d+)`).exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

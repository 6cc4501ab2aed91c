import { readFileSync, writeFileSync } from 'node:fs';

const MIB_OF_KIB = 1024;

/** Memory of a process as Linux counts it, from now on. */
export class ResidentMemory {
  readonly #pid: number;
  readonly #startMib: number;

  constructor(pid: number) {
    this.#pid = pid;
    this.#startMib = this.#read('VmRSS');
  }

  /** What it had at the start, in MiB. */
  get startMib(): number {
    return this.#startMib;
  }

  /** The most that it had beyond that since the last call of `forgetPeak`, in MiB. The system keeps count, so none is missed. */
  get peakMib(): number {
    return this.#read('VmHWM') - this.#startMib;
  }

  forgetPeak(): void {
    writeFileSync(`/proc/${String(this.#pid)}/clear_refs`, '5');
  }

  #read(what: 'VmRSS' | 'VmHWM'): number {
    const status = readFileSync(`/proc/${String(this.#pid)}/status`, 'utf8');
    return Number(new RegExp(`^${what}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / MIB_OF_KIB;
  }
}

import { closeSync, openSync } from 'node:fs';

/** Every descriptor that this process could still have, but for a few; disposing of it gives all back. */
export class Hoard implements Disposable {
  readonly #fds: number[] = [];

  /** @param free How many are left over. */
  constructor(free: number) {
    try {
      for (;;) this.take();
    } catch {
      for (const fd of this.#fds.splice(0, free)) closeSync(fd);
    }
  }

  /** @throws Error `EMFILE` when there is none. */
  take(): void {
    this.#fds.push(openSync('/dev/null', 'r'));
  }

  [Symbol.dispose](): void {
    for (const fd of this.#fds.splice(0)) closeSync(fd);
  }
}

/** Runs `work` while so many descriptors are left over. */
export function withFree<T>(free: number, work: () => T): T {
  const hoard = new Hoard(free);
  try {
    return work();
  } finally {
    hoard[Symbol.dispose]();
  }
}

import { MAX_APPEARED } from '@holdfast/exec-protocol';
import type { AppearedKind, AppearedReport } from './appeared.js';

/** Characters of a path that a text shows. */
const SHOWN_CHARACTERS = 200;

/** What has been found: the first `MAX_APPEARED` by name, and of all others how many they are. */
export class Findings {
  readonly #found: AppearedReport['found'][number][] = [];
  #more = 0;

  get report(): AppearedReport {
    return { found: this.#found, more: this.#more };
  }

  /** As far as it is among those that are told by name. */
  isTold(path: string): boolean {
    return this.#found.some((one) => one.path === path);
  }

  /** @param text In words, of the path as it is shown. */
  add(kind: AppearedKind, path: string, text: (path: string) => string): void {
    if (this.#found.length < MAX_APPEARED) this.#found.push({ kind, path, text: text(shown(path)) });
    else this.#more += 1;
  }
}

/** A path or name as people are shown it. */
export function shown(path: string): string {
  return path.length > SHOWN_CHARACTERS ? `${path.slice(0, SHOWN_CHARACTERS)}…` : path;
}

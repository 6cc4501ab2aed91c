import { complain } from '../complain.js';
import { printable } from '../text/printable.js';

/** Whoever made what notes are about, such as an earlier command, could have made thousands. */
const MAX_NOTES_SHOWN = 64;

/** Tells what is to be known of a sandbox before its command runs, each thing once however often that is planned. */
export class NoteTeller {
  readonly #told = new Set<string>();
  #hasToldOfMore = false;

  tell(notes: readonly string[]): void {
    const unknown = notes.filter((text) => !this.#told.has(text));
    const shown = unknown.slice(0, MAX_NOTES_SHOWN - this.#told.size);
    for (const text of shown) {
      this.#told.add(text);
      complain(`note: ${printable(text)}`);
    }
    const left = unknown.length - shown.length;
    if (left === 0 || this.#hasToldOfMore) return;
    this.#hasToldOfMore = true;
    complain(`note: and ${left} more, which holdfast sandbox explain shows`);
  }
}

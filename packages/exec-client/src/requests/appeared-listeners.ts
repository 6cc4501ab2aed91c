import {
  MAX_APPEARED_LISTENERS,
  type ParamsOf,
  type ProcessId,
  type sandboxAppeared,
  understoodAppeared,
} from '@holdfast/exec-protocol';
import { callListener } from '../call-listener.js';
import type { AppearedListener } from '../connection/link.js';

/**
 * Who hears what has appeared while processes ran. A report may come long after its process has closed, or never, so who waits
 * for that of a closed one is kept, but only so many.
 */
export class AppearedListeners {
  readonly #listeners = new Map<ProcessId, AppearedListener>();
  /** Processes that have closed, the first one first. */
  readonly #closed = new Set<ProcessId>();

  /** @returns what says that the process is over. */
  add(id: ProcessId, listener: AppearedListener): () => void {
    // A second process of an id that is in use is refused, and takes nothing from the first.
    if (this.#listeners.has(id) && !this.#closed.has(id)) return () => undefined;
    this.#forget(id);
    this.#listeners.set(id, listener);
    return () => {
      if (this.#listeners.get(id) !== listener) return;
      this.#closed.add(id);
      const [oldest] = this.#closed;
      if (oldest !== undefined && this.#closed.size > MAX_APPEARED_LISTENERS) this.#forget(oldest);
    };
  }

  /** Hands on what the server told, as far as this build understands it. Nothing else is told of this process. */
  tell({ processId, ...report }: ParamsOf<typeof sandboxAppeared>): void {
    const listener = this.#listeners.get(processId);
    this.#forget(processId);
    if (listener !== undefined) callListener(listener, understoodAppeared(report));
  }

  /** Nothing more will be told. */
  end(): void {
    this.#listeners.clear();
    this.#closed.clear();
  }

  #forget(id: ProcessId): void {
    this.#listeners.delete(id);
    this.#closed.delete(id);
  }
}

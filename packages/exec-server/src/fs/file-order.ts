/**
 * The order of file requests in a session: those that change something run alone, all others together. Each waits only
 * for those that came before it, so a client that does not wait for answers sees what it would see if it did.
 */
export class FileOrder {
  /** Settles when every change that came before has been made; undefined when there is none to wait for. */
  #changes: Promise<void> | undefined;
  /** Looks since the last change that are not over. */
  readonly #looks = new Set<Promise<void>>();

  /** What a look has to wait for now; undefined when it may run at once. Never fails. */
  get changes(): Promise<void> | undefined {
    return this.#changes;
  }

  /** Runs after all earlier changes; at once, before this returns, where there is none. */
  look<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#changes === undefined ? work() : this.#changes.then(work);
    this.holdChanges(result);
    return result;
  }

  /** Lets no later change be made before `work` has settled. */
  holdChanges(work: Promise<unknown>): void {
    const over = settled(work);
    this.#looks.add(over);
    void over.then(() => this.#looks.delete(over));
  }

  /** Runs after everything that came before, and before everything that comes later. */
  change<T>(work: () => Promise<T>): Promise<T> {
    const earlier = [...this.#looks, ...(this.#changes === undefined ? [] : [this.#changes])];
    this.#looks.clear();
    const result = earlier.length === 0 ? work() : Promise.all(earlier).then(work);
    const over = settled(result);
    this.#changes = over;
    void over.then(() => {
      if (this.#changes === over) this.#changes = undefined;
    });
    return result;
  }
}

function settled(work: Promise<unknown>): Promise<void> {
  return work.then(
    () => undefined,
    () => undefined,
  );
}

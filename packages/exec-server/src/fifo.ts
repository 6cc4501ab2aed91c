interface Link<T> {
  readonly value: T;
  next: Link<T> | undefined;
}

/** A queue of any length: an array moves all of its entries, once they are many, when the first is taken. */
export class Fifo<T> {
  #first: Link<T> | undefined;
  #last: Link<T> | undefined;

  /** What was added first and not taken yet. */
  get first(): T | undefined {
    return this.#first?.value;
  }

  add(value: T): void {
    const link: Link<T> = { value, next: undefined };
    if (this.#last === undefined) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
  }

  take(): T | undefined {
    const link = this.#first;
    this.#first = link?.next;
    if (this.#first === undefined) this.#last = undefined;
    return link?.value;
  }
}

/** What is known at canonical paths. Asking costs as much as the path is long, however deep it is. */
export class PathMap<Value> {
  readonly #root: Node<Value> = { value: undefined, below: new Map() };

  /** @param known Of several for one path the last one counts. */
  constructor(known: Iterable<readonly [path: string, value: Value]> = []) {
    for (const [path, value] of known) this.set(path, value);
  }

  /** Replaces what is known at this very path. */
  set(path: string, value: Value): void {
    let at = this.#root;
    for (const name of namesIn(path)) {
      let next = at.below.get(name);
      if (next === undefined) {
        next = { value: undefined, below: new Map() };
        at.below.set(name, next);
      }
      at = next;
    }
    at.value = value;
  }

  /** What is known at the path or, of all that hold it, at the nearest one. */
  nearest(path: string): Value | undefined {
    let at: Node<Value> | undefined = this.#root;
    let found = at.value;
    for (const name of namesIn(path)) {
      at = at.below.get(name);
      if (at === undefined) break;
      found = at.value ?? found;
    }
    return found;
  }

  /** What is known at the directories that hold the path, the root first. */
  *above(path: string): Generator<Value> {
    let at: Node<Value> | undefined = this.#root;
    for (const name of namesIn(path)) {
      if (at.value !== undefined) yield at.value;
      at = at.below.get(name);
      if (at === undefined) return;
    }
  }

  /** What is known at the path and at all that it holds. */
  *within(path: string): Generator<Value> {
    let top: Node<Value> | undefined = this.#root;
    for (const name of namesIn(path)) top = top?.below.get(name);
    const left = top === undefined ? [] : [top];
    for (let node = left.pop(); node !== undefined; node = left.pop()) {
      if (node.value !== undefined) yield node.value;
      left.push(...node.below.values());
    }
  }
}

interface Node<Value> {
  value: Value | undefined;
  readonly below: Map<string, Node<Value>>;
}

/** One after the other: where nothing is known further down, the rest is not looked at. */
function* namesIn(path: string): Generator<string> {
  for (let from = 1; from < path.length; ) {
    const slash = path.indexOf('/', from);
    const to = slash < 0 ? path.length : slash;
    yield path.slice(from, to);
    from = to + 1;
  }
}

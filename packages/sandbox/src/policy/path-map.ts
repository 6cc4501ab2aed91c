import { parentOf } from '../files/paths.js';

/**
 * What is known at canonical paths. Asking costs as much as the path is long, however deep it is, and little in directories in
 * which something is known.
 */
export class PathMap<Value> {
  readonly #root: Node<Value> = { value: undefined, above: undefined, below: new Map() };
  /** By path, those in which something is known: the way there is gone once for all of it. */
  readonly #directories = new Map<string, Node<Value>>([['/', this.#root]]);

  /** @param known Of several for one path the last one counts. */
  constructor(known: Iterable<readonly [path: string, value: Value]> = []) {
    for (const [path, value] of known) this.set(path, value);
  }

  /** Replaces what is known at this very path. */
  set(path: string, value: Value): void {
    const directory = parentOf(path);
    const above = this.#directories.get(directory) ?? this.#make(directory);
    const node = path === '/' ? this.#root : childIn(above, nameOf(path));
    node.value = value;
  }

  /** What is known at the path or, of all that hold it, at the nearest one. */
  nearest(path: string): Value | undefined {
    let at: Node<Value> | undefined = this.#nodeAt(path);
    while (at !== undefined && at.value === undefined) at = at.above;
    return at?.value;
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
    const top = this.#exactly(path);
    const left = top === undefined ? [] : [top];
    for (let node = left.pop(); node !== undefined; node = left.pop()) {
      if (node.value !== undefined) yield node.value;
      left.push(...node.below.values());
    }
  }

  /** What is known next below the path, on each way down. */
  *nextWithin(path: string): Generator<Value> {
    const left = [...(this.#exactly(path)?.below.values() ?? [])];
    for (let node = left.pop(); node !== undefined; node = left.pop()) {
      if (node.value === undefined) left.push(...node.below.values());
      else yield node.value;
    }
  }

  #make(directory: string): Node<Value> {
    let at = this.#root;
    for (const name of namesIn(directory)) at = childIn(at, name);
    this.#directories.set(directory, at);
    return at;
  }

  #exactly(path: string): Node<Value> | undefined {
    let at: Node<Value> | undefined = this.#root;
    for (const name of namesIn(path)) {
      at = at.below.get(name);
      if (at === undefined) return undefined;
    }
    return at;
  }

  /** Of the path or, of all that hold it, of the nearest one below which something is known. */
  #nodeAt(path: string): Node<Value> {
    const itself = this.#directories.get(path);
    if (itself !== undefined) return itself;
    const directory = this.#directories.get(parentOf(path));
    if (directory !== undefined) return directory.below.get(nameOf(path)) ?? directory;
    let at = this.#root;
    for (const name of namesIn(path)) {
      const next = at.below.get(name);
      if (next === undefined) break;
      at = next;
    }
    return at;
  }
}

interface Node<Value> {
  value: Value | undefined;
  readonly above: Node<Value> | undefined;
  readonly below: Map<string, Node<Value>>;
}

/** Makes it where nothing is known there or below. */
function childIn<Value>(above: Node<Value>, name: string): Node<Value> {
  const known = above.below.get(name);
  if (known !== undefined) return known;
  const node = { value: undefined, above, below: new Map<string, Node<Value>>() };
  above.below.set(name, node);
  return node;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
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

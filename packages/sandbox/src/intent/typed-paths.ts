import type { CrossedLink } from '../files/resolve-path.js';
import type { IntentEntry } from './schema.js';

/** How a path was written that an entry has without `..`. */
export interface TypedPath {
  readonly path: string;
  /** The links that were followed to take `..` out. */
  readonly links: readonly CrossedLink[];
}

/** Keeps how the path of an entry was written, which a URI cannot say: `..` is taken out of that by name. */
export function keepTyped(entry: IntentEntry, typed: TypedPath): void {
  TYPED.set(entry, typed);
}

/** How the path of an entry was written, where links were followed for it. */
export function typedPathOf(entry: IntentEntry): TypedPath | undefined {
  return TYPED.get(entry);
}

const TYPED = new WeakMap<IntentEntry, TypedPath>();

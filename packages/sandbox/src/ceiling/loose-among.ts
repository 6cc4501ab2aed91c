/** What is looked at again when a command has ended. */
export interface Loose<T> {
  readonly found: readonly T[];
  /** What to say before it begins. */
  readonly notes: readonly string[];
}

/**
 * Those that nothing keeps as they are, as many as are looked at again.
 * @param noteOfMore What to say where there are more, of the first one beyond.
 */
export function looseAmong<T>(
  all: Iterable<T>,
  isLoose: (one: T) => boolean,
  atMost: number,
  noteOfMore: (beyond: T) => string,
): Loose<T> {
  const loose = [...all].filter(isLoose);
  const beyond = loose.slice(atMost, atMost + 1);
  return { found: loose.slice(0, atMost), notes: beyond.map(noteOfMore) };
}

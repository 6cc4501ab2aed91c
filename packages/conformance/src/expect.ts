import { inspect, isDeepStrictEqual } from 'node:util';

/** A server did something else than a case says. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';
}

/** @throws Mismatch unless both are the same through and through. */
export function same(what: string, actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) {
    throw new Mismatch(`${what}: expected ${shown(expected)}, got ${shown(actual)}`);
  }
}

/** @throws Mismatch unless the statement holds. */
export function holds(statement: boolean, what: string, actual: unknown): void {
  if (!statement) throw new Mismatch(`${what}, got ${shown(actual)}`);
}

/** A value on one line, cut where it would fill the screen. */
function shown(value: unknown): string {
  const text = inspect(value, { depth: 6, breakLength: Infinity, maxArrayLength: 12, maxStringLength: 200 });
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

const MAX_SHOWN = 600;

import { utf8Length } from '../utf8.js';
import { type JsonLimits, scanJson } from '../wire/json-scanner.js';

/** The text of a message, or why the other side would not take it. */
type Sendable =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string };

/** What the other side takes. */
interface Taken {
  readonly maxBytes: number;
  /** What a message may be made of; default anything. */
  readonly json?: JsonLimits;
}

const MAX_UTF8_PER_UNIT = 3;

/** Each value takes two UTF-16 units of a message at least. */
const MIN_UNITS_PER_VALUE = 2;

/**
 * Writes a message and looks whether it can be sent. One that is longer than any text can be is none that can.
 * @throws what `encode` throws for another reason than length.
 */
export function sendable(encode: () => string, taken: Taken): Sendable {
  const text = textOf(encode);
  if (text === undefined) return { ok: false, problem: 'the message is longer than one text can be' };
  const problem = problemOf(text, taken);
  return problem === undefined ? { ok: true, text } : { ok: false, problem };
}

/** Undefined where V8 has no room for a text of this length, or none to go so deep. */
function textOf(encode: () => string): string | undefined {
  try {
    return encode();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Only large messages can have too much of anything. */
function problemOf(text: string, { maxBytes, json }: Taken): string | undefined {
  if (text.length * MAX_UTF8_PER_UNIT > maxBytes) {
    const bytes = utf8Length(text);
    if (bytes > maxBytes)
      return `the message has ${String(bytes)} bytes and the other side takes ${String(maxBytes)}`;
  }
  if (json === undefined || text.length <= MIN_UNITS_PER_VALUE * json.maxValues) return undefined;
  const scan = scanJson(text, json);
  return scan.ok ? undefined : scan.problem.message;
}

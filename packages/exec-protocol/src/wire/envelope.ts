import type { Brand } from '../ids.js';

/**
 * The JSON text of a request id: `7`, `-9007199254740993` or `"abc"`. Text, because ids have 64 bits and are echoed
 * exactly. One id has one spelling, so ids compare with `===` and serve as keys of a map.
 */
export type WireId = Brand<string, 'WireId'>;

/** W3C trace context of the sender. The values are passed on unchecked; whoever joins the trace judges them. */
export interface TraceContext {
  readonly traceparent?: string;
  readonly tracestate?: string;
}

/** The error member of an answer. */
export interface WireError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** Someone asks and waits for an answer with the same id. `params` is undefined where the message has none. */
interface RequestEnvelope {
  readonly kind: 'request';
  readonly id: WireId;
  readonly method: string;
  readonly params: unknown;
  readonly trace?: TraceContext;
}

/** Someone tells; nothing is answered. `params` is undefined where the message has none. */
interface NotificationEnvelope {
  readonly kind: 'notification';
  readonly method: string;
  readonly params: unknown;
  readonly trace?: TraceContext;
}

/** The answer to a request that worked. */
interface ResponseEnvelope {
  readonly kind: 'response';
  readonly id: WireId;
  readonly result: unknown;
}

/** The answer to a request that failed. */
interface ErrorEnvelope {
  readonly kind: 'error';
  readonly id: WireId;
  readonly error: WireError;
}

/** Every message that can travel, sorted by what it is. */
export type Envelope = RequestEnvelope | NotificationEnvelope | ResponseEnvelope | ErrorEnvelope;

/** The id of an answer to a message whose own id could not be read. */
export const MALFORMED_ID: WireId = '-1' as WireId;

// One spelling for each number: no leading zeros and no `-0`, which is a fraction to some peers.
const INTEGER = /^(?:0|-?[1-9][0-9]{0,18})$/;
const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 63n - 1n;

/**
 * The id that a number stands for.
 * @throws RangeError unless the number is a safe integer.
 */
export function wireIdFromNumber(value: number): WireId {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${String(value)} is not a safe integer`);
  return String(value) as WireId;
}

/** The number that an id is, or undefined where it is a text or no safe integer. */
export function numberOfWireId(id: WireId): number | undefined {
  const value = id.startsWith('"') ? Number.NaN : Number(id);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The id that a text stands for; the empty text is one too. */
export function wireIdFromString(text: string): WireId {
  return JSON.stringify(text) as WireId;
}

/** The id that a piece of JSON spells, or undefined unless it is a string or an integer of at most 64 bits. */
export function parseWireId(source: string): WireId | undefined {
  if (source.startsWith('"')) return parseStringId(source);
  if (!INTEGER.test(source)) return undefined;
  const value = BigInt(source);
  return value >= MIN_INTEGER && value <= MAX_INTEGER ? (source as WireId) : undefined;
}

function parseStringId(source: string): WireId | undefined {
  try {
    return wireIdFromString(JSON.parse(source) as string);
  } catch {
    return undefined;
  }
}

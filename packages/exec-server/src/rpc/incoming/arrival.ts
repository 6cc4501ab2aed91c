/** A sign of life, with what a pong of the other side has brought back. */
interface Heartbeat {
  readonly echo: string | undefined;
}

/** What came of a carrier: a message as it was, or a sign of life. */
export type Arrival = string | Uint8Array | Heartbeat;

export function isMessage(arrival: Arrival): arrival is string | Uint8Array {
  return typeof arrival === 'string' || arrival instanceof Uint8Array;
}

/** What an arrival takes beside its content, about. */
const BYTES_AROUND = 128;

/** The memory of an arrival, about: a text may take two bytes a character, as it does with a single one beyond Latin. */
export function bytesOfArrival(arrival: Arrival): number {
  if (!isMessage(arrival)) return BYTES_AROUND;
  return BYTES_AROUND + (typeof arrival === 'string' ? 2 : 1) * arrival.length;
}

import type { ProcessHandle } from '@holdfast/exec-client';
import { followEvents } from '../follow/follow-events.js';
import type { Report } from '../follow/report.js';
import { LineTail, type OutputEvent, type Place, type Stream } from './line-tail.js';

/** Which part of a log is searched for its last lines. */
export interface TailQuery {
  /** How many lines. */
  readonly lines: number;
  /** Only events with a higher seq. */
  readonly after: number;
  /** The last event. */
  readonly until: number;
  /** The first event that is retained. */
  readonly firstSeq: number;
  /** Stops; the reason is thrown. */
  readonly signal: AbortSignal;
}

/** Where the last lines begin. */
export interface Tail {
  /** They come after this seq. */
  readonly after: number;
  /** What is shown of an event up to the end of the search; undefined for nothing. */
  cut(event: OutputEvent): OutputEvent | undefined;
}

/** How many events are looked at first; most logs are asked for a screenful. */
const FIRST_SPAN = 256;

const SPAN_GROWTH = 8;

/**
 * Finds the last lines of a log from its end, so that a long one is not fetched for a few lines. Only positions are kept;
 * where there are fewer lines than wanted, the tail is everything.
 */
export async function findTail(handle: ProcessHandle, query: TailQuery): Promise<Tail> {
  const { lines, after, until, firstSeq, signal } = query;
  if (lines === 0) return { after: until, cut: () => undefined };
  for (let span = Math.max(FIRST_SPAN, lines); ; span *= SPAN_GROWTH) {
    const from = Math.max(after, until - span);
    const tail = new LineTail(lines, from === after && firstSeq <= after + 1);
    await followEvents(handle, { report: listening(tail), after: from, until, signal });
    const starts = tail.finish();
    if (starts !== undefined) return tailFrom(starts);
    if (from === after) return { after, cut: (event) => event };
  }
}

/** Nothing of a search is shown; what is missing shows again when its result is. */
function listening(tail: LineTail): Report {
  return {
    event: (event) => {
      if (event.type === 'output') tail.add(event);
      return Promise.resolve();
    },
    note: () => undefined,
    failed: () => undefined,
  };
}

function tailFrom(starts: ReadonlyMap<Stream, Place>): Tail {
  return {
    after: Math.min(...[...starts.values()].map(({ seq }) => seq)) - 1,
    cut(event) {
      const start = starts.get(event.stream);
      if (start === undefined || event.seq < start.seq) return undefined;
      return event.seq === start.seq ? { ...event, bytes: event.bytes.subarray(start.offset) } : event;
    },
  };
}

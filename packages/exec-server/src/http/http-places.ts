import {
  ExecError,
  HTTP_PLACE_WAIT_MS,
  MAX_FIRST_HTTP_REQUESTS,
  MAX_HTTP_REQUESTS,
  MAX_WAITING_HTTP_REQUESTS,
} from '@holdfast/exec-protocol';
import { type Clock, systemClock } from '../clock.js';
import { FairPlaces, type LeavePlace } from '../fair-places.js';
import { timeLimit } from '../time-limit.js';
import type { HttpParty, HttpPlaces } from './http-client.js';

/** What HTTP requests may have of the descriptors of this process: one of so many. */
const SHARE_OF_DESCRIPTORS = 8;

/** They have so many even of few. */
const FEWEST_REQUESTS = 16;

/** As many as a usual process may have at least. */
const USUAL_DESCRIPTORS = 1024;

/**
 * The HTTP requests of a server, all sessions together: what these hold of its descriptors, files and starts of others lack. A
 * session has no more of them than it leaves for others; its next ones wait for a while, as those of any HTTP client do that has
 * a bound of connections.
 * @param descriptors How many this process may have; undefined where that is not known.
 */
export function createHttpPlaces(
  descriptors: number | undefined,
  clock: Pick<Clock, 'after'> = systemClock,
): HttpPlaces {
  const all = mostRequests(descriptors);
  const places = new FairPlaces({
    all,
    perSession: Number.POSITIVE_INFINITY,
    isShareShrinking: true,
    forFirst: MAX_FIRST_HTTP_REQUESTS,
    waiting: MAX_WAITING_HTTP_REQUESTS,
    refusal: () =>
      refusal(
        `${String(MAX_WAITING_HTTP_REQUESTS)} requests of this session wait (MAX_WAITING_HTTP_REQUESTS)`,
      ),
  });
  return {
    most: all,
    take: async (party, signal) => {
      signal.throwIfAborted();
      return places.take(party) ?? (await inTime(places, party, signal, clock));
    },
  };
}

/** Requests that a server may have under way, but for those of sessions that have none. */
export function mostRequests(descriptors = USUAL_DESCRIPTORS): number {
  const share = Math.floor(descriptors / SHARE_OF_DESCRIPTORS);
  return Math.max(FEWEST_REQUESTS, Math.min(MAX_HTTP_REQUESTS, share));
}

async function inTime(
  places: FairPlaces,
  party: HttpParty,
  signal: AbortSignal,
  clock: Pick<Clock, 'after'>,
): Promise<LeavePlace> {
  const limit = timeLimit(clock, signal, HTTP_PLACE_WAIT_MS, () =>
    refusal(`none of those that have a place was over within ${String(HTTP_PLACE_WAIT_MS / 1000)} s`),
  );
  try {
    return await places.wait(party, limit.signal);
  } finally {
    limit.end();
  }
}

function refusal(why: string): ExecError {
  return new ExecError(
    'limitExceeded',
    `http/request: too many are under way on this server, and ${why}; read their bodies to the end, give them timeoutMs, or send fewer at a time`,
  );
}

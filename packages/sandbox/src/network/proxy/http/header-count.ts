import { MAX_PROXY_HEADERS } from '../../../limits.js';

/** What Node is told to keep of a message: one header more than may be, which shows that there are too many. */
export const KEPT_HEADERS = MAX_PROXY_HEADERS + 1;

/**
 * Whether a message of which Node keeps `KEPT_HEADERS` has more than may be. Node obeys further ones and does not show them, so
 * nothing of such a message may be believed or passed on.
 */
export function hasTooManyHeaders(rawHeaders: readonly string[]): boolean {
  return rawHeaders.length > 2 * MAX_PROXY_HEADERS;
}

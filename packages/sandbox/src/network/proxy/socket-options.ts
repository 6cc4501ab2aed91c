import { PROXY_QUEUE_BYTES } from '../../limits.js';

/** Of both ends that the proxy holds: each side ends by itself, nothing small waits, and of what cannot go on one part is kept. */
export const PROXY_SOCKET = { allowHalfOpen: true, noDelay: true, highWaterMark: PROXY_QUEUE_BYTES } as const;

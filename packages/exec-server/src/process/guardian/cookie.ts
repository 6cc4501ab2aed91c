import { randomUUID } from 'node:crypto';

/** The variable by which a server's guardian finds what the server started; the only one that a server adds to `env`. */
export const COOKIE_VARIABLE = 'HOLDFAST_SERVER_COOKIE';

/** What marks the processes of one server. */
export interface Cookie {
  /** What the guardian looks for: the part that no other server has. */
  readonly own: string;
  /** What the variable holds: the parts of all servers around this one, its own last. */
  readonly value: string;
}

/**
 * The cookie of a server that starts now.
 * @param inherited What the variable holds in the server's own environment: a server that runs inside another one passes
 *   on the other's mark, or the outer guardian would lose sight of what the inner server started.
 */
export function createCookie(inherited: string | undefined): Cookie {
  const own = randomUUID();
  // Anything else was not written by a server, and a chain grows with each server inside a server.
  const outer =
    inherited !== undefined && CHAIN.test(inherited) ? inherited.split(':').slice(-MAX_OUTER) : [];
  return { own, value: [...outer, own].join(':') };
}

/** What one process of the server carries: the server's value and a number, so that its descendants can be told apart. */
export function processCookie(cookie: Cookie, number: number): string {
  return `${cookie.value}.${String(number)}`;
}

const CHAIN = /^[0-9a-f-]{36}(\.\d+)?(:[0-9a-f-]{36}(\.\d+)?)*$/;
const MAX_OUTER = 15;

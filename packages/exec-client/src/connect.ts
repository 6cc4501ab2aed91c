import { checkConnectOptions } from './check-options.js';
import type { Client } from './client.js';
import { systemClock } from './clock.js';
import type { ConnectOptions } from './connect-options.js';
import { dialer } from './dial/dialer.js';
import type { CommandTarget } from './dial/target.js';
import { nodeFiles } from './local/node-files.js';
import { openSession } from './open-session.js';

// A server that is spoken to through its pipes lives and dies with them, and its death always shows.
const PIPE = { recoverTimeoutMs: 0, silenceMs: 0 };

/**
 * Opens a session on an executor.
 *
 * @param target `ws://…` or `wss://…`, with `?token=…` where the server wants one; `unix:PATH` for a server on a Unix
 *   socket; `stdio:PROGRAM WORDS…`, split at blanks, or `{ command: […] }` for a server that is started and spoken to
 *   through its stdin and stdout.
 * @throws ExecError `connectFailed` with the reason and a remedy; `invalidParams` for options of another type; the
 *   server's error when it refuses a session; the reason of `signal`.
 */
export async function connect(target: string | CommandTarget, options: ConnectOptions = {}): Promise<Client> {
  checkConnectOptions(options);
  const { kind, dial } = dialer(target, options);
  options.signal?.throwIfAborted();
  return openSession(dial, { ...options, ...(kind === 'stdio' ? PIPE : {}) }, systemClock, nodeFiles);
}

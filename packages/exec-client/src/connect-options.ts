import type { DialerOptions } from './dial/dialer.js';
import type { SessionOptions } from './open-session.js';

/**
 * How a connection is made and a session held. A server that is started and spoken to through its stdin and stdout is
 * neither watched for silence nor got back: it ends with its pipes.
 */
export interface ConnectOptions extends SessionOptions, DialerOptions {}

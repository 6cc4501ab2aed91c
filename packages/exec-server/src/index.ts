export type { Lifetimes } from './core.js';
export type { LogLevel } from './logger.js';
export { createExecServer, type ExecServer, type ExecServerOptions, type SpillSettings } from './server.js';
export { DEFAULT_LISTEN_URL } from './transport/listen-address.js';

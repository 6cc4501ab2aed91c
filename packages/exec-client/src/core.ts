export type { Client } from './client.js';
export { type Clock, systemClock, type Timer } from './clock.js';
export type { Dial } from './connection/open-connection.js';
export { afterLateOutput } from './exec/late-output.js';
export { openSession, type SessionOptions } from './open-session.js';
export type {
  Digest,
  LocalEntry,
  LocalFiles,
  LocalName,
  LocalPath,
  PartialFile,
  Replacement,
} from './transfer/local-files.js';

import { environmentInfo, environmentStatus } from './environment.js';
import { initialize, initialized, sessionAcknowledge, sessionClose, sessionReplay } from './initialize.js';
import {
  processAttach,
  processClosed,
  processCloseStdin,
  processDetach,
  processExited,
  processGap,
  processList,
  processOutput,
  processRead,
  processResize,
  processResized,
  processSignal,
  processStart,
  processTerminate,
  processWindow,
  processWrite,
} from './process.js';

/** Every request that a client may send, by its method. */
export const REQUESTS = {
  initialize,
  'session/close': sessionClose,
  'session/replay': sessionReplay,
  'environment/info': environmentInfo,
  'environment/status': environmentStatus,
  'process/start': processStart,
  'process/read': processRead,
  'process/write': processWrite,
  'process/closeStdin': processCloseStdin,
  'process/signal': processSignal,
  'process/terminate': processTerminate,
  'process/resize': processResize,
  'process/list': processList,
  'process/attach': processAttach,
  'process/detach': processDetach,
} as const;

/** Every notification that a client may send, by its method. */
export const CLIENT_NOTIFICATIONS = {
  initialized,
  'session/acknowledge': sessionAcknowledge,
  'process/window': processWindow,
} as const;

/** Every notification that a server may send, by its method. */
export const SERVER_NOTIFICATIONS = {
  'process/output': processOutput,
  'process/resized': processResized,
  'process/gap': processGap,
  'process/exited': processExited,
  'process/closed': processClosed,
} as const;

/** A method that a client may request. */
export type RequestMethod = keyof typeof REQUESTS;

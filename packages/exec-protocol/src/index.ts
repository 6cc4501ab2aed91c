export { decodeBase64, encodeBase64 } from './bytes.js';
export { CLOSE_CODES, type CloseKind } from './close-codes.js';
export {
  ERROR_KINDS,
  type ErrorKind,
  ExecError,
  fromWireError,
  toWireError,
  type WireErrorObject,
} from './errors.js';
export {
  EXTENSIONS,
  type ExtensionName,
  type Extensions,
  extensionNames,
  grantExtensions,
  offeredExtensions,
} from './extensions.js';
export {
  asConnectionId,
  asProcessId,
  asSessionId,
  asWriteId,
  type ConnectionId,
  type ProcessId,
  type SessionId,
  type WriteId,
} from './ids.js';
export {
  ACKNOWLEDGE_DELAY_MS,
  ACKNOWLEDGED_AT_ONCE,
  AHEAD_BYTES,
  ANSWER_MEMORY_BYTES,
  BACKLOG_BYTES,
  BACKLOG_STILL_MS,
  BUSY_RETRY_MS,
  CLIENT_SILENCE_MS,
  CLOSE_RECONNECT_MS,
  CLOSED_PROCESS_TTL_MS,
  DETACHED_PROCESS_TTL_MS,
  DETACHED_SESSION_TTL_MS,
  EXEC_BUFFER_BYTES,
  EXEC_DRAIN_MS,
  FILE_ANSWERS_BYTES,
  FILE_BLOCKS_IN_FLIGHT,
  FILE_TRANSFER_ATTEMPTS,
  FILES_IN_TRANSFER,
  HANDSHAKE_TIMEOUT_MS,
  KILL_GRACE_MS,
  LEGACY_REPLAY_DELAY_MS,
  LEGACY_RESUME_READ_BYTES,
  LEGACY_RESUME_READ_EVENTS,
  LEGACY_SETTLE_MS,
  LOG_MEMORY_BYTES,
  MAX_ATTACHED_PER_SESSION,
  MAX_BODY_DELTA_BYTES,
  MAX_BUFFERED_BODY_BYTES,
  MAX_CHUNK_BYTES,
  MAX_CLIENT_INSTANCES,
  MAX_CLIENT_REQUESTS_IN_FLIGHT,
  MAX_CLOSED_PROCESSES,
  MAX_CONFIG_FILE_BYTES,
  MAX_FILE_BLOCK_BYTES,
  MAX_FILE_HANDLE_ID_BYTES,
  MAX_FILE_HANDLES,
  MAX_FILE_WATCHES,
  MAX_FRUITLESS_RESUMES,
  MAX_KEPT_ANSWERS,
  MAX_LEGACY_MESSAGE_BYTES,
  MAX_LEGACY_REQUESTS_IN_FLIGHT,
  MAX_LOG_EVENTS,
  MAX_MESSAGE_BYTES,
  MAX_PROCESSES_PER_SERVER,
  MAX_PROCESSES_PER_SESSION,
  MAX_READ_BYTES,
  MAX_READ_FILE_BYTES,
  MAX_READERS_PER_PROCESS,
  MAX_REFUSED_CONNECTIONS,
  MAX_REFUSED_REPEATS,
  MAX_REPLAY_CURSORS,
  MAX_REQUESTS_IN_FLIGHT,
  MAX_RESUME_RETRY_MS,
  MAX_SESSIONS,
  MAX_STREAMED_RESPONSES,
  MAX_WALK_DEPTH,
  MAX_WALK_DIRECTORIES,
  MAX_WALK_ENTRIES,
  MAX_WINDOW_BYTES,
  OUTBOX_BYTES,
  PING_INTERVAL_MS,
  RECOVER_DEADLINE_MS,
  REMEMBERED_WRITES,
  REORDER_BYTES,
  RESPONSE_BUFFER_BYTES,
  RESUME_RETRY_MS,
  RETAINED_BYTES,
  SERVER_SILENCE_MS,
  SPILL_PROCESS_BYTES,
  SPILL_READ_ATTEMPTS,
  SPILL_SERVER_BYTES,
  STDIN_QUEUE_BYTES,
  STEADY_CONNECTION_MS,
  TAKEOVER_PONG_MS,
  TRANSFER_TIDY_MS,
  UNPROVEN_BYTES,
  WINDOW_BYTES,
} from './limits.js';
export type {
  Direction,
  MethodFamily,
  NotificationSpec,
  ParamsOf,
  RequestSpec,
  ResultOf,
} from './methods/define.js';
export {
  type EnvironmentInfo,
  environmentConfigRead,
  environmentInfo,
  environmentStatus,
} from './methods/environment.js';
export {
  fsCanonicalize,
  fsClose,
  fsCopy,
  fsCreateDirectory,
  fsGetMetadata,
  fsMissingChanged,
  fsOpen,
  fsReadBlock,
  fsReadDirectory,
  fsReadFile,
  fsRemove,
  fsWalk,
  fsWatchMissing,
  fsWriteBlock,
  fsWriteFile,
} from './methods/fs.js';
export { httpBodyDelta, httpRequest } from './methods/http.js';
export {
  initialize,
  initialized,
  sessionAcknowledge,
  sessionClose,
  sessionReplay,
} from './methods/initialize.js';
export {
  type ProcessSummary,
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
} from './methods/process.js';
export type { EnvPolicy } from './methods/process-start.js';
export { CLIENT_NOTIFICATIONS, REQUESTS, type RequestMethod, SERVER_NOTIFICATIONS } from './methods/table.js';
export type { TerminalSize } from './methods/terminal-size.js';
export {
  containsPath,
  formatPathUri,
  joinPathUri,
  type PathStyle,
  type PathUri,
  parsePathUri,
} from './path-uri.js';
export { type MessageSchema, protocolSchema } from './protocol-schema.js';
export { createPeer, type Peer, type PeerOptions, type RequestOptions } from './rpc/peer.js';
export { type AnswerOf, bindRoute, PreparedAnswer, parseParams, type Route } from './rpc/route.js';
export { isSignalName, SIGNAL_NAMES, type SignalName } from './signals.js';
export { memoryTransportPair } from './transport/memory.js';
export type { Transport, TransportClosed, TransportListener } from './transport/transport.js';
export { decodeUtf8 } from './utf8.js';
export { VERSION } from './version.js';
export { encodeNotification, encodeOutputNotification } from './wire/codec.js';
export { numberOfWireId, type WireId } from './wire/envelope.js';
export {
  createLineSplitter,
  type LineBatch,
  type LineFailure,
  type LineSplitter,
} from './wire/line-splitter.js';
export { ReadAnswerWriter, type ReadChunkOutline } from './wire/read-answer.js';

export { base64Length, decodeBase64, encodeBase64 } from './bytes.js';
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
export * from './limits.js';
export {
  capabilitiesDiscover,
  capabilityRootsDiscover,
  type InstalledCapabilities,
  type RootCapabilities,
  type SkillSummary,
} from './methods/capabilities.js';
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
export { fsDigest, fsList, fsRename, fsSetPermissions, fsSymlink } from './methods/fs-tree.js';
export { httpBodyDelta, httpRequest } from './methods/http.js';
export {
  initialize,
  initialized,
  sessionAcknowledge,
  sessionClose,
  sessionReplay,
} from './methods/initialize.js';
export { networkPolicyDecision, networkPolicyRequest } from './methods/network.js';
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
export {
  type SandboxAppeared,
  type SandboxAppearedReport,
  sandboxAppeared,
  understoodAppeared,
} from './methods/sandbox-appeared.js';
export {
  type DenialFinding,
  type SandboxDenial,
  type SandboxNarrowing,
  type SandboxNote,
  type SandboxReport,
  type SandboxRule,
  understoodDenial,
  understoodReport,
} from './methods/sandbox-verdict.js';
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
export { placeOfIssue, tellIssues } from './rpc/tell-issues.js';
export { isSignalName, SIGNAL_NAMES, type SignalName } from './signals.js';
export { memoryTransportPair } from './transport/memory.js';
export type { Transport, TransportClosed, TransportListener } from './transport/transport.js';
export { decodeUtf8 } from './utf8.js';
export { VERSION } from './version.js';
export { encodeNotification, encodeOutputNotification } from './wire/codec.js';
export { CONTENT_SLICE_BYTES, ContentAnswerWriter } from './wire/content-answer.js';
export { numberOfWireId, type WireId } from './wire/envelope.js';
export { JsonText } from './wire/json-text.js';
export {
  createLineSplitter,
  type LineBatch,
  type LineFailure,
  type LineSplitter,
} from './wire/line-splitter.js';
export { ReadAnswerWriter, type ReadChunkOutline, type ReadOutline } from './wire/read-answer.js';

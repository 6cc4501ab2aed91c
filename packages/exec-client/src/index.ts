export type {
  DenialFinding,
  EnvironmentInfo,
  ErrorKind,
  Extensions,
  InstalledCapabilities,
  ProcessSummary,
  RootCapabilities,
  SandboxAppeared,
  SandboxAppearedReport,
  SandboxDenial,
  SandboxNarrowing,
  SandboxNote,
  SandboxReport,
  SandboxRule,
  SessionId,
  SignalName,
  SkillSummary,
  TerminalSize,
} from '@holdfast/exec-protocol';
export { ExecError } from '@holdfast/exec-protocol';
export type { Client } from './client.js';
export { connect } from './connect.js';
export type { ConnectOptions } from './connect-options.js';
export { type Dialer, type DialerOptions, dialer } from './dial/dialer.js';
export type { CommandTarget } from './dial/target.js';
export { ExitError } from './exec/exit-error.js';
export type { ExecCause, ExecInput, ExecOptions, ExecResult } from './exec/result.js';
export type {
  CpOptions,
  DirectoryEntry,
  FileContent,
  FileHandle,
  FileStat,
  FileSystem,
  LinkOptions,
  MkdirOptions,
  ReadFileOptions,
  RmOptions,
  WalkEntry,
  WalkOptions,
  WalkResult,
  WatchOptions,
} from './fs/file-system.js';
export type { EnvHeader, FetchOptions } from './http/fetch.js';
export type { SessionOptions } from './open-session.js';
export type {
  ClosedEvent,
  ExitedEvent,
  OutputEvent,
  OutputStream,
  ProcessEvent,
  ResizedEvent,
} from './process/events.js';
export { GapError } from './process/gap-error.js';
export type {
  AttachedProcess,
  AttachOptions,
  LineOptions,
  ProcessExit,
  ProcessHandle,
  SignalOptions,
  SpawnOptions,
  TerminateOptions,
  ViewOptions,
  WaitOptions,
} from './process/handle.js';
export type { NetworkOptions, NetworkRecord, NetworkRequest, NetworkVerdict } from './process/network.js';
export type { ProcessView } from './process/views/process-view.js';
export type { ClientState, RecoveryReport, StateChange, StateListener } from './recovery/state-change.js';
export {
  TransferError,
  type TransferFault,
  type TransferOptions,
  type TransferProgress,
  type TransferResult,
} from './transfer/transfer.js';

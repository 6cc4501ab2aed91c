import { capabilitiesDiscover, capabilityRootsDiscover } from './capabilities.js';
import { environmentConfigRead, environmentInfo, environmentStatus } from './environment.js';
import {
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
} from './fs.js';
import { fsDigest, fsList, fsRename, fsSetPermissions, fsSymlink } from './fs-tree.js';
import { httpBodyDelta, httpRequest } from './http.js';
import { initialize, initialized, sessionAcknowledge, sessionClose, sessionReplay } from './initialize.js';
import { networkPolicyDecision, networkPolicyRequest } from './network.js';
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
import { sandboxAppeared } from './sandbox-appeared.js';

/** Every request that a client may send, by its method. */
export const REQUESTS = {
  initialize,
  'session/close': sessionClose,
  'session/replay': sessionReplay,
  'environment/info': environmentInfo,
  'environment/status': environmentStatus,
  'environmentConfig/read': environmentConfigRead,
  'capabilityRoots/discoverV1': capabilityRootsDiscover,
  'capabilities/discoverV2': capabilitiesDiscover,
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
  'fs/readFile': fsReadFile,
  'fs/writeFile': fsWriteFile,
  'fs/createDirectory': fsCreateDirectory,
  'fs/getMetadata': fsGetMetadata,
  'fs/canonicalize': fsCanonicalize,
  'fs/readDirectory': fsReadDirectory,
  'fs/walk': fsWalk,
  'fs/remove': fsRemove,
  'fs/copy': fsCopy,
  'fs/open': fsOpen,
  'fs/readBlock': fsReadBlock,
  'fs/writeBlock': fsWriteBlock,
  'fs/close': fsClose,
  'fs/watchMissing': fsWatchMissing,
  'fs/list': fsList,
  'fs/symlink': fsSymlink,
  'fs/setPermissions': fsSetPermissions,
  'fs/digest': fsDigest,
  'fs/rename': fsRename,
  'http/request': httpRequest,
} as const;

/** Every request that a server may send, by its method. */
export const SERVER_REQUESTS = {
  'network/policyRequest': networkPolicyRequest,
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
  'fs/missingChanged': fsMissingChanged,
  'http/request/bodyDelta': httpBodyDelta,
  'network/policyDecision': networkPolicyDecision,
  'sandbox/appeared': sandboxAppeared,
} as const;

/** A method that a client may request. */
export type RequestMethod = keyof typeof REQUESTS;

// What the server and the command line share with this package. It is no part of what others are promised.

export { networkOf, withPassing } from './ceiling/operator-ceiling.js';
export { printable, printableLines } from './explain/printable.js';
export { reportSandbox } from './explain/report-sandbox.js';
export { bytesOfText } from './files/byte-text.js';
export { O_PATH, pathOfDescriptor } from './files/descriptors.js';
export { isOnKernelFileSystem } from './files/kernel-file-systems.js';
export { kernelTreeOf } from './files/kernel-trees.js';
export { lackOfDescriptors } from './files/lack-of-descriptors.js';
export { grantOwner } from './files/own-files.js';
export { isWithin, pathFrom } from './files/paths.js';
export { NowhereBefore, physicalPath } from './files/physical-path.js';
export { type Look, SharedLooks } from './files/shared-looks.js';
export { whyNotRunnable } from './files/why-not-runnable.js';
export {
  isRunning as isProcessRunning,
  ownMark as ownProcessMark,
} from './launch/placeholders/process-mark.js';
export { untilSteady } from './launch/until-steady.js';
export {
  MAX_CELLS_STARTING,
  MAX_LINES_AT_ONCE,
  MAX_PASSED_A_TURN,
  MAX_PROXY_CONNECTIONS,
  MAX_STATUS_BYTES,
} from './limits.js';
export { SYSTEM_PATH, systemPlaces } from './linux/system-places.js';
export { foreignProcesses } from './machine/foreign-processes.js';
export { NO_INSPECTOR } from './machine/no-inspector.js';
export { readMountTable } from './machine/read-mount-table.js';
export { hasMountsOf } from './mounts/mounts-in-place.js';
export { cancelledRule } from './network/cancelled-rules.js';
export { GrowingBuffer } from './network/proxy/growing-buffer.js';
export { firstLines } from './network/proxy/lines.js';
export { LoopTurns } from './network/proxy/loop-turns.js';
export { reasonOf } from './network/reason-of.js';
export { matchesAll, type StarSteps } from './policy/star-match.js';
export { accessTo, replaceableIn, unreadableByLink } from './policy/visibility.js';
export { NEVER_ABORTED } from './until-aborted.js';

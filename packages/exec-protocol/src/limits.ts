const KIB = 1024;
const MIB = 1024 * KIB;

/** Largest message in bytes, over WebSocket frames and stdio lines alike; the reference's figure for both. */
export const MAX_MESSAGE_BYTES = 64 * MIB;

/** Largest piece of output in one event, before base64. Multiples of three need no padding. */
export const MAX_CHUNK_BYTES = 24 * KIB;

/** Raw output in one `process/read` answer that names no `maxBytes`, so that no frame grows past what clients take. */
export const MAX_READ_BYTES = 8 * MIB;

/** Output of a process that stays readable after it was delivered, at least. */
export const RETAINED_BYTES = MIB;

/** Output of a process that waits in memory for its owner; past it, output is spilled to disk. */
export const AHEAD_BYTES = MIB;

/** Output that all processes of a server hold in memory; past it, what waits is spilled earlier. */
export const LOG_MEMORY_BYTES = 256 * MIB;

/** Events of a process that wait for its owner, in memory or spilled; past it the child waits until the owner catches up. */
export const MAX_LOG_EVENTS = 262_144;

/** While more than this lies unsent in a socket, its connection takes no further event. */
export const OUTBOX_BYTES = MIB;

/** Stdin of one process that waits for the child; a write beyond it is answered when there is room. */
export const STDIN_QUEUE_BYTES = 8 * MIB;

/** Stdin that waits unanswered on one connection; past it the socket is not read. */
export const STDIN_WAITING_BYTES = 64 * MIB;

/** Write ids remembered for each process, first in first out; the reference's figure. */
export const REMEMBERED_WRITES = 4096;

/** Requests of one connection that may run at once; the next one is refused. */
export const MAX_REQUESTS_IN_FLIGHT = 4096;

/** Processes of one session that run or are not delivered yet; the next start is refused. */
export const MAX_PROCESSES_PER_SESSION = 4096;

/** Closed processes of one server that stay readable; past it the oldest is forgotten before its time. */
export const MAX_CLOSED_PROCESSES = 1024;

/** Processes of one server, over all sessions, that run or are not delivered yet; the next start is refused. */
export const MAX_PROCESSES_PER_SERVER = 8192;

/** Processes of other sessions that one session may have joined. */
export const MAX_ATTACHED_PER_SESSION = 256;

/** How long a process that outlived its session stays readable after it has closed. */
export const DETACHED_PROCESS_TTL_MS = 3_600_000;

/** Live sessions of one server. */
export const MAX_SESSIONS = 1024;

/** Long polls that may wait on one process at once. */
export const MAX_READERS_PER_PROCESS = 256;

/** How long a closed process stays readable; the reference's figure. */
export const CLOSED_PROCESS_TTL_MS = 80_000;

/** How long `process/terminate` waits between SIGTERM and SIGKILL under the `signals` extension. */
export const KILL_GRACE_MS = 5_000;

/** How long a connection may take to send `initialize` and `initialized`. */
export const HANDSHAKE_TIMEOUT_MS = 30_000;

/** How often a server pings a WebSocket. */
export const PING_INTERVAL_MS = 15_000;

/** The largest window that a server honours for one process: so much of what it sent waits for acknowledgement. */
export const MAX_WINDOW_BYTES = 4 * MIB;

/** Output that a client asks for ahead of what its views consumed, for each process, under the `flow` extension. */
export const WINDOW_BYTES = 4 * MIB;

/** What `exec` buffers for each stream before it cuts and says `truncated`. */
export const EXEC_BUFFER_BYTES = 64 * MIB;

/** How long `exec` waits for late output of a grandchild after the process itself has ended. */
export const EXEC_DRAIN_MS = 2_000;

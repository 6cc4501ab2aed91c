const KIB = 1024;
const MIB = 1024 * KIB;

/** Largest message in bytes, over WebSocket frames and stdio lines alike; the reference's figure for both. */
export const MAX_MESSAGE_BYTES = 64 * MIB;

/** Values in one message: each object, array and scalar counts, names do not; the reference's figure. */
export const MAX_MESSAGE_VALUES = 262_144;

/** Largest answer in bytes: what one text of Node holds, and our client takes. `fs/readFile` needs it. */
export const MAX_ANSWER_BYTES = 511 * MIB;

/** Largest piece of output in one event, before base64. Multiples of three need no padding. */
export const MAX_CHUNK_BYTES = 24 * KIB;

/** Raw output in one `process/read` answer that names no `maxBytes`, so that no frame grows past what clients take. */
export const MAX_READ_BYTES = 8 * MIB;

/** Answers to reads that a server holds until they have left; past it, each further one is cut at a sixteenth of its size. */
export const ANSWER_MEMORY_BYTES = 128 * MIB;

/** Output of a process that stays readable after it was delivered, at least. */
export const RETAINED_BYTES = MIB;

/** Output of a process that waits in memory for its owner; past it, output is spilled to disk. */
export const AHEAD_BYTES = MIB;

/** Output of one process that waits on disk; past it the child waits. */
export const SPILL_PROCESS_BYTES = 256 * MIB;

/** Output that waits on disk for all processes of a server; from three quarters of it on, whoever holds most waits. */
export const SPILL_SERVER_BYTES = 4096 * MIB;

/** Output that all processes of a server hold in memory; past it, each keeps a sixteenth of what it may keep otherwise. */
export const LOG_MEMORY_BYTES = 256 * MIB;

/** Events of a process that wait for its owner, in memory or spilled; past it the child waits until the owner catches up. */
export const MAX_LOG_EVENTS = 262_144;

/** Sizes of a terminal among the events of a process; at the limit it is resized once its owner has taken the oldest. */
export const MAX_LOG_SIZES = 4096;

/** While more than this lies unsent in a socket, its connection takes no further event. */
export const OUTBOX_BYTES = MIB;

/** Stdin of one process that waits for the child; a write beyond it is answered when there is room. */
export const STDIN_QUEUE_BYTES = 8 * MIB;

/** Requests of one connection that are not answered, and what has not left its socket; past it the connection is not read. */
export const BACKLOG_BYTES = 64 * MIB;

/** Messages of connections that are gone, which wait for their turn in a server, and what such connections take themselves. */
export const GONE_MESSAGES_BYTES = 256 * MIB;

/** How long nothing of a backlog moves until as much again is read: what gets it moving may be among it. */
export const BACKLOG_STILL_MS = 1_000;

/** Files, listings and what else may be long in answers of one connection, or in its socket; past it the next one waits. */
export const FILE_ANSWERS_BYTES = 32 * MIB;

/**
 * Files, listings and whole HTTP bodies that all connections of a server have under way or in their sockets, beyond what each of
 * them has of its own. Past it the next file or listing waits, and a body fails.
 */
export const SHARED_ANSWERS_BYTES = 1024 * MIB;

/** What a connection has of that for itself, whatever others hold: a block of a file and what is pushed beside it. */
export const OWN_ANSWERS_BYTES = 4 * MIB;

/** How long a file or a listing waits until other connections leave room for it; it is refused then. */
export const SHARED_ANSWERS_WAIT_MS = 30_000;

/** UTF-16 units of a `processId`, `writeId` or `requestId`, which clients choose and servers remember and repeat. */
export const MAX_ID_CHARACTERS = 1024;

/** UTF-16 units of a `clientName` that a log shows; what is beyond them is cut off, and the client is served. */
export const MAX_LOGGED_NAME_CHARACTERS = 1024;

/** Write ids remembered for each process, first in first out; the reference's figure. */
export const REMEMBERED_WRITES = 4096;

/** Requests of one connection that may run at once; the next one is refused. */
export const MAX_REQUESTS_IN_FLIGHT = 4096;

/** Processes of one session that run or are not delivered yet; the next start is refused. */
export const MAX_PROCESSES_PER_SESSION = 4096;

/** Closed processes of one server that stay readable; past it the session that has most loses its oldest before its time. */
export const MAX_CLOSED_PROCESSES = 1024;

/** Processes of one server, over all sessions, that run or are not delivered yet; the next start is refused. */
export const MAX_PROCESSES_PER_SERVER = 8192;

/** UTF-16 units of the arguments and the directory of a process that a summary shows; what is beyond them is cut off. */
export const MAX_SHOWN_COMMAND_CHARACTERS = 8 * KIB;

/** Arguments of a process that a summary shows. */
export const MAX_SHOWN_ARGUMENTS = 1024;

/** UTF-16 units of all ids and commands in one `process/list`: each takes six bytes of a message at most. */
export const MAX_LISTED_CHARACTERS = 10 * MIB;

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

/** Connections of a listener that have not become a WebSocket; past it the oldest of them is ended. */
export const MAX_NEW_CONNECTIONS = 128;

/** How long such a connection may take to send its HTTP request. */
export const REQUEST_TIMEOUT_MS = 5_000;

/** How long a connection may take to send `initialize` and `initialized`. */
export const HANDSHAKE_TIMEOUT_MS = 30_000;

/** How often either side pings a silent connection. */
export const PING_INTERVAL_MS = 15_000;

/** The largest window that a server honours for one process: so much of what it sent waits for acknowledgement. */
export const MAX_WINDOW_BYTES = 4 * MIB;

/** Output that a client asks for ahead of what its views consumed, for each process, under the `flow` extension. */
export const WINDOW_BYTES = 4 * MIB;

/** What `exec` buffers for each stream before it cuts and says `truncated`. */
export const EXEC_BUFFER_BYTES = 64 * MIB;

/** How long `exec` waits for late output of a grandchild after the process itself has ended. */
export const EXEC_DRAIN_MS = 2_000;

/** How long a session without a connection is kept; the reference's figure. At the boundary it has expired. */
export const DETACHED_SESSION_TTL_MS = 80_000;

/** How long a client tries to get its session back; well below the time for which servers keep it. */
export const RECOVER_DEADLINE_MS = 45_000;

/** How long the connection of a session that another one asks for may take to show that it lives. */
export const TAKEOVER_PONG_MS = 2_000;

/** How often one read tries to get output from a disk that fails, a second apart. */
export const SPILL_READ_ATTEMPTS = 10;

/** How long a resumed client without extensions may take to read a process before its events are pushed regardless. */
export const LEGACY_REPLAY_DELAY_MS = 2_000;

/** Output in the answer to the first read of a process after a resume without `replay`, as much as the reference retains … */
export const LEGACY_RESUME_READ_BYTES = MIB;

/** … and events in it, half of what the Codex CLI takes at once. */
export const LEGACY_RESUME_READ_EVENTS = 128;

/** How long a client without `replay` has after such an answer has arrived to take it in, unless it asks for more before. */
export const LEGACY_SETTLE_MS = 1_000;

/** A client that has heard nothing from its server for this long takes the connection for lost. */
export const CLIENT_SILENCE_MS = 45_000;

/** A server that has heard nothing from a client for this long ends the connection; a sleeping laptop is no reason to. */
export const SERVER_SILENCE_MS = 600_000;

/** Answers of mutating requests that a session keeps for a repeat; at the limit further ones are refused. */
export const MAX_KEPT_ANSWERS = 4096;

/** Memory of the answers that a session keeps so, for all of its clients; past it further mutating requests are refused as well. */
export const KEPT_ANSWERS_BYTES = 64 * MIB;

/** What a session may keep of that whatever others keep: more than a client has under way that acknowledges what it gets. */
export const OWN_KEPT_ANSWERS_BYTES = MIB;

/** What all sessions of a server keep beyond that, together. */
export const SHARED_KEPT_ANSWERS_BYTES = 256 * MIB;

/** Clients that one session keeps answers for, told apart by `clientInstance`; the next one cannot resume it. */
export const MAX_CLIENT_INSTANCES = 16;

/** Messages with events that a client without `flow` was sent and has not shown to have; past it nothing is pushed. */
export const UNPROVEN_BYTES = 8 * MIB;

/** Requests that a client has under way towards a server without extensions; some hang with more. */
export const MAX_LEGACY_REQUESTS_IN_FLIGHT = 128;

/** Requests that our client has under way, half of them writes to stdin; well below what servers run and keep answers for. */
export const MAX_CLIENT_REQUESTS_IN_FLIGHT = 2048;

/** Stdin that our client has sent and that is not answered; well below what keeps a server from reading its connection. */
export const MAX_CLIENT_STDIN_BYTES = 32 * MIB;

/** Largest message that our client sends to a server without extensions; the reference drops the connection above it. */
export const MAX_LEGACY_MESSAGE_BYTES = 16 * MIB;

/** Answers that a client has received before it says so. */
export const ACKNOWLEDGED_AT_ONCE = 64;

/** How long an answer that has arrived may go unacknowledged. */
export const ACKNOWLEDGE_DELAY_MS = 1_000;

/** How long a client waits after the first attempt to resume that failed; each further one doubles it. */
export const RESUME_RETRY_MS = 100;

/** The longest wait between two attempts to resume. */
export const MAX_RESUME_RETRY_MS = 2_000;

/** How long a client waits for the session's last connection to be dropped before it asks for the session again. */
export const BUSY_RETRY_MS = 250;

/** A connection that lives for so long has shown that it works. */
export const STEADY_CONNECTION_MS = 1_000;

/** Resumed connections in a row that break before anything came of them; after them the session is given up. */
export const MAX_FRUITLESS_RESUMES = 20;

/** Connections in a row that one side ends because it cannot understand the other; after them the session is given up. */
export const MAX_REFUSED_CONNECTIONS = 3;

/** Connections in a row that are refused while the same request waits; after them the request is given up. */
export const MAX_REFUSED_REPEATS = 2;

/** How long a client that is closed while it has no connection tries to tell the server so. */
export const CLOSE_RECONNECT_MS = 3_000;

/** Pushed output that may wait in a client for an earlier event of its process. */
export const REORDER_BYTES = 32 * MIB;

/** UTF-16 units of `clientInstance`. */
export const MAX_CLIENT_INSTANCE_LENGTH = 64;

/** Positions in one `session/replay`: as many as a session can have processes. */
export const MAX_REPLAY_CURSORS = MAX_PROCESSES_PER_SESSION + MAX_CLOSED_PROCESSES + MAX_ATTACHED_PER_SESSION;

/** The largest file that `fs/readFile` answers: as base64, with its envelope, it is one text. Larger ones are read in blocks. */
export const MAX_READ_FILE_BYTES = 383 * MIB;

/** Large files that are copied at a time by `fs/copy` of all sessions; the next one waits for its turn. */
export const MAX_COPIES_AT_ONCE = 2;

/** What is copied of a large file in one turn. */
export const COPY_TURN_BYTES = 64 * MIB;

/** The largest block of `fs/readBlock` and `fs/writeBlock`; the reference's figure. */
export const MAX_FILE_BLOCK_BYTES = MIB;

/** Blocks of one file that a client has under way, so that the link is never idle while one is answered. */
export const FILE_BLOCKS_IN_FLIGHT = 4;

/** Files that one upload or download moves at once. */
export const FILES_IN_TRANSFER = 8;

/** How often a file is moved from its beginning when the server forgot what was open as the link broke. */
export const FILE_TRANSFER_ATTEMPTS = 3;

/** How long an upload that was aborted waits for the removal of what it has written. */
export const TRANSFER_TIDY_MS = 2_000;

/** For how long the half of a file is kept that a copy has left; a later copy into the directory removes older ones. */
export const PARTIAL_FILE_TTL_MS = 7 * 24 * 3_600_000;

/**
 * UTF-16 units of a path URI. Linux opens paths of 4,095 bytes, three characters each where they are encoded, and macOS shorter
 * ones; Windows opens 32,767 characters.
 */
export const MAX_PATH_URI_LENGTH = 64 * KIB;

/** Files that one session may have open; the reference's figure for a connection. */
export const MAX_FILE_HANDLES = 128;

/** Sandboxes in which a server carries out file requests at a time; each has a helper of its own, of 16 MiB and more. */
export const MAX_FILE_HELPERS = 8;

/** Those beside them for sessions that use none, while others keep all of these busy. */
export const MAX_FIRST_FILE_HELPERS = 24;

/** Those beside them in which files are open. */
export const MAX_FILE_HELPERS_WITH_FILES = 16;

/** Those of both kinds that one session may use at a time, so that others find some. */
export const MAX_FILE_HELPERS_PER_SESSION = 4;

/** File requests of one session that wait for a helper. */
export const MAX_WAITING_FILE_REQUESTS = 256;

/**
 * Sandboxes whose plan has begun, for starts and file requests; most of them may look for what patterns match or for
 * repositories. A session that has none begins one more.
 */
export const MAX_PLANS_BEGUN = 256;

/** Those of them that are planned at a time, but for such looks, which keep nobody from planning. */
export const MAX_PLANS_AT_ONCE = 16;

/** Those that one session may have begun at a time, so that others have their turn. */
export const MAX_PLANS_PER_SESSION = 4;

/** Managed networks that are made at a time for the processes of one session, so that others have their turn. */
export const MAX_NETWORKS_BEGUN_PER_SESSION = 2;

/** Those beside all that are made at once for sessions of which none is made, while others keep all of these busy. */
export const MAX_FIRST_NETWORKS_BEGUN = 2;

/** Sandboxes of one session that wait until they can be planned, and as many that wait for their networks. */
export const MAX_WAITING_PLANS = 1024;

/** How long a helper is kept that has no file open and nothing to do. */
export const FILE_HELPER_IDLE_MS = 10_000;

/** The longest answer of a helper: a file of `MAX_READ_FILE_BYTES` in base64, with room around it. */
export const MAX_HELPER_ANSWER_BYTES = 512 * 1024 * 1024;

/** The longest answer of a helper; content and listings may be longer by what was asked for. */
export const MAX_SHORT_HELPER_ANSWER_BYTES = 2 * 1024 * 1024;

/** What waits for a helper to read it, beyond which it is asked for nothing more. */
export const HELPER_QUEUE_BYTES = 1024 * 1024;

/** How long the end of a session waits for what was asked of its open files; they are closed when that is done. */
export const FILES_END_MS = 5_000;

/** UTF-8 bytes of a file handle's id; the reference's figure. */
export const MAX_FILE_HANDLE_ID_BYTES = 32;

/** The most levels that a walk may ask for; the reference's figure. */
export const MAX_WALK_DEPTH = 64;

/** The most directories that a walk may ask for; the reference's figure. */
export const MAX_WALK_DIRECTORIES = 10_000;

/** The most entries that a walk may ask for; the reference's figure. As many of one directory are looked at, by name. */
export const MAX_WALK_ENTRIES = 50_000;

/** The most entries of a directory that is answered whole. */
export const MAX_READ_DIRECTORY_ENTRIES = 200_000;

/** The longest such answer, as JSON: so many entries with names of 75 characters. */
export const MAX_READ_DIRECTORY_BYTES = 24 * MIB;

/**
 * Text of the entries of one `fs/walk` or `fs/list`; what is beyond it is left out, and the answer is `truncated`. With the
 * answer around it, it fits into the 16 MiB that a reference client takes in one frame.
 */
export const MAX_LISTING_BYTES = 12 * MIB;

/** The largest piece of a streamed HTTP body, decoded; the reference's figure. */
export const MAX_BODY_DELTA_BYTES = MIB;

/** The largest configuration file of the executor that is read for a client, and as many characters of it are answered. */
export const MAX_CONFIG_FILE_BYTES = 128 * KIB;

/** Paths of keys in one list of `environmentConfig/read`. */
export const MAX_CONFIG_PATHS = 1024;

/** Directories of one `capabilityRoots/discoverV1`; the reference's figure. */
export const MAX_CAPABILITY_ROOTS = 128;

/** Levels below a directory in which plugins and skills are looked for; the reference's figure. */
export const CAPABILITY_SCAN_DEPTH = 6;

/** Directories below one in which plugins and skills are looked for; the reference's figure. */
export const CAPABILITY_SCAN_DIRECTORIES = 2_000;

/** Entries below a directory among which plugins and skills are looked for; the reference's figure. */
export const CAPABILITY_SCAN_ENTRIES = 20_000;

/** The largest file of a plugin or skill that is read; larger ones are left out with a warning. The reference's figure. */
export const MAX_CAPABILITY_FILE_BYTES = MIB;

/** The longest head or settings of a skill that are read as YAML, in UTF-16 units; real ones have some hundred. */
export const MAX_CAPABILITY_YAML_LENGTH = 16 * KIB;

/** Files of plugins and skills that are answered for one directory; further ones are left out. The reference's figure. */
export const MAX_CAPABILITY_ROOT_BYTES = 16 * MIB;

/** All directories of one answer together, as JSON, and all files that are read to tell what is installed. */
export const MAX_CAPABILITY_ANSWER_BYTES = 64 * MIB;

/** Installed plugins and skills that are answered at once; further ones are left out. The reference's figure. */
export const MAX_INSTALLED_CAPABILITIES = 2_048;

/** What is told of installed plugins and skills, as JSON in UTF-16 units; further ones are left out. */
export const MAX_INSTALLED_LENGTH = 4 * MIB;

/** Installed plugins that are looked at; the reference's figure. */
export const MAX_INSTALLED_PLUGINS = 512;

/** Warnings in one answer about plugins and skills; the reference's figure. */
export const MAX_CAPABILITY_WARNINGS = 64;

/** Paths that all `fs/watchMissing` of one connection may watch; at the limit the answer is that nothing is watched. */
export const MAX_FILE_WATCHES = 64;

/** Events of a watched directory after which it is not watched for a while. */
export const MAX_WATCH_EVENTS = 64;

/** How long it is not watched then; who waits for something in it looks for that afterwards. */
export const WATCH_REST_MS = 250;

/** Streamed HTTP responses that one connection may have at once. */
export const MAX_STREAMED_RESPONSES = 256;

/** Requests for HTTP of a server that are under way, until their bodies are taken: each holds a descriptor, and some memory. */
export const MAX_HTTP_REQUESTS = 1024;

/** More of these, for sessions that have none, where all others are taken. */
export const MAX_FIRST_HTTP_REQUESTS = 32;

/** Such requests of one session that wait until others are over. */
export const MAX_WAITING_HTTP_REQUESTS = 1024;

/** How long they wait. */
export const HTTP_PLACE_WAIT_MS = 30_000;

/** What may have come of a streamed HTTP response ahead of its reader in a client; past it the response fails. */
export const RESPONSE_BUFFER_BYTES = 64 * MIB;

/** HTTP bodies that one connection is answered whole, until they have left its socket, together; more has to be streamed. */
export const MAX_BUFFERED_BODY_BYTES = 256 * MIB;

/** The longest that a client may give itself to decide about one request of a managed network. */
export const MAX_POLICY_DECISION_TIMEOUT_MS = 3_600_000;

/** How much longer than it has asked for a client may take to decide; the reference's figure. */
export const POLICY_DECISION_GRACE_MS = 5_000;

/** Questions about the network that one session waits for; past it requests are refused. */
export const MAX_POLICY_QUESTIONS = 64;

/** Questions about one process that are not answered and whose time is not over, whether or not somebody waits for them. */
export const MAX_POLICY_QUESTIONS_PER_PROCESS = 16;

/** Questions that one connection has not answered, late ones too: it has to be known what an answer that still comes belongs to. */
export const MAX_UNANSWERED_POLICY_QUESTIONS = 256;

/** Records of a session's managed networks that wait for its client; past it the oldest is left out. */
export const MAX_POLICY_RECORDS = 1024;

/** UTF-8 bytes in the id of a process whose client wants to be asked; the reference's figure. */
export const MAX_POLICY_PROCESS_ID_BYTES = 256;

/** UTF-16 units of the reason in a decision; the rest is cut off. */
export const MAX_POLICY_REASON_LENGTH = 1024;

/** Decisions that a client keeps in case its link broke before they arrived; past it the oldest that was made is forgotten. */
export const MAX_KEPT_POLICY_DECISIONS = 128;

/** How long our client gives itself to decide about one request of a managed network, unless it says otherwise. */
export const POLICY_DECISION_TIMEOUT_MS = 60_000;

/** Things that speak for a denial and are told with the end of a process. */
export const MAX_DENIAL_FINDINGS = 8;

/** Characters of a path, as a URI, that a denial names, or a report of what has appeared. */
export const MAX_DENIAL_PATH_LENGTH = 1024;

/** Places at which an intent was narrowed that the answer to a start names. */
export const MAX_TOLD_NARROWINGS = 64;

/** Notes on a sandbox in the answer to a start. */
export const MAX_TOLD_SANDBOX_NOTES = 32;

/** Things that have appeared while a confined process ran and are told by name. */
export const MAX_APPEARED = 32;

/**
 * The plans of sandboxes whose commands run, packed, equal ones once; one of 8,000 entries takes some 140 KiB. Past it the largest is thrown
 * away: a failure of its command is not explained, and what appears meanwhile not looked for.
 */
export const MAX_KEPT_PLAN_BYTES = 64 * MIB;

/** Looks at what has appeared that wait for the turn of their session; a process that ends at the limit is not looked after. */
export const MAX_WAITING_LOOKS_PER_SESSION = 16;

/** How long one look at what has appeared may take; a session whose look takes longer has the next one behind those of others. */
export const LOOK_LIMIT_MS = 5000;

/** UTF-16 units of what people read of one thing that has appeared; the rest is cut off. */
export const MAX_APPEARED_TEXT_LENGTH = 1024;

/** Reports of what has appeared that wait for the client of a session; past it the oldest is left out. */
export const MAX_APPEARED_RECORDS = 16;

/** Processes that have closed and whose report a client still waits for; past it the one that closed first hears nothing more. */
export const MAX_APPEARED_LISTENERS = 1024;

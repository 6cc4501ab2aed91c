// The public surface, rolled up from the build. Update with `npm run api:update`.

// index.d.ts
import * as z from 'zod';
import * as zod_v4_core from 'zod/v4/core';

/** Bytes, or the first character of a text that does not belong into base64. */
type Base64Decoded = {
    readonly ok: true;
    readonly bytes: Uint8Array;
} | {
    readonly ok: false;
    readonly offset: number;
    readonly message: string;
};
/** Standard base64 with padding. */
declare function encodeBase64(bytes: Uint8Array): string;
/** Characters of the base64 of so many bytes. */
declare function base64Length(bytes: number): number;
/** The bytes of standard base64: padded, without white space, unused bits zero. Anything else is refused. */
declare function decodeBase64(text: string): Base64Decoded;

/** WebSocket close codes that Holdfast sends, one per reason. Transports without codes end without a word. */
declare const CLOSE_CODES: {
    readonly normal: {
        readonly code: 1000;
        readonly meaning: "the sender is done";
    };
    readonly goingAway: {
        readonly code: 1001;
        readonly meaning: "the server stops; connect again later or elsewhere";
    };
    readonly protocolError: {
        readonly code: 1002;
        readonly meaning: "the peer broke the protocol; fix the peer";
    };
    readonly messageTooBig: {
        readonly code: 1009;
        readonly meaning: "a message was larger than the limit; send less at once";
    };
    readonly internal: {
        readonly code: 1011;
        readonly meaning: "the sender failed; its log has the cause";
    };
};
/** The name of a close code. */
type CloseKind = keyof typeof CLOSE_CODES;

/**
 * Every way in which a request or a handle can fail, with its JSON-RPC code.
 *
 * Codes from -32600 to -32603, -32004 and -32010 are those of the reference wire. -32040 to -32059 are ours. Read
 * `kind` rather than the message: the kind is stable and travels as `error.data.kind`.
 */
declare const ERROR_KINDS: {
    readonly malformedMessage: {
        readonly code: -32600;
        readonly meaning: "the message is not one JSON-RPC object of this dialect";
    };
    readonly protocolState: {
        readonly code: -32600;
        readonly meaning: "the request is not allowed at this point of the handshake";
    };
    readonly sessionUnknown: {
        readonly code: -32600;
        readonly meaning: "no such session: it expired, was closed or never existed";
    };
    readonly sessionBusy: {
        readonly code: -32010;
        readonly meaning: "the session is attached to another connection; try again";
    };
    readonly processUnknown: {
        readonly code: -32600;
        readonly meaning: "no such process in this session";
    };
    readonly processIdInUse: {
        readonly code: -32600;
        readonly meaning: "a process of this session already has this id";
    };
    readonly methodUnknown: {
        readonly code: -32601;
        readonly meaning: "the peer does not implement this method";
    };
    readonly invalidParams: {
        readonly code: -32602;
        readonly meaning: "the parameters have the wrong shape, type or value";
    };
    readonly refAmbiguous: {
        readonly code: -32602;
        readonly meaning: "several processes have this id; name one by its ref";
    };
    readonly invalidPath: {
        readonly code: -32602;
        readonly meaning: "a path URI is malformed or foreign to the executor";
    };
    readonly sandboxUnsupported: {
        readonly code: -32602;
        readonly meaning: "the executor cannot enforce the sandbox that was asked for";
    };
    readonly sandboxNested: {
        readonly code: -32602;
        readonly meaning: "the executor runs inside of a sandbox of its system, in which there can be no other";
    };
    readonly internal: {
        readonly code: -32603;
        readonly meaning: "the peer failed; its log has the cause";
    };
    readonly missingProgram: {
        readonly code: -32603;
        readonly meaning: "argv[0] is empty";
    };
    readonly programNotFound: {
        readonly code: -32603;
        readonly meaning: "the program does not exist on the executor";
    };
    readonly cwdNotFound: {
        readonly code: -32603;
        readonly meaning: "the working directory does not exist on the executor";
    };
    readonly cwdNotDirectory: {
        readonly code: -32603;
        readonly meaning: "the working directory is not a directory";
    };
    readonly permissionDenied: {
        readonly code: -32603;
        readonly meaning: "the program or the working directory may not be used";
    };
    readonly badExecutable: {
        readonly code: -32603;
        readonly meaning: "the program has a format that the executor cannot run";
    };
    readonly argumentsTooLong: {
        readonly code: -32603;
        readonly meaning: "argv and env together exceed what the executor accepts";
    };
    readonly noDescriptors: {
        readonly code: -32603;
        readonly meaning: "the executor has no file descriptors left";
    };
    readonly noProcesses: {
        readonly code: -32603;
        readonly meaning: "the executor cannot create another process";
    };
    readonly spawnFailed: {
        readonly code: -32603;
        readonly meaning: "the process could not be started";
    };
    readonly ptyUnavailable: {
        readonly code: -32603;
        readonly meaning: "the executor cannot give the process a terminal";
    };
    readonly stdinBroken: {
        readonly code: -32603;
        readonly meaning: "the process has ended, its stdin takes no more bytes";
    };
    readonly fileNotFound: {
        readonly code: -32004;
        readonly meaning: "the path does not exist on the executor";
    };
    readonly fileHandleUnknown: {
        readonly code: -32004;
        readonly meaning: "no open file has this id";
    };
    readonly fileAccessDenied: {
        readonly code: -32600;
        readonly meaning: "the system of the executor does not allow it";
    };
    readonly fileHandleInUse: {
        readonly code: -32600;
        readonly meaning: "an open file has this id already";
    };
    readonly notAFile: {
        readonly code: -32600;
        readonly meaning: "the path leads to something other than a regular file";
    };
    readonly fileTooLarge: {
        readonly code: -32600;
        readonly meaning: "the file is larger than one answer may be";
    };
    readonly invalidFileRequest: {
        readonly code: -32600;
        readonly meaning: "the request makes no sense for files";
    };
    readonly fileExists: {
        readonly code: -32603;
        readonly meaning: "the path exists already";
    };
    readonly notADirectory: {
        readonly code: -32603;
        readonly meaning: "a component of the path is not a directory";
    };
    readonly directoryNotEmpty: {
        readonly code: -32603;
        readonly meaning: "the directory is not empty";
    };
    readonly symlinkRefused: {
        readonly code: -32603;
        readonly meaning: "the path leads through a symbolic link, which was not to be followed";
    };
    readonly fileSystemFailed: {
        readonly code: -32603;
        readonly meaning: "the file system of the executor failed";
    };
    readonly fileTaken: {
        readonly code: -32603;
        readonly meaning: "somebody else has opened the file to go on with it";
    };
    readonly configUnreadable: {
        readonly code: -32603;
        readonly meaning: "a configuration file of the executor cannot be read";
    };
    readonly httpFailed: {
        readonly code: -32603;
        readonly meaning: "the HTTP request got no response";
    };
    readonly limitExceeded: {
        readonly code: -32040;
        readonly meaning: "a named limit of the peer is reached";
    };
    readonly unsupported: {
        readonly code: -32041;
        readonly meaning: "the peer was not built for this or did not grant the extension";
    };
    readonly outcomeUnknown: {
        readonly code: -32042;
        readonly meaning: "the request may or may not have been carried out";
    };
    readonly replayConflict: {
        readonly code: -32044;
        readonly meaning: "the id of this request was used before for another request";
    };
    readonly outputUnreadable: {
        readonly code: -32045;
        readonly meaning: "output cannot be read from the disk of the executor at present";
    };
    readonly gap: {
        readonly code: -32043;
        readonly meaning: "output that was asked for is no longer retained";
    };
    readonly connectFailed: {
        readonly code: -32050;
        readonly meaning: "no connection could be made";
    };
    readonly connectionLost: {
        readonly code: -32051;
        readonly meaning: "the connection ended before the answer came";
    };
    readonly clientClosed: {
        readonly code: -32052;
        readonly meaning: "the client was closed";
    };
    readonly exitFailure: {
        readonly code: -32053;
        readonly meaning: "the process ended, but not with success";
    };
    readonly stdinClosed: {
        readonly code: -32054;
        readonly meaning: "the process has no open stdin";
    };
    readonly outputTooLarge: {
        readonly code: -32055;
        readonly meaning: "output exceeds what was to be buffered";
    };
};
/** The stable name of a failure, as it stands in `error.data.kind` on the wire. */
type ErrorKind = keyof typeof ERROR_KINDS;
/** What JSON-RPC calls an error object. */
interface WireErrorObject {
    readonly code: number;
    readonly message: string;
    readonly data?: unknown;
}
/** The one error of Holdfast. Branch on `kind`; `message` is for people; `cause` never travels. */
declare class ExecError extends Error {
    readonly name: string;
    readonly kind: ErrorKind;
    /** The JSON-RPC code that the kind has, or the one that a peer sent. */
    readonly code: number;
    constructor(kind: ErrorKind, message: string, options?: {
        readonly cause?: unknown;
        readonly code?: number;
    });
}
/** What leaves for the peer: an unknown error becomes a generic text, since its own could tell secrets. */
declare function toWireError(error: unknown): WireErrorObject;
/** What came from the peer. A peer without kinds gets the kind that its code stands for most often. */
declare function fromWireError(error: WireErrorObject): ExecError;

/**
 * What goes beyond the reference wire, with the highest version that this build speaks. A peer offers its versions in
 * `initialize`, the server grants the lower of the two, and what was not granted never shows on that connection.
 */
declare const EXTENSIONS: {
    readonly flow: {
        readonly version: 1;
        readonly adds: "byte windows: output is pushed only as far as the client has asked for it";
    };
    readonly pty: {
        readonly version: 1;
        readonly adds: "the size of a terminal at start, process/resize, and resizes in the event log";
    };
    readonly signals: {
        readonly version: 1;
        readonly adds: "POSIX signals by name and target, end of stdin, SIGTERM before SIGKILL, the ending signal";
    };
    readonly session: {
        readonly version: 1;
        readonly adds: "session/close ends a session and all its processes at once";
    };
    readonly replay: {
        readonly version: 1;
        readonly adds: "requests that are carried out once and answered once however often the link is lost, and events from named positions";
    };
    readonly attach: {
        readonly version: 1;
        readonly adds: "listing and attaching to processes of other sessions, and processes that outlive theirs";
    };
    readonly gap: {
        readonly version: 1;
        readonly adds: "an explicit word for output that is no longer kept, and byte totals when a process has closed";
    };
    readonly drain: {
        readonly version: 1;
        readonly adds: "a bounded wait for output after exit, and who still held it when that was over";
    };
    readonly files: {
        readonly version: 1;
        readonly adds: "links as links, permission bits, digests, and files that are gone on with and get their name when they are whole";
    };
    readonly sandbox: {
        readonly version: 1;
        readonly adds: "what a sandbox denied, by which rule and how sure that is, where it allows less than was asked for, and what appeared while a process ran";
    };
};
/** The name of an extension. */
type ExtensionName = keyof typeof EXTENSIONS;
/** Extension versions in force on a connection; absent means not granted. */
type Extensions = Readonly<Partial<Record<ExtensionName, number>>>;
/** Everything that this build speaks. */
declare function offeredExtensions(): Extensions;
/** The lower version of each extension that both sides named. */
declare function grantExtensions(offered: Readonly<Record<string, number>>, own: Extensions): Extensions;
/** All extension names, in the order of the table. */
declare function extensionNames(): readonly ExtensionName[];

declare const brand: unique symbol;
/** A string that cannot be swapped for another kind of id by accident. */
type Brand<T, Name extends string> = T & {
    readonly [brand]: Name;
};
/** Names a session. It is also the credential that resumes it, so it is never logged. */
type SessionId = Brand<string, 'SessionId'>;
/** Chosen by the client; scoped to its session; never an operating-system pid. May be empty. */
type ProcessId = Brand<string, 'ProcessId'>;
/** Chosen by the client; a repeated write with the same id reaches the child once. Never empty. */
type WriteId = Brand<string, 'WriteId'>;
/** Names one socket in logs. */
type ConnectionId = Brand<string, 'ConnectionId'>;
/** Any text is a session id to ask for; whether it exists is the server's answer. */
declare function asSessionId(text: string): SessionId;
/** Any text, the empty one included, is a process id. */
declare function asProcessId(text: string): ProcessId;
/** @throws RangeError when the text is empty. */
declare function asWriteId(text: string): WriteId;
/** Any text is a connection id. */
declare function asConnectionId(text: string): ConnectionId;

/** Largest message in bytes, over WebSocket frames and stdio lines alike; the reference's figure for both. */
declare const MAX_MESSAGE_BYTES: number;
/** Values in one message: each object, array and scalar counts, names do not; the reference's figure. */
declare const MAX_MESSAGE_VALUES = 262144;
/** Largest answer in bytes: what one text of Node holds, and our client takes. `fs/readFile` needs it. */
declare const MAX_ANSWER_BYTES: number;
/** Largest piece of output in one event, before base64. Multiples of three need no padding. */
declare const MAX_CHUNK_BYTES: number;
/** Raw output in one `process/read` answer that names no `maxBytes`, so that no frame grows past what clients take. */
declare const MAX_READ_BYTES: number;
/** Answers to reads that a server holds until they have left; past it, each further one is cut at a sixteenth of its size. */
declare const ANSWER_MEMORY_BYTES: number;
/** Output of a process that stays readable after it was delivered, at least. */
declare const RETAINED_BYTES: number;
/** Output of a process that waits in memory for its owner; past it, output is spilled to disk. */
declare const AHEAD_BYTES: number;
/** Output of one process that waits on disk; past it the child waits. */
declare const SPILL_PROCESS_BYTES: number;
/** Output that waits on disk for all processes of a server; from three quarters of it on, whoever holds most waits. */
declare const SPILL_SERVER_BYTES: number;
/** Output that all processes of a server hold in memory; past it, each keeps a sixteenth of what it may keep otherwise. */
declare const LOG_MEMORY_BYTES: number;
/** Events of a process that wait for its owner, in memory or spilled; past it the child waits until the owner catches up. */
declare const MAX_LOG_EVENTS = 262144;
/** Sizes of a terminal among the events of a process; at the limit it is resized once its owner has taken the oldest. */
declare const MAX_LOG_SIZES = 4096;
/** While more than this lies unsent in a socket, its connection takes no further event. */
declare const OUTBOX_BYTES: number;
/** Stdin of one process that waits for the child; a write beyond it is answered when there is room. */
declare const STDIN_QUEUE_BYTES: number;
/** Requests of one connection that are not answered, and what has not left its socket; past it the connection is not read. */
declare const BACKLOG_BYTES: number;
/** Messages of connections that are gone, which wait for their turn in a server, and what such connections take themselves. */
declare const GONE_MESSAGES_BYTES: number;
/** How long nothing of a backlog moves until as much again is read: what gets it moving may be among it. */
declare const BACKLOG_STILL_MS = 1000;
/** Files, listings and what else may be long in answers of one connection, or in its socket; past it the next one waits. */
declare const FILE_ANSWERS_BYTES: number;
/**
 * Files, listings and whole HTTP bodies that all connections of a server have under way or in their sockets, beyond what each of
 * them has of its own. Past it the next file or listing waits, and a body fails.
 */
declare const SHARED_ANSWERS_BYTES: number;
/** What a connection has of that for itself, whatever others hold: a block of a file and what is pushed beside it. */
declare const OWN_ANSWERS_BYTES: number;
/** How long a file or a listing waits until other connections leave room for it; it is refused then. */
declare const SHARED_ANSWERS_WAIT_MS = 30000;
/** UTF-16 units of a `processId`, `writeId` or `requestId`, which clients choose and servers remember and repeat. */
declare const MAX_ID_CHARACTERS = 1024;
/** UTF-16 units of a `clientName` that a log shows; what is beyond them is cut off, and the client is served. */
declare const MAX_LOGGED_NAME_CHARACTERS = 1024;
/** Write ids remembered for each process, first in first out; the reference's figure. */
declare const REMEMBERED_WRITES = 4096;
/** Requests of one connection that may run at once; the next one is refused. */
declare const MAX_REQUESTS_IN_FLIGHT = 4096;
/** Processes of one session that run or are not delivered yet; the next start is refused. */
declare const MAX_PROCESSES_PER_SESSION = 4096;
/** Closed processes of one server that stay readable; past it the session that has most loses its oldest before its time. */
declare const MAX_CLOSED_PROCESSES = 1024;
/** Processes of one server, over all sessions, that run or are not delivered yet; the next start is refused. */
declare const MAX_PROCESSES_PER_SERVER = 8192;
/** UTF-16 units of the arguments and the directory of a process that a summary shows; what is beyond them is cut off. */
declare const MAX_SHOWN_COMMAND_CHARACTERS: number;
/** Arguments of a process that a summary shows. */
declare const MAX_SHOWN_ARGUMENTS = 1024;
/** UTF-16 units of all ids and commands in one `process/list`: each takes six bytes of a message at most. */
declare const MAX_LISTED_CHARACTERS: number;
/** Processes of other sessions that one session may have joined. */
declare const MAX_ATTACHED_PER_SESSION = 256;
/** How long a process that outlived its session stays readable after it has closed. */
declare const DETACHED_PROCESS_TTL_MS = 3600000;
/** Live sessions of one server. */
declare const MAX_SESSIONS = 1024;
/** Long polls that may wait on one process at once. */
declare const MAX_READERS_PER_PROCESS = 256;
/** How long a closed process stays readable; the reference's figure. */
declare const CLOSED_PROCESS_TTL_MS = 80000;
/** How long `process/terminate` waits between SIGTERM and SIGKILL under the `signals` extension. */
declare const KILL_GRACE_MS = 5000;
/** Connections of a listener that have not become a WebSocket; past it the oldest of them is ended. */
declare const MAX_NEW_CONNECTIONS = 128;
/** How long such a connection may take to send its HTTP request. */
declare const REQUEST_TIMEOUT_MS = 5000;
/** How long a connection may take to send `initialize` and `initialized`. */
declare const HANDSHAKE_TIMEOUT_MS = 30000;
/** How often either side pings a silent connection. */
declare const PING_INTERVAL_MS = 15000;
/** The largest window that a server honours for one process: so much of what it sent waits for acknowledgement. */
declare const MAX_WINDOW_BYTES: number;
/** Output that a client asks for ahead of what its views consumed, for each process, under the `flow` extension. */
declare const WINDOW_BYTES: number;
/** What `exec` buffers for each stream before it cuts and says `truncated`. */
declare const EXEC_BUFFER_BYTES: number;
/** How long `exec` waits for late output of a grandchild after the process itself has ended. */
declare const EXEC_DRAIN_MS = 2000;
/** How long a session without a connection is kept; the reference's figure. At the boundary it has expired. */
declare const DETACHED_SESSION_TTL_MS = 80000;
/** How long a client tries to get its session back; well below the time for which servers keep it. */
declare const RECOVER_DEADLINE_MS = 45000;
/** How long the connection of a session that another one asks for may take to show that it lives. */
declare const TAKEOVER_PONG_MS = 2000;
/** How often one read tries to get output from a disk that fails, a second apart. */
declare const SPILL_READ_ATTEMPTS = 10;
/** How long a resumed client without extensions may take to read a process before its events are pushed regardless. */
declare const LEGACY_REPLAY_DELAY_MS = 2000;
/** Output in the answer to the first read of a process after a resume without `replay`, as much as the reference retains … */
declare const LEGACY_RESUME_READ_BYTES: number;
/** … and events in it, half of what the Codex CLI takes at once. */
declare const LEGACY_RESUME_READ_EVENTS = 128;
/** How long a client without `replay` has after such an answer has arrived to take it in, unless it asks for more before. */
declare const LEGACY_SETTLE_MS = 1000;
/** A client that has heard nothing from its server for this long takes the connection for lost. */
declare const CLIENT_SILENCE_MS = 45000;
/** A server that has heard nothing from a client for this long ends the connection; a sleeping laptop is no reason to. */
declare const SERVER_SILENCE_MS = 600000;
/** Answers of mutating requests that a session keeps for a repeat; at the limit further ones are refused. */
declare const MAX_KEPT_ANSWERS = 4096;
/** Memory of the answers that a session keeps so, for all of its clients; past it further mutating requests are refused as well. */
declare const KEPT_ANSWERS_BYTES: number;
/** What a session may keep of that whatever others keep: more than a client has under way that acknowledges what it gets. */
declare const OWN_KEPT_ANSWERS_BYTES: number;
/** What all sessions of a server keep beyond that, together. */
declare const SHARED_KEPT_ANSWERS_BYTES: number;
/** Clients that one session keeps answers for, told apart by `clientInstance`; the next one cannot resume it. */
declare const MAX_CLIENT_INSTANCES = 16;
/** Messages with events that a client without `flow` was sent and has not shown to have; past it nothing is pushed. */
declare const UNPROVEN_BYTES: number;
/** Requests that a client has under way towards a server without extensions; some hang with more. */
declare const MAX_LEGACY_REQUESTS_IN_FLIGHT = 128;
/** Requests that our client has under way, half of them writes to stdin; well below what servers run and keep answers for. */
declare const MAX_CLIENT_REQUESTS_IN_FLIGHT = 2048;
/** Stdin that our client has sent and that is not answered; well below what keeps a server from reading its connection. */
declare const MAX_CLIENT_STDIN_BYTES: number;
/** Largest message that our client sends to a server without extensions; the reference drops the connection above it. */
declare const MAX_LEGACY_MESSAGE_BYTES: number;
/** Answers that a client has received before it says so. */
declare const ACKNOWLEDGED_AT_ONCE = 64;
/** How long an answer that has arrived may go unacknowledged. */
declare const ACKNOWLEDGE_DELAY_MS = 1000;
/** How long a client waits after the first attempt to resume that failed; each further one doubles it. */
declare const RESUME_RETRY_MS = 100;
/** The longest wait between two attempts to resume. */
declare const MAX_RESUME_RETRY_MS = 2000;
/** How long a client waits for the session's last connection to be dropped before it asks for the session again. */
declare const BUSY_RETRY_MS = 250;
/** A connection that lives for so long has shown that it works. */
declare const STEADY_CONNECTION_MS = 1000;
/** Resumed connections in a row that break before anything came of them; after them the session is given up. */
declare const MAX_FRUITLESS_RESUMES = 20;
/** Connections in a row that one side ends because it cannot understand the other; after them the session is given up. */
declare const MAX_REFUSED_CONNECTIONS = 3;
/** Connections in a row that are refused while the same request waits; after them the request is given up. */
declare const MAX_REFUSED_REPEATS = 2;
/** How long a client that is closed while it has no connection tries to tell the server so. */
declare const CLOSE_RECONNECT_MS = 3000;
/** Pushed output that may wait in a client for an earlier event of its process. */
declare const REORDER_BYTES: number;
/** UTF-16 units of `clientInstance`. */
declare const MAX_CLIENT_INSTANCE_LENGTH = 64;
/** Positions in one `session/replay`: as many as a session can have processes. */
declare const MAX_REPLAY_CURSORS: number;
/** The largest file that `fs/readFile` answers: as base64, with its envelope, it is one text. Larger ones are read in blocks. */
declare const MAX_READ_FILE_BYTES: number;
/** Large files that are copied at a time by `fs/copy` of all sessions; the next one waits for its turn. */
declare const MAX_COPIES_AT_ONCE = 2;
/** What is copied of a large file in one turn. */
declare const COPY_TURN_BYTES: number;
/** The largest block of `fs/readBlock` and `fs/writeBlock`; the reference's figure. */
declare const MAX_FILE_BLOCK_BYTES: number;
/** Blocks of one file that a client has under way, so that the link is never idle while one is answered. */
declare const FILE_BLOCKS_IN_FLIGHT = 4;
/** Files that one upload or download moves at once. */
declare const FILES_IN_TRANSFER = 8;
/** How often a file is moved from its beginning when the server forgot what was open as the link broke. */
declare const FILE_TRANSFER_ATTEMPTS = 3;
/** How long an upload that was aborted waits for the removal of what it has written. */
declare const TRANSFER_TIDY_MS = 2000;
/** For how long the half of a file is kept that a copy has left; a later copy into the directory removes older ones. */
declare const PARTIAL_FILE_TTL_MS: number;
/**
 * UTF-16 units of a path URI. Linux opens paths of 4,095 bytes, three characters each where they are encoded, and macOS shorter
 * ones; Windows opens 32,767 characters.
 */
declare const MAX_PATH_URI_LENGTH: number;
/** Files that one session may have open; the reference's figure for a connection. */
declare const MAX_FILE_HANDLES = 128;
/** Sandboxes in which a server carries out file requests at a time; each has a helper of its own, of 16 MiB and more. */
declare const MAX_FILE_HELPERS = 8;
/** Those beside them for sessions that use none, while others keep all of these busy. */
declare const MAX_FIRST_FILE_HELPERS = 24;
/** Those beside them in which files are open. */
declare const MAX_FILE_HELPERS_WITH_FILES = 16;
/** Those of both kinds that one session may use at a time, so that others find some. */
declare const MAX_FILE_HELPERS_PER_SESSION = 4;
/** File requests of one session that wait for a helper. */
declare const MAX_WAITING_FILE_REQUESTS = 256;
/**
 * Sandboxes whose plan has begun, for starts and file requests; most of them may look for what patterns match or for
 * repositories. A session that has none begins one more.
 */
declare const MAX_PLANS_BEGUN = 256;
/** Those of them that are planned at a time, but for such looks, which keep nobody from planning. */
declare const MAX_PLANS_AT_ONCE = 16;
/** Those that one session may have begun at a time, so that others have their turn. */
declare const MAX_PLANS_PER_SESSION = 4;
/** Managed networks that are made at a time for the processes of one session, so that others have their turn. */
declare const MAX_NETWORKS_BEGUN_PER_SESSION = 2;
/** Those beside all that are made at once for sessions of which none is made, while others keep all of these busy. */
declare const MAX_FIRST_NETWORKS_BEGUN = 2;
/** Sandboxes of one session that wait until they can be planned, and as many that wait for their networks. */
declare const MAX_WAITING_PLANS = 1024;
/** How long a helper is kept that has no file open and nothing to do. */
declare const FILE_HELPER_IDLE_MS = 10000;
/** The longest answer of a helper: a file of `MAX_READ_FILE_BYTES` in base64, with room around it. */
declare const MAX_HELPER_ANSWER_BYTES: number;
/** The longest answer of a helper; content and listings may be longer by what was asked for. */
declare const MAX_SHORT_HELPER_ANSWER_BYTES: number;
/** What waits for a helper to read it, beyond which it is asked for nothing more. */
declare const HELPER_QUEUE_BYTES: number;
/** How long the end of a session waits for what was asked of its open files; they are closed when that is done. */
declare const FILES_END_MS = 5000;
/** UTF-8 bytes of a file handle's id; the reference's figure. */
declare const MAX_FILE_HANDLE_ID_BYTES = 32;
/** The most levels that a walk may ask for; the reference's figure. */
declare const MAX_WALK_DEPTH = 64;
/** The most directories that a walk may ask for; the reference's figure. */
declare const MAX_WALK_DIRECTORIES = 10000;
/** The most entries that a walk may ask for; the reference's figure. As many of one directory are looked at, by name. */
declare const MAX_WALK_ENTRIES = 50000;
/** The most entries of a directory that is answered whole. */
declare const MAX_READ_DIRECTORY_ENTRIES = 200000;
/** The longest such answer, as JSON: so many entries with names of 75 characters. */
declare const MAX_READ_DIRECTORY_BYTES: number;
/**
 * Text of the entries of one `fs/walk` or `fs/list`; what is beyond it is left out, and the answer is `truncated`. With the
 * answer around it, it fits into the 16 MiB that a reference client takes in one frame.
 */
declare const MAX_LISTING_BYTES: number;
/** The largest piece of a streamed HTTP body, decoded; the reference's figure. */
declare const MAX_BODY_DELTA_BYTES: number;
/** The largest configuration file of the executor that is read for a client, and as many characters of it are answered. */
declare const MAX_CONFIG_FILE_BYTES: number;
/** Paths of keys in one list of `environmentConfig/read`. */
declare const MAX_CONFIG_PATHS = 1024;
/** Directories of one `capabilityRoots/discoverV1`; the reference's figure. */
declare const MAX_CAPABILITY_ROOTS = 128;
/** Levels below a directory in which plugins and skills are looked for; the reference's figure. */
declare const CAPABILITY_SCAN_DEPTH = 6;
/** Directories below one in which plugins and skills are looked for; the reference's figure. */
declare const CAPABILITY_SCAN_DIRECTORIES = 2000;
/** Entries below a directory among which plugins and skills are looked for; the reference's figure. */
declare const CAPABILITY_SCAN_ENTRIES = 20000;
/** The largest file of a plugin or skill that is read; larger ones are left out with a warning. The reference's figure. */
declare const MAX_CAPABILITY_FILE_BYTES: number;
/** The longest head or settings of a skill that are read as YAML, in UTF-16 units; real ones have some hundred. */
declare const MAX_CAPABILITY_YAML_LENGTH: number;
/** Files of plugins and skills that are answered for one directory; further ones are left out. The reference's figure. */
declare const MAX_CAPABILITY_ROOT_BYTES: number;
/** All directories of one answer together, as JSON, and all files that are read to tell what is installed. */
declare const MAX_CAPABILITY_ANSWER_BYTES: number;
/** Installed plugins and skills that are answered at once; further ones are left out. The reference's figure. */
declare const MAX_INSTALLED_CAPABILITIES = 2048;
/** What is told of installed plugins and skills, as JSON in UTF-16 units; further ones are left out. */
declare const MAX_INSTALLED_LENGTH: number;
/** Installed plugins that are looked at; the reference's figure. */
declare const MAX_INSTALLED_PLUGINS = 512;
/** Warnings in one answer about plugins and skills; the reference's figure. */
declare const MAX_CAPABILITY_WARNINGS = 64;
/** Paths that all `fs/watchMissing` of one connection may watch; at the limit the answer is that nothing is watched. */
declare const MAX_FILE_WATCHES = 64;
/** Events of a watched directory after which it is not watched for a while. */
declare const MAX_WATCH_EVENTS = 64;
/** How long it is not watched then; who waits for something in it looks for that afterwards. */
declare const WATCH_REST_MS = 250;
/** Streamed HTTP responses that one connection may have at once. */
declare const MAX_STREAMED_RESPONSES = 256;
/** Requests for HTTP of a server that are under way, until their bodies are taken: each holds a descriptor, and some memory. */
declare const MAX_HTTP_REQUESTS = 1024;
/** More of these, for sessions that have none, where all others are taken. */
declare const MAX_FIRST_HTTP_REQUESTS = 32;
/** Such requests of one session that wait until others are over. */
declare const MAX_WAITING_HTTP_REQUESTS = 1024;
/** How long they wait. */
declare const HTTP_PLACE_WAIT_MS = 30000;
/** What may have come of a streamed HTTP response ahead of its reader in a client; past it the response fails. */
declare const RESPONSE_BUFFER_BYTES: number;
/** HTTP bodies that one connection is answered whole, until they have left its socket, together; more has to be streamed. */
declare const MAX_BUFFERED_BODY_BYTES: number;
/** The longest that a client may give itself to decide about one request of a managed network. */
declare const MAX_POLICY_DECISION_TIMEOUT_MS = 3600000;
/** How much longer than it has asked for a client may take to decide; the reference's figure. */
declare const POLICY_DECISION_GRACE_MS = 5000;
/** Questions about the network that one session waits for; past it requests are refused. */
declare const MAX_POLICY_QUESTIONS = 64;
/** Questions about one process that are not answered and whose time is not over, whether or not somebody waits for them. */
declare const MAX_POLICY_QUESTIONS_PER_PROCESS = 16;
/** Questions that one connection has not answered, late ones too: it has to be known what an answer that still comes belongs to. */
declare const MAX_UNANSWERED_POLICY_QUESTIONS = 256;
/** Records of a session's managed networks that wait for its client; past it the oldest is left out. */
declare const MAX_POLICY_RECORDS = 1024;
/** UTF-8 bytes in the id of a process whose client wants to be asked; the reference's figure. */
declare const MAX_POLICY_PROCESS_ID_BYTES = 256;
/** UTF-16 units of the reason in a decision; the rest is cut off. */
declare const MAX_POLICY_REASON_LENGTH = 1024;
/** Decisions that a client keeps in case its link broke before they arrived; past it the oldest that was made is forgotten. */
declare const MAX_KEPT_POLICY_DECISIONS = 128;
/** How long our client gives itself to decide about one request of a managed network, unless it says otherwise. */
declare const POLICY_DECISION_TIMEOUT_MS = 60000;
/** Things that speak for a denial and are told with the end of a process. */
declare const MAX_DENIAL_FINDINGS = 8;
/** Characters of a path, as a URI, that a denial names, or a report of what has appeared. */
declare const MAX_DENIAL_PATH_LENGTH = 1024;
/** Places at which an intent was narrowed that the answer to a start names. */
declare const MAX_TOLD_NARROWINGS = 64;
/** Notes on a sandbox in the answer to a start. */
declare const MAX_TOLD_SANDBOX_NOTES = 32;
/** Things that have appeared while a confined process ran and are told by name. */
declare const MAX_APPEARED = 32;
/**
 * The plans of sandboxes whose commands run, packed, equal ones once; one of 8,000 entries takes some 140 KiB. Past it the largest is thrown
 * away: a failure of its command is not explained, and what appears meanwhile not looked for.
 */
declare const MAX_KEPT_PLAN_BYTES: number;
/** Looks at what has appeared that wait for the turn of their session; a process that ends at the limit is not looked after. */
declare const MAX_WAITING_LOOKS_PER_SESSION = 16;
/** How long one look at what has appeared may take; a session whose look takes longer has the next one behind those of others. */
declare const LOOK_LIMIT_MS = 5000;
/** UTF-16 units of what people read of one thing that has appeared; the rest is cut off. */
declare const MAX_APPEARED_TEXT_LENGTH = 1024;
/** Reports of what has appeared that wait for the client of a session; past it the oldest is left out. */
declare const MAX_APPEARED_RECORDS = 16;
/** Processes that have closed and whose report a client still waits for; past it the one that closed first hears nothing more. */
declare const MAX_APPEARED_LISTENERS = 1024;

/** Groups methods in handshake errors and in the reference. */
type MethodFamily = 'session' | 'process' | 'environment' | 'fs' | 'http' | 'network' | 'sandbox';
/** Who may send a message. */
type Direction = 'clientToServer' | 'serverToClient';
/** One request of the wire: its name and the shapes of what goes in and comes back. */
interface RequestSpec<P extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
    readonly type: 'request';
    readonly method: string;
    readonly family: MethodFamily;
    readonly direction: Direction;
    readonly summary: string;
    readonly params: P;
    readonly result: R;
    /** Without it the method answers "unknown method" on this connection. */
    readonly extension?: ExtensionName;
    /** It changes something: under the `replay` extension it is carried out once, however often it is sent. */
    readonly mutates?: true;
}
/** One notification of the wire. */
interface NotificationSpec<P extends z.ZodType = z.ZodType> {
    readonly type: 'notification';
    readonly method: string;
    readonly family: MethodFamily;
    readonly direction: Direction;
    readonly summary: string;
    readonly params: P;
    readonly extension?: ExtensionName;
}
/** What a handler of this message receives. */
type ParamsOf<S extends RequestSpec | NotificationSpec> = z.output<S['params']>;
/** What a handler of this request returns. */
type ResultOf<S extends RequestSpec> = z.output<S['result']>;

declare const rootCapabilities: z.ZodObject<{
    id: z.ZodString;
    path: z.ZodString;
    plugin: z.ZodOptional<z.ZodNullable<z.ZodObject<{
        manifest: z.ZodObject<{
            path: z.ZodString;
            contents: z.ZodString;
        }, z.core.$strip>;
        mcpConfig: z.ZodOptional<z.ZodNullable<z.ZodObject<{
            path: z.ZodString;
            contents: z.ZodString;
        }, z.core.$strip>>>;
        appsConfig: z.ZodOptional<z.ZodNullable<z.ZodObject<{
            path: z.ZodString;
            contents: z.ZodString;
        }, z.core.$strip>>>;
    }, z.core.$strip>>>;
    skills: z.ZodArray<z.ZodObject<{
        instructions: z.ZodObject<{
            path: z.ZodString;
            contents: z.ZodString;
        }, z.core.$strip>;
        metadata: z.ZodOptional<z.ZodNullable<z.ZodObject<{
            path: z.ZodString;
            contents: z.ZodString;
        }, z.core.$strip>>>;
    }, z.core.$strip>>;
    namespaceManifests: z.ZodArray<z.ZodObject<{
        path: z.ZodString;
        contents: z.ZodString;
    }, z.core.$strip>>;
    warnings: z.ZodArray<z.ZodString>;
    error: z.ZodOptional<z.ZodNullable<z.ZodString>>;
}, z.core.$strip>;
/** What was found below one directory: contents of files, for the caller to make sense of. */
type RootCapabilities = z.output<typeof rootCapabilities>;
/** Finds plugins and skills below directories. */
declare const capabilityRootsDiscover: RequestSpec<z.ZodObject<{
    roots: z.ZodArray<z.ZodObject<{
        id: z.ZodString;
        path: z.ZodString;
        sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
    }, z.core.$strip>>;
}, z.core.$strip>, z.ZodObject<{
    roots: z.ZodArray<z.ZodObject<{
        id: z.ZodString;
        path: z.ZodString;
        plugin: z.ZodOptional<z.ZodNullable<z.ZodObject<{
            manifest: z.ZodObject<{
                path: z.ZodString;
                contents: z.ZodString;
            }, z.core.$strip>;
            mcpConfig: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                path: z.ZodString;
                contents: z.ZodString;
            }, z.core.$strip>>>;
            appsConfig: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                path: z.ZodString;
                contents: z.ZodString;
            }, z.core.$strip>>>;
        }, z.core.$strip>>>;
        skills: z.ZodArray<z.ZodObject<{
            instructions: z.ZodObject<{
                path: z.ZodString;
                contents: z.ZodString;
            }, z.core.$strip>;
            metadata: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                path: z.ZodString;
                contents: z.ZodString;
            }, z.core.$strip>>>;
        }, z.core.$strip>>;
        namespaceManifests: z.ZodArray<z.ZodObject<{
            path: z.ZodString;
            contents: z.ZodString;
        }, z.core.$strip>>;
        warnings: z.ZodArray<z.ZodString>;
        error: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    }, z.core.$strip>>;
}, z.core.$strip>>;
declare const skillSummary: z.ZodObject<{
    name: z.ZodString;
    description: z.ZodString;
    shortDescription: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    path: z.ZodString;
    dependencies: z.ZodOptional<z.ZodNullable<z.ZodObject<{
        tools: z.ZodArray<z.ZodObject<{
            type: z.ZodString;
            value: z.ZodString;
            description: z.ZodOptional<z.ZodNullable<z.ZodString>>;
            transport: z.ZodOptional<z.ZodNullable<z.ZodString>>;
            command: z.ZodOptional<z.ZodNullable<z.ZodString>>;
            url: z.ZodOptional<z.ZodNullable<z.ZodString>>;
            oauthCallbackPort: z.ZodOptional<z.ZodNullable<z.ZodInt>>;
        }, z.core.$strip>>;
    }, z.core.$strip>>>;
    policy: z.ZodOptional<z.ZodNullable<z.ZodObject<{
        allowImplicitInvocation: z.ZodOptional<z.ZodNullable<z.ZodBoolean>>;
        products: z.ZodArray<z.ZodString>;
    }, z.core.$strip>>>;
}, z.core.$strip>;
/** What is told of a skill; its instructions stay where they are. */
type SkillSummary = z.output<typeof skillSummary>;
declare const installedCapabilities: z.ZodObject<{
    plugins: z.ZodArray<z.ZodObject<{
        id: z.ZodString;
        displayName: z.ZodString;
        remotePluginId: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        version: z.ZodString;
        root: z.ZodString;
        files: z.ZodObject<{
            manifest: z.ZodObject<{
                path: z.ZodString;
                contents: z.ZodString;
            }, z.core.$strip>;
            mcpConfig: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                path: z.ZodString;
                contents: z.ZodString;
            }, z.core.$strip>>>;
            appsConfig: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                path: z.ZodString;
                contents: z.ZodString;
            }, z.core.$strip>>>;
        }, z.core.$strip>;
        skills: z.ZodArray<z.ZodObject<{
            name: z.ZodString;
            description: z.ZodString;
            shortDescription: z.ZodOptional<z.ZodNullable<z.ZodString>>;
            path: z.ZodString;
            dependencies: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                tools: z.ZodArray<z.ZodObject<{
                    type: z.ZodString;
                    value: z.ZodString;
                    description: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                    transport: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                    command: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                    url: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                    oauthCallbackPort: z.ZodOptional<z.ZodNullable<z.ZodInt>>;
                }, z.core.$strip>>;
            }, z.core.$strip>>>;
            policy: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                allowImplicitInvocation: z.ZodOptional<z.ZodNullable<z.ZodBoolean>>;
                products: z.ZodArray<z.ZodString>;
            }, z.core.$strip>>>;
        }, z.core.$strip>>;
    }, z.core.$strip>>;
    skills: z.ZodArray<z.ZodObject<{
        name: z.ZodString;
        description: z.ZodString;
        shortDescription: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        path: z.ZodString;
        dependencies: z.ZodOptional<z.ZodNullable<z.ZodObject<{
            tools: z.ZodArray<z.ZodObject<{
                type: z.ZodString;
                value: z.ZodString;
                description: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                transport: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                command: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                url: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                oauthCallbackPort: z.ZodOptional<z.ZodNullable<z.ZodInt>>;
            }, z.core.$strip>>;
        }, z.core.$strip>>>;
        policy: z.ZodOptional<z.ZodNullable<z.ZodObject<{
            allowImplicitInvocation: z.ZodOptional<z.ZodNullable<z.ZodBoolean>>;
            products: z.ZodArray<z.ZodString>;
        }, z.core.$strip>>>;
        discoveryRoot: z.ZodObject<{
            id: z.ZodEnum<{
                "codex-home-skills": "codex-home-skills";
                "user-agent-skills": "user-agent-skills";
                "system-skills": "system-skills";
            }>;
            path: z.ZodString;
        }, z.core.$strip>;
    }, z.core.$strip>>;
    warnings: z.ZodArray<z.ZodString>;
}, z.core.$strip>;
/** The plugins and skills that are installed for the user of an executor. */
type InstalledCapabilities = z.output<typeof installedCapabilities>;
/** Lists installed plugins and skills. */
declare const capabilitiesDiscover: RequestSpec<z.ZodObject<{
    cwd: z.ZodString;
    sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
}, z.core.$strip>, z.ZodObject<{
    plugins: z.ZodArray<z.ZodObject<{
        id: z.ZodString;
        displayName: z.ZodString;
        remotePluginId: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        version: z.ZodString;
        root: z.ZodString;
        files: z.ZodObject<{
            manifest: z.ZodObject<{
                path: z.ZodString;
                contents: z.ZodString;
            }, z.core.$strip>;
            mcpConfig: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                path: z.ZodString;
                contents: z.ZodString;
            }, z.core.$strip>>>;
            appsConfig: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                path: z.ZodString;
                contents: z.ZodString;
            }, z.core.$strip>>>;
        }, z.core.$strip>;
        skills: z.ZodArray<z.ZodObject<{
            name: z.ZodString;
            description: z.ZodString;
            shortDescription: z.ZodOptional<z.ZodNullable<z.ZodString>>;
            path: z.ZodString;
            dependencies: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                tools: z.ZodArray<z.ZodObject<{
                    type: z.ZodString;
                    value: z.ZodString;
                    description: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                    transport: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                    command: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                    url: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                    oauthCallbackPort: z.ZodOptional<z.ZodNullable<z.ZodInt>>;
                }, z.core.$strip>>;
            }, z.core.$strip>>>;
            policy: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                allowImplicitInvocation: z.ZodOptional<z.ZodNullable<z.ZodBoolean>>;
                products: z.ZodArray<z.ZodString>;
            }, z.core.$strip>>>;
        }, z.core.$strip>>;
    }, z.core.$strip>>;
    skills: z.ZodArray<z.ZodObject<{
        name: z.ZodString;
        description: z.ZodString;
        shortDescription: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        path: z.ZodString;
        dependencies: z.ZodOptional<z.ZodNullable<z.ZodObject<{
            tools: z.ZodArray<z.ZodObject<{
                type: z.ZodString;
                value: z.ZodString;
                description: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                transport: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                command: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                url: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                oauthCallbackPort: z.ZodOptional<z.ZodNullable<z.ZodInt>>;
            }, z.core.$strip>>;
        }, z.core.$strip>>>;
        policy: z.ZodOptional<z.ZodNullable<z.ZodObject<{
            allowImplicitInvocation: z.ZodOptional<z.ZodNullable<z.ZodBoolean>>;
            products: z.ZodArray<z.ZodString>;
        }, z.core.$strip>>>;
        discoveryRoot: z.ZodObject<{
            id: z.ZodEnum<{
                "codex-home-skills": "codex-home-skills";
                "user-agent-skills": "user-agent-skills";
                "system-skills": "system-skills";
            }>;
            path: z.ZodString;
        }, z.core.$strip>;
    }, z.core.$strip>>;
    warnings: z.ZodArray<z.ZodString>;
}, z.core.$strip>>;

/** What an executor says of itself; everything but `shell` may be absent. */
declare const environmentInfoSchema: z.ZodObject<{
    shell: z.ZodObject<{
        name: z.ZodString;
        path: z.ZodString;
    }, z.core.$strip>;
    executorVersion: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    providerId: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    cwd: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    userHomeDir: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    platformOs: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    prependPathDirs: z.ZodOptional<z.ZodNullable<z.ZodArray<z.ZodString>>>;
    temporaryDirectories: z.ZodOptional<z.ZodNullable<z.ZodArray<z.ZodString>>>;
    tempDir: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    capabilities: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodBoolean>>>;
}, z.core.$strip>;
/** What an executor says of itself. */
type EnvironmentInfo = z.output<typeof environmentInfoSchema>;
/** Asks an executor about itself. */
declare const environmentInfo: RequestSpec<z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>, z.ZodObject<{
    shell: z.ZodObject<{
        name: z.ZodString;
        path: z.ZodString;
    }, z.core.$strip>;
    executorVersion: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    providerId: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    cwd: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    userHomeDir: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    platformOs: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    prependPathDirs: z.ZodOptional<z.ZodNullable<z.ZodArray<z.ZodString>>>;
    temporaryDirectories: z.ZodOptional<z.ZodNullable<z.ZodArray<z.ZodString>>>;
    tempDir: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    capabilities: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodBoolean>>>;
}, z.core.$strip>>;
/** A cheap question whose answer shows that the executor is alive. */
declare const environmentStatus: RequestSpec<z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>, z.ZodObject<{
    status: z.ZodLiteral<"ready">;
}, z.core.$strip>>;
/** Reads configuration files of the executor that belong to the Codex CLI. */
declare const environmentConfigRead: RequestSpec<z.ZodObject<{
    cwd: z.ZodString;
    configPaths: z.ZodArray<z.ZodArray<z.ZodString>>;
    requirementsPaths: z.ZodArray<z.ZodArray<z.ZodString>>;
}, z.core.$strip>, z.ZodObject<{
    userHomeDir: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    codexHomeDir: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    hostname: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    config: z.ZodObject<{
        layers: z.ZodArray<z.ZodObject<{
            source: z.ZodString;
            baseDir: z.ZodString;
            toml: z.ZodString;
        }, z.core.$strip>>;
        cloudInsertionIndex: z.ZodInt;
    }, z.core.$strip>;
    requirements: z.ZodObject<{
        layers: z.ZodArray<z.ZodObject<{
            source: z.ZodString;
            baseDir: z.ZodString;
            toml: z.ZodString;
        }, z.core.$strip>>;
        cloudInsertionIndex: z.ZodInt;
    }, z.core.$strip>;
}, z.core.$strip>>;

/** Reads a whole file. */
declare const fsReadFile: RequestSpec<z.ZodObject<{
    path: z.ZodString;
    followSymlinks: z.ZodOptional<z.ZodBoolean>;
    sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
}, z.core.$strip>, z.ZodObject<{
    dataBase64: z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>;
}, z.core.$strip>>;
/** Writes a whole file. */
declare const fsWriteFile: RequestSpec<z.ZodObject<{
    path: z.ZodString;
    dataBase64: z.ZodString;
    followSymlinks: z.ZodOptional<z.ZodBoolean>;
    permissions: z.ZodOptional<z.ZodInt>;
    sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
}, z.core.$strip>, z.ZodObject<{}, z.core.$strip>>;
/** Makes a directory. */
declare const fsCreateDirectory: RequestSpec<z.ZodObject<{
    path: z.ZodString;
    recursive: z.ZodOptional<z.ZodBoolean>;
    followSymlinks: z.ZodOptional<z.ZodBoolean>;
    sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
}, z.core.$strip>, z.ZodObject<{}, z.core.$strip>>;
/** Describes an entry. */
declare const fsGetMetadata: RequestSpec<z.ZodObject<{
    path: z.ZodString;
    followSymlinks: z.ZodOptional<z.ZodBoolean>;
    sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
}, z.core.$strip>, z.ZodObject<{
    isDirectory: z.ZodBoolean;
    isFile: z.ZodBoolean;
    isSymlink: z.ZodBoolean;
    size: z.ZodInt;
    createdAtMs: z.ZodInt;
    modifiedAtMs: z.ZodInt;
    permissions: z.ZodOptional<z.ZodInt>;
}, z.core.$strip>>;
/** Resolves a path. */
declare const fsCanonicalize: RequestSpec<z.ZodObject<{
    path: z.ZodString;
    sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
}, z.core.$strip>, z.ZodObject<{
    path: z.ZodString;
}, z.core.$strip>>;
/** Lists a directory. */
declare const fsReadDirectory: RequestSpec<z.ZodObject<{
    path: z.ZodString;
    sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
}, z.core.$strip>, z.ZodObject<{
    entries: z.ZodArray<z.ZodObject<{
        fileName: z.ZodString;
        isDirectory: z.ZodBoolean;
        isFile: z.ZodBoolean;
    }, z.core.$strip>>;
}, z.core.$strip>>;
/** Lists a tree. */
declare const fsWalk: RequestSpec<z.ZodObject<{
    path: z.ZodString;
    options: z.ZodObject<{
        maxDepth: z.ZodInt;
        maxDirectories: z.ZodInt;
        maxEntries: z.ZodInt;
        followDirectorySymlinks: z.ZodBoolean;
        pruneHiddenDirectories: z.ZodOptional<z.ZodBoolean>;
    }, z.core.$strip>;
    sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
}, z.core.$strip>, z.ZodObject<{
    entries: z.ZodArray<z.ZodObject<{
        path: z.ZodString;
        kind: z.ZodEnum<{
            file: "file";
            directory: "directory";
        }>;
    }, z.core.$strip>>;
    errors: z.ZodArray<z.ZodObject<{
        path: z.ZodString;
        message: z.ZodString;
    }, z.core.$strip>>;
    truncated: z.ZodBoolean;
}, z.core.$strip>>;
/** Removes an entry. */
declare const fsRemove: RequestSpec<z.ZodObject<{
    path: z.ZodString;
    recursive: z.ZodOptional<z.ZodBoolean>;
    force: z.ZodOptional<z.ZodBoolean>;
    followSymlinks: z.ZodOptional<z.ZodBoolean>;
    sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
}, z.core.$strip>, z.ZodObject<{}, z.core.$strip>>;
/** Copies an entry. */
declare const fsCopy: RequestSpec<z.ZodObject<{
    sourcePath: z.ZodString;
    destinationPath: z.ZodString;
    recursive: z.ZodBoolean;
    sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
}, z.core.$strip>, z.ZodObject<{}, z.core.$strip>>;
/** Opens a file. */
declare const fsOpen: RequestSpec<z.ZodObject<{
    handleId: z.ZodString;
    path: z.ZodString;
    mode: z.ZodOptional<z.ZodEnum<{
        replace: "replace";
        read: "read";
    }>>;
    keep: z.ZodOptional<z.ZodBoolean>;
    permissions: z.ZodOptional<z.ZodInt>;
    followSymlinks: z.ZodOptional<z.ZodBoolean>;
    sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
}, z.core.$strip>, z.ZodObject<{
    handleId: z.ZodString;
}, z.core.$strip>>;
/** Reads from an open file. */
declare const fsReadBlock: RequestSpec<z.ZodObject<{
    handleId: z.ZodString;
    offset: z.ZodInt;
    len: z.ZodInt;
}, z.core.$strip>, z.ZodObject<{
    chunk: z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>;
    eof: z.ZodBoolean;
}, z.core.$strip>>;
/** Writes to an open file. */
declare const fsWriteBlock: RequestSpec<z.ZodObject<{
    handleId: z.ZodString;
    offset: z.ZodInt;
    chunk: z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>;
}, z.core.$strip>, z.ZodObject<{}, z.core.$strip>>;
/** Closes an open file. */
declare const fsClose: RequestSpec<z.ZodObject<{
    handleId: z.ZodString;
}, z.core.$strip>, z.ZodObject<{}, z.core.$strip>>;
/** Watches for paths to appear. */
declare const fsWatchMissing: RequestSpec<z.ZodObject<{
    watchId: z.ZodInt;
    missing: z.ZodArray<z.ZodString>;
    present: z.ZodOptional<z.ZodNullable<z.ZodString>>;
}, z.core.$strip>, z.ZodObject<{
    watching: z.ZodBoolean;
}, z.core.$strip>>;
/** A watched path appeared or went. */
declare const fsMissingChanged: NotificationSpec<z.ZodObject<{
    watchId: z.ZodInt;
}, z.core.$strip>>;

/** Lists a directory as it is. */
declare const fsList: RequestSpec<z.ZodObject<{
    path: z.ZodString;
    followSymlinks: z.ZodOptional<z.ZodBoolean>;
    sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
}, z.core.$strip>, z.ZodObject<{
    entries: z.ZodArray<z.ZodObject<{
        path: z.ZodString;
        kind: z.ZodEnum<{
            file: "file";
            directory: "directory";
            symlink: "symlink";
            other: "other";
        }>;
        size: z.ZodInt;
        modifiedAtMs: z.ZodInt;
        permissions: z.ZodInt;
        targetBase64: z.ZodOptional<z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>>;
    }, z.core.$strip>>;
    truncated: z.ZodBoolean;
}, z.core.$strip>>;
/** Makes a link. */
declare const fsSymlink: RequestSpec<z.ZodObject<{
    path: z.ZodString;
    targetBase64: z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>;
    followSymlinks: z.ZodOptional<z.ZodBoolean>;
    sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
}, z.core.$strip>, z.ZodObject<{}, z.core.$strip>>;
/** Changes who may use an entry. */
declare const fsSetPermissions: RequestSpec<z.ZodObject<{
    path: z.ZodString;
    permissions: z.ZodInt;
    followSymlinks: z.ZodOptional<z.ZodBoolean>;
    sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
}, z.core.$strip>, z.ZodObject<{}, z.core.$strip>>;
/** Tells content apart without moving it. */
declare const fsDigest: RequestSpec<z.ZodObject<{
    handleId: z.ZodString;
    length: z.ZodInt;
}, z.core.$strip>, z.ZodObject<{
    sha256: z.ZodString;
    length: z.ZodInt;
    size: z.ZodInt;
}, z.core.$strip>>;
/** Gives a file its name once it is whole. */
declare const fsRename: RequestSpec<z.ZodObject<{
    handleId: z.ZodString;
    path: z.ZodString;
    permissions: z.ZodOptional<z.ZodInt>;
    followSymlinks: z.ZodOptional<z.ZodBoolean>;
    sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
}, z.core.$strip>, z.ZodObject<{}, z.core.$strip>>;

/** Sends an HTTP request from the executor. */
declare const httpRequest: RequestSpec<z.ZodObject<{
    requestId: z.ZodString;
    method: z.ZodString;
    url: z.ZodString;
    headers: z.ZodOptional<z.ZodNullable<z.ZodArray<z.ZodObject<{
        name: z.ZodString;
        value: z.ZodString;
        valueEnvVar: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    }, z.core.$strip>>>>;
    bodyBase64: z.ZodOptional<z.ZodNullable<z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>>>;
    timeoutMs: z.ZodOptional<z.ZodNullable<z.ZodInt>>;
    redirectPolicy: z.ZodOptional<z.ZodNullable<z.ZodEnum<{
        follow: "follow";
        stop: "stop";
    }>>>;
    streamResponse: z.ZodOptional<z.ZodNullable<z.ZodBoolean>>;
}, z.core.$strip>, z.ZodObject<{
    status: z.ZodInt;
    headers: z.ZodArray<z.ZodObject<{
        name: z.ZodString;
        value: z.ZodString;
    }, z.core.$strip>>;
    bodyBase64: z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>;
}, z.core.$strip>>;
/** A piece of a streamed response. */
declare const httpBodyDelta: NotificationSpec<z.ZodObject<{
    requestId: z.ZodString;
    seq: z.ZodInt;
    deltaBase64: z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>;
    done: z.ZodBoolean;
    error: z.ZodOptional<z.ZodNullable<z.ZodString>>;
}, z.core.$strip>>;

/** First request of a connection: opens a session, or takes an existing one over. */
declare const initialize: RequestSpec<z.ZodObject<{
    clientName: z.ZodString;
    resumeSessionId: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    clientInstance: z.ZodOptional<z.ZodString>;
    extensions: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodInt>>;
}, z.core.$strip>, z.ZodObject<{
    sessionId: z.ZodType<SessionId, string, z.core.$ZodTypeInternals<SessionId, string>>;
    environmentInfo: z.ZodOptional<z.ZodObject<{
        shell: z.ZodObject<{
            name: z.ZodString;
            path: z.ZodString;
        }, z.core.$strip>;
        executorVersion: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        providerId: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        cwd: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        userHomeDir: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        platformOs: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        prependPathDirs: z.ZodOptional<z.ZodNullable<z.ZodArray<z.ZodString>>>;
        temporaryDirectories: z.ZodOptional<z.ZodNullable<z.ZodArray<z.ZodString>>>;
        tempDir: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        capabilities: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodBoolean>>>;
    }, z.core.$strip>>;
    extensions: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodInt>>;
}, z.core.$strip>>;
/** Ends the handshake; everything else is refused before it. */
declare const initialized: NotificationSpec<z.ZodUnknown>;
/** Ends a session for good. */
declare const sessionClose: RequestSpec<z.ZodOptional<z.ZodNullable<z.ZodObject<{}, z.core.$strip>>>, z.ZodObject<{
    processes: z.ZodInt;
}, z.core.$strip>>;
/** After a resume: says from where on the events of each process go on. */
declare const sessionReplay: RequestSpec<z.ZodObject<{
    cursors: z.ZodArray<z.ZodObject<{
        processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
        afterSeq: z.ZodInt;
        windowBytes: z.ZodOptional<z.ZodInt>;
    }, z.core.$strip>>;
}, z.core.$strip>, z.ZodObject<{
    processes: z.ZodArray<z.ZodObject<{
        processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
        firstSeq: z.ZodInt;
        nextSeq: z.ZodInt;
    }, z.core.$strip>>;
    missing: z.ZodArray<z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>>;
}, z.core.$strip>>;
/** Frees answers that the server keeps for a repeat. */
declare const sessionAcknowledge: NotificationSpec<z.ZodObject<{
    upToId: z.ZodInt;
    unanswered: z.ZodArray<z.ZodInt>;
}, z.core.$strip>>;

/** Asks about one request of a process in a managed network. */
declare const networkPolicyRequest: RequestSpec<z.ZodObject<{
    processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
    request: z.ZodObject<{
        protocol: z.ZodEnum<{
            http: "http";
            https_connect: "https_connect";
            socks5_tcp: "socks5_tcp";
            socks5_udp: "socks5_udp";
        }>;
        host: z.ZodString;
        port: z.ZodInt;
    }, z.core.$strip>;
    question: z.ZodOptional<z.ZodInt>;
}, z.core.$strip>, z.ZodObject<{
    decision: z.ZodDiscriminatedUnion<[z.ZodObject<{
        type: z.ZodLiteral<"allow">;
    }, z.core.$strip>, z.ZodObject<{
        type: z.ZodLiteral<"deny">;
        reason: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    }, z.core.$strip>, z.ZodObject<{
        type: z.ZodLiteral<"ask">;
        reason: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    }, z.core.$strip>], "type">;
}, z.core.$strip>>;
/** What was decided about one request of a process in a managed network. */
declare const networkPolicyDecision: NotificationSpec<z.ZodObject<{
    processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
    timestamp: z.ZodString;
    scope: z.ZodEnum<{
        domain: "domain";
        non_domain: "non_domain";
    }>;
    decision: z.ZodEnum<{
        allow: "allow";
        deny: "deny";
        ask: "ask";
    }>;
    source: z.ZodString;
    reason: z.ZodString;
    protocol: z.ZodEnum<{
        http: "http";
        https_connect: "https_connect";
        socks5_tcp: "socks5_tcp";
        socks5_udp: "socks5_udp";
    }>;
    host: z.ZodString;
    port: z.ZodInt;
    method: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    client: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    policyOverride: z.ZodBoolean;
}, z.core.$strip>>;

/** Starts a process under an id that the client chose. */
declare const processStart: RequestSpec<z.ZodObject<{
    processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
    argv: z.ZodArray<z.ZodString>;
    cwd: z.ZodString;
    env: z.ZodRecord<z.ZodString, z.ZodString>;
    tty: z.ZodBoolean;
    pipeStdin: z.ZodOptional<z.ZodBoolean>;
    arg0: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    envPolicy: z.ZodOptional<z.ZodNullable<z.ZodObject<{
        inherit: z.ZodEnum<{
            core: "core";
            all: "all";
            none: "none";
        }>;
        ignoreDefaultExcludes: z.ZodBoolean;
        exclude: z.ZodArray<z.ZodString>;
        set: z.ZodRecord<z.ZodString, z.ZodString>;
        includeOnly: z.ZodArray<z.ZodString>;
    }, z.core.$strip>>>;
    sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
    enforceManagedNetwork: z.ZodOptional<z.ZodBoolean>;
    managedNetwork: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
    networkProxy: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
    metadata: z.ZodOptional<z.ZodNullable<z.ZodObject<{
        threadId: z.ZodOptional<z.ZodNullable<z.ZodGUID>>;
        toolCallId: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    }, z.core.$strip>>>;
    shellSnapshot: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
    credentialProviders: z.ZodOptional<z.ZodNullable<z.ZodUnion<readonly [z.ZodArray<z.ZodUnknown>, z.ZodRecord<z.ZodString, z.ZodUnknown>]>>>;
    size: z.ZodOptional<z.ZodObject<{
        rows: z.ZodInt;
        cols: z.ZodInt;
    }, z.core.$strip>>;
    retention: z.ZodOptional<z.ZodEnum<{
        keep: "keep";
        drop: "drop";
    }>>;
    lifetime: z.ZodOptional<z.ZodEnum<{
        session: "session";
        server: "server";
    }>>;
    drainMs: z.ZodOptional<z.ZodInt>;
    windowBytes: z.ZodOptional<z.ZodInt>;
}, z.core.$strip>, z.ZodObject<{
    processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
    sandboxType: z.ZodOptional<z.ZodNullable<z.ZodEnum<{
        none: "none";
        linuxSeccomp: "linuxSeccomp";
        macosSeatbelt: "macosSeatbelt";
        windowsRestrictedToken: "windowsRestrictedToken";
        windowsMxc: "windowsMxc";
    }>>>;
    sandboxReport: z.ZodOptional<z.ZodObject<{
        narrowed: z.ZodArray<z.ZodUnion<readonly [z.ZodDiscriminatedUnion<[z.ZodObject<{
            type: z.ZodLiteral<"path">;
            path: z.ZodString;
            asked: z.ZodEnum<{
                write: "write";
                read: "read";
            }>;
            granted: z.ZodEnum<{
                read: "read";
                deny: "deny";
            }>;
            rule: z.ZodObject<{
                source: z.ZodEnum<{
                    default: "default";
                    intent: "intent";
                    ceiling: "ceiling";
                }>;
                entry: z.ZodString;
                pattern: z.ZodOptional<z.ZodString>;
            }, z.core.$strip>;
        }, z.core.$strip>, z.ZodObject<{
            type: z.ZodLiteral<"network">;
            asked: z.ZodLiteral<"enabled">;
            granted: z.ZodLiteral<"restricted">;
            rule: z.ZodObject<{
                source: z.ZodEnum<{
                    default: "default";
                    intent: "intent";
                    ceiling: "ceiling";
                }>;
                entry: z.ZodString;
                pattern: z.ZodOptional<z.ZodString>;
            }, z.core.$strip>;
        }, z.core.$strip>], "type">, z.ZodObject<{}, z.core.$loose>]>>;
        narrowedLeftOut: z.ZodInt;
        notes: z.ZodArray<z.ZodUnion<readonly [z.ZodObject<{
            text: z.ZodString;
            rule: z.ZodObject<{
                source: z.ZodEnum<{
                    default: "default";
                    intent: "intent";
                    ceiling: "ceiling";
                }>;
                entry: z.ZodString;
                pattern: z.ZodOptional<z.ZodString>;
            }, z.core.$strip>;
        }, z.core.$strip>, z.ZodObject<{}, z.core.$loose>]>>;
        notesLeftOut: z.ZodInt;
    }, z.core.$strip>>;
}, z.core.$strip>>;
/** Reads the event log forward, waiting for news when asked to. */
declare const processRead: RequestSpec<z.ZodObject<{
    processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
    afterSeq: z.ZodOptional<z.ZodNullable<z.ZodInt>>;
    maxBytes: z.ZodOptional<z.ZodNullable<z.ZodInt>>;
    waitMs: z.ZodOptional<z.ZodNullable<z.ZodInt>>;
}, z.core.$strip>, z.ZodObject<{
    chunks: z.ZodArray<z.ZodObject<{
        seq: z.ZodInt;
        stream: z.ZodEnum<{
            pty: "pty";
            stdout: "stdout";
            stderr: "stderr";
        }>;
        chunk: z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>;
        size: z.ZodOptional<z.ZodObject<{
            rows: z.ZodInt;
            cols: z.ZodInt;
        }, z.core.$strip>>;
    }, z.core.$strip>>;
    nextSeq: z.ZodInt;
    exited: z.ZodBoolean;
    exitCode: z.ZodNullable<z.ZodInt>;
    closed: z.ZodBoolean;
    failure: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    sandboxDenied: z.ZodOptional<z.ZodNullable<z.ZodBoolean>>;
    denial: z.ZodOptional<z.ZodObject<{
        findings: z.ZodArray<z.ZodUnion<readonly [z.ZodObject<{
            evidence: z.ZodEnum<{
                path: "path";
                network: "network";
                signal: "signal";
                refusal: "refusal";
                words: "words";
            }>;
            confidence: z.ZodEnum<{
                certain: "certain";
                likely: "likely";
                possible: "possible";
            }>;
            subject: z.ZodOptional<z.ZodDiscriminatedUnion<[z.ZodObject<{
                type: z.ZodLiteral<"path">;
                path: z.ZodString;
                operation: z.ZodEnum<{
                    write: "write";
                    read: "read";
                }>;
            }, z.core.$strip>, z.ZodObject<{
                type: z.ZodLiteral<"host">;
                protocol: z.ZodString;
                host: z.ZodOptional<z.ZodString>;
                port: z.ZodOptional<z.ZodInt>;
                reason: z.ZodString;
            }, z.core.$strip>, z.ZodObject<{
                type: z.ZodLiteral<"network">;
            }, z.core.$strip>, z.ZodObject<{
                type: z.ZodLiteral<"systemCall">;
                signal: z.ZodString;
            }, z.core.$strip>], "type">>;
            rule: z.ZodOptional<z.ZodObject<{
                source: z.ZodEnum<{
                    default: "default";
                    intent: "intent";
                    ceiling: "ceiling";
                }>;
                entry: z.ZodString;
                pattern: z.ZodOptional<z.ZodString>;
            }, z.core.$strip>>;
        }, z.core.$strip>, z.ZodObject<{}, z.core.$loose>]>>;
    }, z.core.$strip>>;
    signal: z.ZodOptional<z.ZodNullable<z.ZodEnum<{
        SIGHUP: "SIGHUP";
        SIGINT: "SIGINT";
        SIGQUIT: "SIGQUIT";
        SIGILL: "SIGILL";
        SIGTRAP: "SIGTRAP";
        SIGABRT: "SIGABRT";
        SIGBUS: "SIGBUS";
        SIGFPE: "SIGFPE";
        SIGKILL: "SIGKILL";
        SIGUSR1: "SIGUSR1";
        SIGSEGV: "SIGSEGV";
        SIGUSR2: "SIGUSR2";
        SIGPIPE: "SIGPIPE";
        SIGALRM: "SIGALRM";
        SIGTERM: "SIGTERM";
        SIGCHLD: "SIGCHLD";
        SIGCONT: "SIGCONT";
        SIGSTOP: "SIGSTOP";
        SIGTSTP: "SIGTSTP";
        SIGTTIN: "SIGTTIN";
        SIGTTOU: "SIGTTOU";
        SIGURG: "SIGURG";
        SIGXCPU: "SIGXCPU";
        SIGXFSZ: "SIGXFSZ";
        SIGVTALRM: "SIGVTALRM";
        SIGPROF: "SIGPROF";
        SIGWINCH: "SIGWINCH";
        SIGIO: "SIGIO";
        SIGSYS: "SIGSYS";
        SIGPWR: "SIGPWR";
        SIGSTKFLT: "SIGSTKFLT";
    }>>>;
}, z.core.$strip>>;
/** Writes to the stdin of a process; safe to repeat with the same `writeId`. */
declare const processWrite: RequestSpec<z.ZodObject<{
    processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
    chunk: z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>;
    writeId: z.ZodType<WriteId, string, z.core.$ZodTypeInternals<WriteId, string>>;
}, z.core.$strip>, z.ZodObject<{
    status: z.ZodEnum<{
        stdinClosed: "stdinClosed";
        accepted: "accepted";
        unknownProcess: "unknownProcess";
        starting: "starting";
    }>;
}, z.core.$strip>>;
/** Ends the stdin of a process. */
declare const processCloseStdin: RequestSpec<z.ZodObject<{
    processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
}, z.core.$strip>, z.ZodObject<{
    status: z.ZodEnum<{
        stdinClosed: "stdinClosed";
        accepted: "accepted";
        unknownProcess: "unknownProcess";
    }>;
}, z.core.$strip>>;
/** Sends a signal. `interrupt` is the reference's only one; names and `target` come with the `signals` extension. */
declare const processSignal: RequestSpec<z.ZodObject<{
    processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
    signal: z.ZodUnion<readonly [z.ZodLiteral<"interrupt">, z.ZodEnum<{
        SIGHUP: "SIGHUP";
        SIGINT: "SIGINT";
        SIGQUIT: "SIGQUIT";
        SIGILL: "SIGILL";
        SIGTRAP: "SIGTRAP";
        SIGABRT: "SIGABRT";
        SIGBUS: "SIGBUS";
        SIGFPE: "SIGFPE";
        SIGKILL: "SIGKILL";
        SIGUSR1: "SIGUSR1";
        SIGSEGV: "SIGSEGV";
        SIGUSR2: "SIGUSR2";
        SIGPIPE: "SIGPIPE";
        SIGALRM: "SIGALRM";
        SIGTERM: "SIGTERM";
        SIGCHLD: "SIGCHLD";
        SIGCONT: "SIGCONT";
        SIGSTOP: "SIGSTOP";
        SIGTSTP: "SIGTSTP";
        SIGTTIN: "SIGTTIN";
        SIGTTOU: "SIGTTOU";
        SIGURG: "SIGURG";
        SIGXCPU: "SIGXCPU";
        SIGXFSZ: "SIGXFSZ";
        SIGVTALRM: "SIGVTALRM";
        SIGPROF: "SIGPROF";
        SIGWINCH: "SIGWINCH";
        SIGIO: "SIGIO";
        SIGSYS: "SIGSYS";
        SIGPWR: "SIGPWR";
        SIGSTKFLT: "SIGSTKFLT";
    }>]>;
    target: z.ZodOptional<z.ZodEnum<{
        process: "process";
        group: "group";
        tree: "tree";
    }>>;
}, z.core.$strip>, z.ZodObject<{}, z.core.$strip>>;
/** Ends a process. */
declare const processTerminate: RequestSpec<z.ZodObject<{
    processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
    graceMs: z.ZodOptional<z.ZodInt>;
}, z.core.$strip>, z.ZodObject<{
    running: z.ZodBoolean;
}, z.core.$strip>>;
/** Changes the size of a terminal. */
declare const processResize: RequestSpec<z.ZodObject<{
    processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
    size: z.ZodObject<{
        rows: z.ZodInt;
        cols: z.ZodInt;
    }, z.core.$strip>;
}, z.core.$strip>, z.ZodObject<{}, z.core.$strip>>;
/** One process as a list shows it. */
declare const processSummarySchema: z.ZodObject<{
    ref: z.ZodString;
    id: z.ZodString;
    session: z.ZodString;
    argv: z.ZodArray<z.ZodString>;
    cwd: z.ZodString;
    truncated: z.ZodOptional<z.ZodLiteral<true>>;
    pid: z.ZodInt;
    tty: z.ZodBoolean;
    lifetime: z.ZodEnum<{
        session: "session";
        server: "server";
    }>;
    startedAtMs: z.ZodInt;
    state: z.ZodEnum<{
        exited: "exited";
        closed: "closed";
        running: "running";
    }>;
    exitCode: z.ZodNullable<z.ZodInt>;
    firstSeq: z.ZodInt;
    nextSeq: z.ZodInt;
}, z.core.$strip>;
/** One process as a list shows it. */
type ProcessSummary = z.output<typeof processSummarySchema>;
/** Lists processes. */
declare const processList: RequestSpec<z.ZodOptional<z.ZodNullable<z.ZodObject<{}, z.core.$strip>>>, z.ZodObject<{
    processes: z.ZodArray<z.ZodObject<{
        ref: z.ZodString;
        id: z.ZodString;
        session: z.ZodString;
        argv: z.ZodArray<z.ZodString>;
        cwd: z.ZodString;
        truncated: z.ZodOptional<z.ZodLiteral<true>>;
        pid: z.ZodInt;
        tty: z.ZodBoolean;
        lifetime: z.ZodEnum<{
            session: "session";
            server: "server";
        }>;
        startedAtMs: z.ZodInt;
        state: z.ZodEnum<{
            exited: "exited";
            closed: "closed";
            running: "running";
        }>;
        exitCode: z.ZodNullable<z.ZodInt>;
        firstSeq: z.ZodInt;
        nextSeq: z.ZodInt;
    }, z.core.$strip>>;
}, z.core.$strip>>;
/** Joins a process of another session. */
declare const processAttach: RequestSpec<z.ZodObject<{
    processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
    ref: z.ZodString;
    afterSeq: z.ZodOptional<z.ZodInt>;
    windowBytes: z.ZodOptional<z.ZodInt>;
}, z.core.$strip>, z.ZodObject<{
    process: z.ZodObject<{
        ref: z.ZodString;
        id: z.ZodString;
        session: z.ZodString;
        argv: z.ZodArray<z.ZodString>;
        cwd: z.ZodString;
        truncated: z.ZodOptional<z.ZodLiteral<true>>;
        pid: z.ZodInt;
        tty: z.ZodBoolean;
        lifetime: z.ZodEnum<{
            session: "session";
            server: "server";
        }>;
        startedAtMs: z.ZodInt;
        state: z.ZodEnum<{
            exited: "exited";
            closed: "closed";
            running: "running";
        }>;
        exitCode: z.ZodNullable<z.ZodInt>;
        firstSeq: z.ZodInt;
        nextSeq: z.ZodInt;
    }, z.core.$strip>;
}, z.core.$strip>>;
/** Leaves a process that was joined. */
declare const processDetach: RequestSpec<z.ZodObject<{
    processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
}, z.core.$strip>, z.ZodObject<{}, z.core.$strip>>;
/** Tells how much output may be pushed. */
declare const processWindow: NotificationSpec<z.ZodObject<{
    processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
    ackSeq: z.ZodInt;
    windowBytes: z.ZodInt;
}, z.core.$strip>>;
/** A piece of output. */
declare const processOutput: NotificationSpec<z.ZodObject<{
    processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
    seq: z.ZodInt;
    stream: z.ZodEnum<{
        pty: "pty";
        stdout: "stdout";
        stderr: "stderr";
    }>;
    chunk: z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>;
}, z.core.$strip>>;
/** The terminal of a process has another size. */
declare const processResized: NotificationSpec<z.ZodObject<{
    processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
    seq: z.ZodInt;
    size: z.ZodObject<{
        rows: z.ZodInt;
        cols: z.ZodInt;
    }, z.core.$strip>;
}, z.core.$strip>>;
/** Output between two positions is no longer kept. */
declare const processGap: NotificationSpec<z.ZodObject<{
    processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
    fromSeq: z.ZodInt;
    toSeq: z.ZodInt;
    bytes: z.ZodInt;
}, z.core.$strip>>;
/** The process itself has ended; output of descendants may follow. */
declare const processExited: NotificationSpec<z.ZodObject<{
    processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
    seq: z.ZodInt;
    exitCode: z.ZodInt;
    sandboxDenied: z.ZodOptional<z.ZodNullable<z.ZodBoolean>>;
    denial: z.ZodOptional<z.ZodObject<{
        findings: z.ZodArray<z.ZodUnion<readonly [z.ZodObject<{
            evidence: z.ZodEnum<{
                path: "path";
                network: "network";
                signal: "signal";
                refusal: "refusal";
                words: "words";
            }>;
            confidence: z.ZodEnum<{
                certain: "certain";
                likely: "likely";
                possible: "possible";
            }>;
            subject: z.ZodOptional<z.ZodDiscriminatedUnion<[z.ZodObject<{
                type: z.ZodLiteral<"path">;
                path: z.ZodString;
                operation: z.ZodEnum<{
                    write: "write";
                    read: "read";
                }>;
            }, z.core.$strip>, z.ZodObject<{
                type: z.ZodLiteral<"host">;
                protocol: z.ZodString;
                host: z.ZodOptional<z.ZodString>;
                port: z.ZodOptional<z.ZodInt>;
                reason: z.ZodString;
            }, z.core.$strip>, z.ZodObject<{
                type: z.ZodLiteral<"network">;
            }, z.core.$strip>, z.ZodObject<{
                type: z.ZodLiteral<"systemCall">;
                signal: z.ZodString;
            }, z.core.$strip>], "type">>;
            rule: z.ZodOptional<z.ZodObject<{
                source: z.ZodEnum<{
                    default: "default";
                    intent: "intent";
                    ceiling: "ceiling";
                }>;
                entry: z.ZodString;
                pattern: z.ZodOptional<z.ZodString>;
            }, z.core.$strip>>;
        }, z.core.$strip>, z.ZodObject<{}, z.core.$loose>]>>;
    }, z.core.$strip>>;
    signal: z.ZodOptional<z.ZodNullable<z.ZodEnum<{
        SIGHUP: "SIGHUP";
        SIGINT: "SIGINT";
        SIGQUIT: "SIGQUIT";
        SIGILL: "SIGILL";
        SIGTRAP: "SIGTRAP";
        SIGABRT: "SIGABRT";
        SIGBUS: "SIGBUS";
        SIGFPE: "SIGFPE";
        SIGKILL: "SIGKILL";
        SIGUSR1: "SIGUSR1";
        SIGSEGV: "SIGSEGV";
        SIGUSR2: "SIGUSR2";
        SIGPIPE: "SIGPIPE";
        SIGALRM: "SIGALRM";
        SIGTERM: "SIGTERM";
        SIGCHLD: "SIGCHLD";
        SIGCONT: "SIGCONT";
        SIGSTOP: "SIGSTOP";
        SIGTSTP: "SIGTSTP";
        SIGTTIN: "SIGTTIN";
        SIGTTOU: "SIGTTOU";
        SIGURG: "SIGURG";
        SIGXCPU: "SIGXCPU";
        SIGXFSZ: "SIGXFSZ";
        SIGVTALRM: "SIGVTALRM";
        SIGPROF: "SIGPROF";
        SIGWINCH: "SIGWINCH";
        SIGIO: "SIGIO";
        SIGSYS: "SIGSYS";
        SIGPWR: "SIGPWR";
        SIGSTKFLT: "SIGSTKFLT";
    }>>>;
}, z.core.$strip>>;
/** The last event of a process. */
declare const processClosed: NotificationSpec<z.ZodObject<{
    processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
    seq: z.ZodInt;
    bytes: z.ZodOptional<z.ZodObject<{
        stdout: z.ZodInt;
        stderr: z.ZodInt;
        pty: z.ZodInt;
    }, z.core.$strip>>;
    holders: z.ZodOptional<z.ZodArray<z.ZodObject<{
        pid: z.ZodInt;
        name: z.ZodString;
    }, z.core.$strip>>>;
}, z.core.$strip>>;

/** How the environment of a process is made from that of the executor. */
declare const envPolicySchema: z.ZodObject<{
    inherit: z.ZodEnum<{
        core: "core";
        all: "all";
        none: "none";
    }>;
    ignoreDefaultExcludes: z.ZodBoolean;
    exclude: z.ZodArray<z.ZodString>;
    set: z.ZodRecord<z.ZodString, z.ZodString>;
    includeOnly: z.ZodArray<z.ZodString>;
}, z.core.$strip>;
/** How the environment of a process is made from that of the executor. */
type EnvPolicy = z.output<typeof envPolicySchema>;

declare const appearedSchema: z.ZodObject<{
    kind: z.ZodEnum<{
        repository: "repository";
        protectedName: "protectedName";
        gitLink: "gitLink";
        gitState: "gitState";
    }>;
    path: z.ZodString;
    text: z.ZodString;
}, z.core.$strip>;
/** Executable configuration that has come up while a process ran, so that nothing protected it. */
type SandboxAppeared = z.output<typeof appearedSchema>;
/** All that has appeared while one process ran, by whomever. */
interface SandboxAppearedReport {
    readonly found: readonly SandboxAppeared[];
    /** How much more there is. */
    readonly more: number;
    /** For people, why nobody has looked for it to the end, so that nothing found means nothing; left out where somebody has. */
    readonly unseen?: string;
}
/** What has appeared while a confined process ran. */
declare const sandboxAppeared: NotificationSpec<z.ZodObject<{
    processId: z.ZodType<ProcessId, string, z.core.$ZodTypeInternals<ProcessId, string>>;
    found: z.ZodArray<z.ZodUnion<readonly [z.ZodObject<{
        kind: z.ZodEnum<{
            repository: "repository";
            protectedName: "protectedName";
            gitLink: "gitLink";
            gitState: "gitState";
        }>;
        path: z.ZodString;
        text: z.ZodString;
    }, z.core.$strip>, z.ZodObject<{}, z.core.$loose>]>>;
    more: z.ZodInt;
    unseen: z.ZodOptional<z.ZodString>;
}, z.core.$strip>>;
/** What is understood here of such a report. */
declare function understoodAppeared({ found, more, unseen, }: Omit<z.output<(typeof sandboxAppeared)['params']>, 'processId'>): SandboxAppearedReport;

/** Which rule decided. */
declare const ruleSchema: z.ZodObject<{
    source: z.ZodEnum<{
        default: "default";
        intent: "intent";
        ceiling: "ceiling";
    }>;
    entry: z.ZodString;
    pattern: z.ZodOptional<z.ZodString>;
}, z.core.$strip>;
declare const findingSchema: z.ZodObject<{
    evidence: z.ZodEnum<{
        path: "path";
        network: "network";
        signal: "signal";
        refusal: "refusal";
        words: "words";
    }>;
    confidence: z.ZodEnum<{
        certain: "certain";
        likely: "likely";
        possible: "possible";
    }>;
    subject: z.ZodOptional<z.ZodDiscriminatedUnion<[z.ZodObject<{
        type: z.ZodLiteral<"path">;
        path: z.ZodString;
        operation: z.ZodEnum<{
            write: "write";
            read: "read";
        }>;
    }, z.core.$strip>, z.ZodObject<{
        type: z.ZodLiteral<"host">;
        protocol: z.ZodString;
        host: z.ZodOptional<z.ZodString>;
        port: z.ZodOptional<z.ZodInt>;
        reason: z.ZodString;
    }, z.core.$strip>, z.ZodObject<{
        type: z.ZodLiteral<"network">;
    }, z.core.$strip>, z.ZodObject<{
        type: z.ZodLiteral<"systemCall">;
        signal: z.ZodString;
    }, z.core.$strip>], "type">>;
    rule: z.ZodOptional<z.ZodObject<{
        source: z.ZodEnum<{
            default: "default";
            intent: "intent";
            ceiling: "ceiling";
        }>;
        entry: z.ZodString;
        pattern: z.ZodOptional<z.ZodString>;
    }, z.core.$strip>>;
}, z.core.$strip>;
declare const narrowingSchema: z.ZodDiscriminatedUnion<[z.ZodObject<{
    type: z.ZodLiteral<"path">;
    path: z.ZodString;
    asked: z.ZodEnum<{
        write: "write";
        read: "read";
    }>;
    granted: z.ZodEnum<{
        read: "read";
        deny: "deny";
    }>;
    rule: z.ZodObject<{
        source: z.ZodEnum<{
            default: "default";
            intent: "intent";
            ceiling: "ceiling";
        }>;
        entry: z.ZodString;
        pattern: z.ZodOptional<z.ZodString>;
    }, z.core.$strip>;
}, z.core.$strip>, z.ZodObject<{
    type: z.ZodLiteral<"network">;
    asked: z.ZodLiteral<"enabled">;
    granted: z.ZodLiteral<"restricted">;
    rule: z.ZodObject<{
        source: z.ZodEnum<{
            default: "default";
            intent: "intent";
            ceiling: "ceiling";
        }>;
        entry: z.ZodString;
        pattern: z.ZodOptional<z.ZodString>;
    }, z.core.$strip>;
}, z.core.$strip>], "type">;
declare const noteSchema: z.ZodObject<{
    text: z.ZodString;
    rule: z.ZodObject<{
        source: z.ZodEnum<{
            default: "default";
            intent: "intent";
            ceiling: "ceiling";
        }>;
        entry: z.ZodString;
        pattern: z.ZodOptional<z.ZodString>;
    }, z.core.$strip>;
}, z.core.$strip>;
/** Which rule decided. */
type SandboxRule = z.output<typeof ruleSchema>;
/** One thing that speaks for a denial. */
type DenialFinding = z.output<typeof findingSchema>;
/** One place where a process may do less than was asked for. */
type SandboxNarrowing = z.output<typeof narrowingSchema>;
/** Something about a sandbox that people should know. */
type SandboxNote = z.output<typeof noteSchema>;
/** What a sandbox has denied a process that failed. */
interface SandboxDenial {
    /** The surest first. */
    readonly findings: readonly DenialFinding[];
}
/** What became of an intent on the executor. */
interface SandboxReport {
    /** Where less is allowed than was asked for; what the operator takes away comes first. */
    readonly narrowed: readonly SandboxNarrowing[];
    /** How many more places there are. */
    readonly narrowedLeftOut: number;
    /** What is not as it was asked for, or protected with a gap, for people. */
    readonly notes: readonly SandboxNote[];
    readonly notesLeftOut: number;
}
/** As it travels. */
declare const sandboxDenialSchema: z.ZodObject<{
    findings: z.ZodArray<z.ZodUnion<readonly [z.ZodObject<{
        evidence: z.ZodEnum<{
            path: "path";
            network: "network";
            signal: "signal";
            refusal: "refusal";
            words: "words";
        }>;
        confidence: z.ZodEnum<{
            certain: "certain";
            likely: "likely";
            possible: "possible";
        }>;
        subject: z.ZodOptional<z.ZodDiscriminatedUnion<[z.ZodObject<{
            type: z.ZodLiteral<"path">;
            path: z.ZodString;
            operation: z.ZodEnum<{
                write: "write";
                read: "read";
            }>;
        }, z.core.$strip>, z.ZodObject<{
            type: z.ZodLiteral<"host">;
            protocol: z.ZodString;
            host: z.ZodOptional<z.ZodString>;
            port: z.ZodOptional<z.ZodInt>;
            reason: z.ZodString;
        }, z.core.$strip>, z.ZodObject<{
            type: z.ZodLiteral<"network">;
        }, z.core.$strip>, z.ZodObject<{
            type: z.ZodLiteral<"systemCall">;
            signal: z.ZodString;
        }, z.core.$strip>], "type">>;
        rule: z.ZodOptional<z.ZodObject<{
            source: z.ZodEnum<{
                default: "default";
                intent: "intent";
                ceiling: "ceiling";
            }>;
            entry: z.ZodString;
            pattern: z.ZodOptional<z.ZodString>;
        }, z.core.$strip>>;
    }, z.core.$strip>, z.ZodObject<{}, z.core.$loose>]>>;
}, z.core.$strip>;
/** As it travels. */
declare const sandboxReportSchema: z.ZodObject<{
    narrowed: z.ZodArray<z.ZodUnion<readonly [z.ZodDiscriminatedUnion<[z.ZodObject<{
        type: z.ZodLiteral<"path">;
        path: z.ZodString;
        asked: z.ZodEnum<{
            write: "write";
            read: "read";
        }>;
        granted: z.ZodEnum<{
            read: "read";
            deny: "deny";
        }>;
        rule: z.ZodObject<{
            source: z.ZodEnum<{
                default: "default";
                intent: "intent";
                ceiling: "ceiling";
            }>;
            entry: z.ZodString;
            pattern: z.ZodOptional<z.ZodString>;
        }, z.core.$strip>;
    }, z.core.$strip>, z.ZodObject<{
        type: z.ZodLiteral<"network">;
        asked: z.ZodLiteral<"enabled">;
        granted: z.ZodLiteral<"restricted">;
        rule: z.ZodObject<{
            source: z.ZodEnum<{
                default: "default";
                intent: "intent";
                ceiling: "ceiling";
            }>;
            entry: z.ZodString;
            pattern: z.ZodOptional<z.ZodString>;
        }, z.core.$strip>;
    }, z.core.$strip>], "type">, z.ZodObject<{}, z.core.$loose>]>>;
    narrowedLeftOut: z.ZodInt;
    notes: z.ZodArray<z.ZodUnion<readonly [z.ZodObject<{
        text: z.ZodString;
        rule: z.ZodObject<{
            source: z.ZodEnum<{
                default: "default";
                intent: "intent";
                ceiling: "ceiling";
            }>;
            entry: z.ZodString;
            pattern: z.ZodOptional<z.ZodString>;
        }, z.core.$strip>;
    }, z.core.$strip>, z.ZodObject<{}, z.core.$loose>]>>;
    notesLeftOut: z.ZodInt;
}, z.core.$strip>;
/** What is understood here of a denial that was told. */
declare function understoodDenial({ findings }: z.output<typeof sandboxDenialSchema>): SandboxDenial;
/** What is understood here of a report. */
declare function understoodReport({ narrowed, notes, ...counts }: z.output<typeof sandboxReportSchema>): SandboxReport;

/** Every request that a client may send, by its method. */
declare const REQUESTS: {
    readonly initialize: RequestSpec<z.ZodObject<{
        clientName: z.ZodString;
        resumeSessionId: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        clientInstance: z.ZodOptional<z.ZodString>;
        extensions: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodInt>>;
    }, zod_v4_core.$strip>, z.ZodObject<{
        sessionId: z.ZodType<SessionId, string, zod_v4_core.$ZodTypeInternals<SessionId, string>>;
        environmentInfo: z.ZodOptional<z.ZodObject<{
            shell: z.ZodObject<{
                name: z.ZodString;
                path: z.ZodString;
            }, zod_v4_core.$strip>;
            executorVersion: z.ZodOptional<z.ZodNullable<z.ZodString>>;
            providerId: z.ZodOptional<z.ZodNullable<z.ZodString>>;
            cwd: z.ZodOptional<z.ZodNullable<z.ZodString>>;
            userHomeDir: z.ZodOptional<z.ZodNullable<z.ZodString>>;
            platformOs: z.ZodOptional<z.ZodNullable<z.ZodString>>;
            prependPathDirs: z.ZodOptional<z.ZodNullable<z.ZodArray<z.ZodString>>>;
            temporaryDirectories: z.ZodOptional<z.ZodNullable<z.ZodArray<z.ZodString>>>;
            tempDir: z.ZodOptional<z.ZodNullable<z.ZodString>>;
            capabilities: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodBoolean>>>;
        }, zod_v4_core.$strip>>;
        extensions: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodInt>>;
    }, zod_v4_core.$strip>>;
    readonly 'session/close': RequestSpec<z.ZodOptional<z.ZodNullable<z.ZodObject<{}, zod_v4_core.$strip>>>, z.ZodObject<{
        processes: z.ZodInt;
    }, zod_v4_core.$strip>>;
    readonly 'session/replay': RequestSpec<z.ZodObject<{
        cursors: z.ZodArray<z.ZodObject<{
            processId: z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>;
            afterSeq: z.ZodInt;
            windowBytes: z.ZodOptional<z.ZodInt>;
        }, zod_v4_core.$strip>>;
    }, zod_v4_core.$strip>, z.ZodObject<{
        processes: z.ZodArray<z.ZodObject<{
            processId: z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>;
            firstSeq: z.ZodInt;
            nextSeq: z.ZodInt;
        }, zod_v4_core.$strip>>;
        missing: z.ZodArray<z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>>;
    }, zod_v4_core.$strip>>;
    readonly 'environment/info': RequestSpec<z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>, z.ZodObject<{
        shell: z.ZodObject<{
            name: z.ZodString;
            path: z.ZodString;
        }, zod_v4_core.$strip>;
        executorVersion: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        providerId: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        cwd: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        userHomeDir: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        platformOs: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        prependPathDirs: z.ZodOptional<z.ZodNullable<z.ZodArray<z.ZodString>>>;
        temporaryDirectories: z.ZodOptional<z.ZodNullable<z.ZodArray<z.ZodString>>>;
        tempDir: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        capabilities: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodBoolean>>>;
    }, zod_v4_core.$strip>>;
    readonly 'environment/status': RequestSpec<z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>, z.ZodObject<{
        status: z.ZodLiteral<"ready">;
    }, zod_v4_core.$strip>>;
    readonly 'environmentConfig/read': RequestSpec<z.ZodObject<{
        cwd: z.ZodString;
        configPaths: z.ZodArray<z.ZodArray<z.ZodString>>;
        requirementsPaths: z.ZodArray<z.ZodArray<z.ZodString>>;
    }, zod_v4_core.$strip>, z.ZodObject<{
        userHomeDir: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        codexHomeDir: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        hostname: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        config: z.ZodObject<{
            layers: z.ZodArray<z.ZodObject<{
                source: z.ZodString;
                baseDir: z.ZodString;
                toml: z.ZodString;
            }, zod_v4_core.$strip>>;
            cloudInsertionIndex: z.ZodInt;
        }, zod_v4_core.$strip>;
        requirements: z.ZodObject<{
            layers: z.ZodArray<z.ZodObject<{
                source: z.ZodString;
                baseDir: z.ZodString;
                toml: z.ZodString;
            }, zod_v4_core.$strip>>;
            cloudInsertionIndex: z.ZodInt;
        }, zod_v4_core.$strip>;
    }, zod_v4_core.$strip>>;
    readonly 'capabilityRoots/discoverV1': RequestSpec<z.ZodObject<{
        roots: z.ZodArray<z.ZodObject<{
            id: z.ZodString;
            path: z.ZodString;
            sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
        }, zod_v4_core.$strip>>;
    }, zod_v4_core.$strip>, z.ZodObject<{
        roots: z.ZodArray<z.ZodObject<{
            id: z.ZodString;
            path: z.ZodString;
            plugin: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                manifest: z.ZodObject<{
                    path: z.ZodString;
                    contents: z.ZodString;
                }, zod_v4_core.$strip>;
                mcpConfig: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                    path: z.ZodString;
                    contents: z.ZodString;
                }, zod_v4_core.$strip>>>;
                appsConfig: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                    path: z.ZodString;
                    contents: z.ZodString;
                }, zod_v4_core.$strip>>>;
            }, zod_v4_core.$strip>>>;
            skills: z.ZodArray<z.ZodObject<{
                instructions: z.ZodObject<{
                    path: z.ZodString;
                    contents: z.ZodString;
                }, zod_v4_core.$strip>;
                metadata: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                    path: z.ZodString;
                    contents: z.ZodString;
                }, zod_v4_core.$strip>>>;
            }, zod_v4_core.$strip>>;
            namespaceManifests: z.ZodArray<z.ZodObject<{
                path: z.ZodString;
                contents: z.ZodString;
            }, zod_v4_core.$strip>>;
            warnings: z.ZodArray<z.ZodString>;
            error: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        }, zod_v4_core.$strip>>;
    }, zod_v4_core.$strip>>;
    readonly 'capabilities/discoverV2': RequestSpec<z.ZodObject<{
        cwd: z.ZodString;
        sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
    }, zod_v4_core.$strip>, z.ZodObject<{
        plugins: z.ZodArray<z.ZodObject<{
            id: z.ZodString;
            displayName: z.ZodString;
            remotePluginId: z.ZodOptional<z.ZodNullable<z.ZodString>>;
            version: z.ZodString;
            root: z.ZodString;
            files: z.ZodObject<{
                manifest: z.ZodObject<{
                    path: z.ZodString;
                    contents: z.ZodString;
                }, zod_v4_core.$strip>;
                mcpConfig: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                    path: z.ZodString;
                    contents: z.ZodString;
                }, zod_v4_core.$strip>>>;
                appsConfig: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                    path: z.ZodString;
                    contents: z.ZodString;
                }, zod_v4_core.$strip>>>;
            }, zod_v4_core.$strip>;
            skills: z.ZodArray<z.ZodObject<{
                name: z.ZodString;
                description: z.ZodString;
                shortDescription: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                path: z.ZodString;
                dependencies: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                    tools: z.ZodArray<z.ZodObject<{
                        type: z.ZodString;
                        value: z.ZodString;
                        description: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                        transport: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                        command: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                        url: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                        oauthCallbackPort: z.ZodOptional<z.ZodNullable<z.ZodInt>>;
                    }, zod_v4_core.$strip>>;
                }, zod_v4_core.$strip>>>;
                policy: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                    allowImplicitInvocation: z.ZodOptional<z.ZodNullable<z.ZodBoolean>>;
                    products: z.ZodArray<z.ZodString>;
                }, zod_v4_core.$strip>>>;
            }, zod_v4_core.$strip>>;
        }, zod_v4_core.$strip>>;
        skills: z.ZodArray<z.ZodObject<{
            name: z.ZodString;
            description: z.ZodString;
            shortDescription: z.ZodOptional<z.ZodNullable<z.ZodString>>;
            path: z.ZodString;
            dependencies: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                tools: z.ZodArray<z.ZodObject<{
                    type: z.ZodString;
                    value: z.ZodString;
                    description: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                    transport: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                    command: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                    url: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                    oauthCallbackPort: z.ZodOptional<z.ZodNullable<z.ZodInt>>;
                }, zod_v4_core.$strip>>;
            }, zod_v4_core.$strip>>>;
            policy: z.ZodOptional<z.ZodNullable<z.ZodObject<{
                allowImplicitInvocation: z.ZodOptional<z.ZodNullable<z.ZodBoolean>>;
                products: z.ZodArray<z.ZodString>;
            }, zod_v4_core.$strip>>>;
            discoveryRoot: z.ZodObject<{
                id: z.ZodEnum<{
                    "codex-home-skills": "codex-home-skills";
                    "user-agent-skills": "user-agent-skills";
                    "system-skills": "system-skills";
                }>;
                path: z.ZodString;
            }, zod_v4_core.$strip>;
        }, zod_v4_core.$strip>>;
        warnings: z.ZodArray<z.ZodString>;
    }, zod_v4_core.$strip>>;
    readonly 'process/start': RequestSpec<z.ZodObject<{
        processId: z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>;
        argv: z.ZodArray<z.ZodString>;
        cwd: z.ZodString;
        env: z.ZodRecord<z.ZodString, z.ZodString>;
        tty: z.ZodBoolean;
        pipeStdin: z.ZodOptional<z.ZodBoolean>;
        arg0: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        envPolicy: z.ZodOptional<z.ZodNullable<z.ZodObject<{
            inherit: z.ZodEnum<{
                core: "core";
                all: "all";
                none: "none";
            }>;
            ignoreDefaultExcludes: z.ZodBoolean;
            exclude: z.ZodArray<z.ZodString>;
            set: z.ZodRecord<z.ZodString, z.ZodString>;
            includeOnly: z.ZodArray<z.ZodString>;
        }, zod_v4_core.$strip>>>;
        sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
        enforceManagedNetwork: z.ZodOptional<z.ZodBoolean>;
        managedNetwork: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
        networkProxy: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
        metadata: z.ZodOptional<z.ZodNullable<z.ZodObject<{
            threadId: z.ZodOptional<z.ZodNullable<z.ZodGUID>>;
            toolCallId: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        }, zod_v4_core.$strip>>>;
        shellSnapshot: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
        credentialProviders: z.ZodOptional<z.ZodNullable<z.ZodUnion<readonly [z.ZodArray<z.ZodUnknown>, z.ZodRecord<z.ZodString, z.ZodUnknown>]>>>;
        size: z.ZodOptional<z.ZodObject<{
            rows: z.ZodInt;
            cols: z.ZodInt;
        }, zod_v4_core.$strip>>;
        retention: z.ZodOptional<z.ZodEnum<{
            keep: "keep";
            drop: "drop";
        }>>;
        lifetime: z.ZodOptional<z.ZodEnum<{
            session: "session";
            server: "server";
        }>>;
        drainMs: z.ZodOptional<z.ZodInt>;
        windowBytes: z.ZodOptional<z.ZodInt>;
    }, zod_v4_core.$strip>, z.ZodObject<{
        processId: z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>;
        sandboxType: z.ZodOptional<z.ZodNullable<z.ZodEnum<{
            none: "none";
            linuxSeccomp: "linuxSeccomp";
            macosSeatbelt: "macosSeatbelt";
            windowsRestrictedToken: "windowsRestrictedToken";
            windowsMxc: "windowsMxc";
        }>>>;
        sandboxReport: z.ZodOptional<z.ZodObject<{
            narrowed: z.ZodArray<z.ZodUnion<readonly [z.ZodDiscriminatedUnion<[z.ZodObject<{
                type: z.ZodLiteral<"path">;
                path: z.ZodString;
                asked: z.ZodEnum<{
                    write: "write";
                    read: "read";
                }>;
                granted: z.ZodEnum<{
                    read: "read";
                    deny: "deny";
                }>;
                rule: z.ZodObject<{
                    source: z.ZodEnum<{
                        default: "default";
                        intent: "intent";
                        ceiling: "ceiling";
                    }>;
                    entry: z.ZodString;
                    pattern: z.ZodOptional<z.ZodString>;
                }, zod_v4_core.$strip>;
            }, zod_v4_core.$strip>, z.ZodObject<{
                type: z.ZodLiteral<"network">;
                asked: z.ZodLiteral<"enabled">;
                granted: z.ZodLiteral<"restricted">;
                rule: z.ZodObject<{
                    source: z.ZodEnum<{
                        default: "default";
                        intent: "intent";
                        ceiling: "ceiling";
                    }>;
                    entry: z.ZodString;
                    pattern: z.ZodOptional<z.ZodString>;
                }, zod_v4_core.$strip>;
            }, zod_v4_core.$strip>], "type">, z.ZodObject<{}, zod_v4_core.$loose>]>>;
            narrowedLeftOut: z.ZodInt;
            notes: z.ZodArray<z.ZodUnion<readonly [z.ZodObject<{
                text: z.ZodString;
                rule: z.ZodObject<{
                    source: z.ZodEnum<{
                        default: "default";
                        intent: "intent";
                        ceiling: "ceiling";
                    }>;
                    entry: z.ZodString;
                    pattern: z.ZodOptional<z.ZodString>;
                }, zod_v4_core.$strip>;
            }, zod_v4_core.$strip>, z.ZodObject<{}, zod_v4_core.$loose>]>>;
            notesLeftOut: z.ZodInt;
        }, zod_v4_core.$strip>>;
    }, zod_v4_core.$strip>>;
    readonly 'process/read': RequestSpec<z.ZodObject<{
        processId: z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>;
        afterSeq: z.ZodOptional<z.ZodNullable<z.ZodInt>>;
        maxBytes: z.ZodOptional<z.ZodNullable<z.ZodInt>>;
        waitMs: z.ZodOptional<z.ZodNullable<z.ZodInt>>;
    }, zod_v4_core.$strip>, z.ZodObject<{
        chunks: z.ZodArray<z.ZodObject<{
            seq: z.ZodInt;
            stream: z.ZodEnum<{
                pty: "pty";
                stdout: "stdout";
                stderr: "stderr";
            }>;
            chunk: z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>;
            size: z.ZodOptional<z.ZodObject<{
                rows: z.ZodInt;
                cols: z.ZodInt;
            }, zod_v4_core.$strip>>;
        }, zod_v4_core.$strip>>;
        nextSeq: z.ZodInt;
        exited: z.ZodBoolean;
        exitCode: z.ZodNullable<z.ZodInt>;
        closed: z.ZodBoolean;
        failure: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        sandboxDenied: z.ZodOptional<z.ZodNullable<z.ZodBoolean>>;
        denial: z.ZodOptional<z.ZodObject<{
            findings: z.ZodArray<z.ZodUnion<readonly [z.ZodObject<{
                evidence: z.ZodEnum<{
                    path: "path";
                    network: "network";
                    signal: "signal";
                    refusal: "refusal";
                    words: "words";
                }>;
                confidence: z.ZodEnum<{
                    certain: "certain";
                    likely: "likely";
                    possible: "possible";
                }>;
                subject: z.ZodOptional<z.ZodDiscriminatedUnion<[z.ZodObject<{
                    type: z.ZodLiteral<"path">;
                    path: z.ZodString;
                    operation: z.ZodEnum<{
                        write: "write";
                        read: "read";
                    }>;
                }, zod_v4_core.$strip>, z.ZodObject<{
                    type: z.ZodLiteral<"host">;
                    protocol: z.ZodString;
                    host: z.ZodOptional<z.ZodString>;
                    port: z.ZodOptional<z.ZodInt>;
                    reason: z.ZodString;
                }, zod_v4_core.$strip>, z.ZodObject<{
                    type: z.ZodLiteral<"network">;
                }, zod_v4_core.$strip>, z.ZodObject<{
                    type: z.ZodLiteral<"systemCall">;
                    signal: z.ZodString;
                }, zod_v4_core.$strip>], "type">>;
                rule: z.ZodOptional<z.ZodObject<{
                    source: z.ZodEnum<{
                        default: "default";
                        intent: "intent";
                        ceiling: "ceiling";
                    }>;
                    entry: z.ZodString;
                    pattern: z.ZodOptional<z.ZodString>;
                }, zod_v4_core.$strip>>;
            }, zod_v4_core.$strip>, z.ZodObject<{}, zod_v4_core.$loose>]>>;
        }, zod_v4_core.$strip>>;
        signal: z.ZodOptional<z.ZodNullable<z.ZodEnum<{
            SIGHUP: "SIGHUP";
            SIGINT: "SIGINT";
            SIGQUIT: "SIGQUIT";
            SIGILL: "SIGILL";
            SIGTRAP: "SIGTRAP";
            SIGABRT: "SIGABRT";
            SIGBUS: "SIGBUS";
            SIGFPE: "SIGFPE";
            SIGKILL: "SIGKILL";
            SIGUSR1: "SIGUSR1";
            SIGSEGV: "SIGSEGV";
            SIGUSR2: "SIGUSR2";
            SIGPIPE: "SIGPIPE";
            SIGALRM: "SIGALRM";
            SIGTERM: "SIGTERM";
            SIGCHLD: "SIGCHLD";
            SIGCONT: "SIGCONT";
            SIGSTOP: "SIGSTOP";
            SIGTSTP: "SIGTSTP";
            SIGTTIN: "SIGTTIN";
            SIGTTOU: "SIGTTOU";
            SIGURG: "SIGURG";
            SIGXCPU: "SIGXCPU";
            SIGXFSZ: "SIGXFSZ";
            SIGVTALRM: "SIGVTALRM";
            SIGPROF: "SIGPROF";
            SIGWINCH: "SIGWINCH";
            SIGIO: "SIGIO";
            SIGSYS: "SIGSYS";
            SIGPWR: "SIGPWR";
            SIGSTKFLT: "SIGSTKFLT";
        }>>>;
    }, zod_v4_core.$strip>>;
    readonly 'process/write': RequestSpec<z.ZodObject<{
        processId: z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>;
        chunk: z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>;
        writeId: z.ZodType<WriteId, string, zod_v4_core.$ZodTypeInternals<WriteId, string>>;
    }, zod_v4_core.$strip>, z.ZodObject<{
        status: z.ZodEnum<{
            stdinClosed: "stdinClosed";
            accepted: "accepted";
            unknownProcess: "unknownProcess";
            starting: "starting";
        }>;
    }, zod_v4_core.$strip>>;
    readonly 'process/closeStdin': RequestSpec<z.ZodObject<{
        processId: z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>;
    }, zod_v4_core.$strip>, z.ZodObject<{
        status: z.ZodEnum<{
            stdinClosed: "stdinClosed";
            accepted: "accepted";
            unknownProcess: "unknownProcess";
        }>;
    }, zod_v4_core.$strip>>;
    readonly 'process/signal': RequestSpec<z.ZodObject<{
        processId: z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>;
        signal: z.ZodUnion<readonly [z.ZodLiteral<"interrupt">, z.ZodEnum<{
            SIGHUP: "SIGHUP";
            SIGINT: "SIGINT";
            SIGQUIT: "SIGQUIT";
            SIGILL: "SIGILL";
            SIGTRAP: "SIGTRAP";
            SIGABRT: "SIGABRT";
            SIGBUS: "SIGBUS";
            SIGFPE: "SIGFPE";
            SIGKILL: "SIGKILL";
            SIGUSR1: "SIGUSR1";
            SIGSEGV: "SIGSEGV";
            SIGUSR2: "SIGUSR2";
            SIGPIPE: "SIGPIPE";
            SIGALRM: "SIGALRM";
            SIGTERM: "SIGTERM";
            SIGCHLD: "SIGCHLD";
            SIGCONT: "SIGCONT";
            SIGSTOP: "SIGSTOP";
            SIGTSTP: "SIGTSTP";
            SIGTTIN: "SIGTTIN";
            SIGTTOU: "SIGTTOU";
            SIGURG: "SIGURG";
            SIGXCPU: "SIGXCPU";
            SIGXFSZ: "SIGXFSZ";
            SIGVTALRM: "SIGVTALRM";
            SIGPROF: "SIGPROF";
            SIGWINCH: "SIGWINCH";
            SIGIO: "SIGIO";
            SIGSYS: "SIGSYS";
            SIGPWR: "SIGPWR";
            SIGSTKFLT: "SIGSTKFLT";
        }>]>;
        target: z.ZodOptional<z.ZodEnum<{
            process: "process";
            group: "group";
            tree: "tree";
        }>>;
    }, zod_v4_core.$strip>, z.ZodObject<{}, zod_v4_core.$strip>>;
    readonly 'process/terminate': RequestSpec<z.ZodObject<{
        processId: z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>;
        graceMs: z.ZodOptional<z.ZodInt>;
    }, zod_v4_core.$strip>, z.ZodObject<{
        running: z.ZodBoolean;
    }, zod_v4_core.$strip>>;
    readonly 'process/resize': RequestSpec<z.ZodObject<{
        processId: z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>;
        size: z.ZodObject<{
            rows: z.ZodInt;
            cols: z.ZodInt;
        }, zod_v4_core.$strip>;
    }, zod_v4_core.$strip>, z.ZodObject<{}, zod_v4_core.$strip>>;
    readonly 'process/list': RequestSpec<z.ZodOptional<z.ZodNullable<z.ZodObject<{}, zod_v4_core.$strip>>>, z.ZodObject<{
        processes: z.ZodArray<z.ZodObject<{
            ref: z.ZodString;
            id: z.ZodString;
            session: z.ZodString;
            argv: z.ZodArray<z.ZodString>;
            cwd: z.ZodString;
            truncated: z.ZodOptional<z.ZodLiteral<true>>;
            pid: z.ZodInt;
            tty: z.ZodBoolean;
            lifetime: z.ZodEnum<{
                session: "session";
                server: "server";
            }>;
            startedAtMs: z.ZodInt;
            state: z.ZodEnum<{
                exited: "exited";
                closed: "closed";
                running: "running";
            }>;
            exitCode: z.ZodNullable<z.ZodInt>;
            firstSeq: z.ZodInt;
            nextSeq: z.ZodInt;
        }, zod_v4_core.$strip>>;
    }, zod_v4_core.$strip>>;
    readonly 'process/attach': RequestSpec<z.ZodObject<{
        processId: z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>;
        ref: z.ZodString;
        afterSeq: z.ZodOptional<z.ZodInt>;
        windowBytes: z.ZodOptional<z.ZodInt>;
    }, zod_v4_core.$strip>, z.ZodObject<{
        process: z.ZodObject<{
            ref: z.ZodString;
            id: z.ZodString;
            session: z.ZodString;
            argv: z.ZodArray<z.ZodString>;
            cwd: z.ZodString;
            truncated: z.ZodOptional<z.ZodLiteral<true>>;
            pid: z.ZodInt;
            tty: z.ZodBoolean;
            lifetime: z.ZodEnum<{
                session: "session";
                server: "server";
            }>;
            startedAtMs: z.ZodInt;
            state: z.ZodEnum<{
                exited: "exited";
                closed: "closed";
                running: "running";
            }>;
            exitCode: z.ZodNullable<z.ZodInt>;
            firstSeq: z.ZodInt;
            nextSeq: z.ZodInt;
        }, zod_v4_core.$strip>;
    }, zod_v4_core.$strip>>;
    readonly 'process/detach': RequestSpec<z.ZodObject<{
        processId: z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>;
    }, zod_v4_core.$strip>, z.ZodObject<{}, zod_v4_core.$strip>>;
    readonly 'fs/readFile': RequestSpec<z.ZodObject<{
        path: z.ZodString;
        followSymlinks: z.ZodOptional<z.ZodBoolean>;
        sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
    }, zod_v4_core.$strip>, z.ZodObject<{
        dataBase64: z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>;
    }, zod_v4_core.$strip>>;
    readonly 'fs/writeFile': RequestSpec<z.ZodObject<{
        path: z.ZodString;
        dataBase64: z.ZodString;
        followSymlinks: z.ZodOptional<z.ZodBoolean>;
        permissions: z.ZodOptional<z.ZodInt>;
        sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
    }, zod_v4_core.$strip>, z.ZodObject<{}, zod_v4_core.$strip>>;
    readonly 'fs/createDirectory': RequestSpec<z.ZodObject<{
        path: z.ZodString;
        recursive: z.ZodOptional<z.ZodBoolean>;
        followSymlinks: z.ZodOptional<z.ZodBoolean>;
        sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
    }, zod_v4_core.$strip>, z.ZodObject<{}, zod_v4_core.$strip>>;
    readonly 'fs/getMetadata': RequestSpec<z.ZodObject<{
        path: z.ZodString;
        followSymlinks: z.ZodOptional<z.ZodBoolean>;
        sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
    }, zod_v4_core.$strip>, z.ZodObject<{
        isDirectory: z.ZodBoolean;
        isFile: z.ZodBoolean;
        isSymlink: z.ZodBoolean;
        size: z.ZodInt;
        createdAtMs: z.ZodInt;
        modifiedAtMs: z.ZodInt;
        permissions: z.ZodOptional<z.ZodInt>;
    }, zod_v4_core.$strip>>;
    readonly 'fs/canonicalize': RequestSpec<z.ZodObject<{
        path: z.ZodString;
        sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
    }, zod_v4_core.$strip>, z.ZodObject<{
        path: z.ZodString;
    }, zod_v4_core.$strip>>;
    readonly 'fs/readDirectory': RequestSpec<z.ZodObject<{
        path: z.ZodString;
        sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
    }, zod_v4_core.$strip>, z.ZodObject<{
        entries: z.ZodArray<z.ZodObject<{
            fileName: z.ZodString;
            isDirectory: z.ZodBoolean;
            isFile: z.ZodBoolean;
        }, zod_v4_core.$strip>>;
    }, zod_v4_core.$strip>>;
    readonly 'fs/walk': RequestSpec<z.ZodObject<{
        path: z.ZodString;
        options: z.ZodObject<{
            maxDepth: z.ZodInt;
            maxDirectories: z.ZodInt;
            maxEntries: z.ZodInt;
            followDirectorySymlinks: z.ZodBoolean;
            pruneHiddenDirectories: z.ZodOptional<z.ZodBoolean>;
        }, zod_v4_core.$strip>;
        sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
    }, zod_v4_core.$strip>, z.ZodObject<{
        entries: z.ZodArray<z.ZodObject<{
            path: z.ZodString;
            kind: z.ZodEnum<{
                file: "file";
                directory: "directory";
            }>;
        }, zod_v4_core.$strip>>;
        errors: z.ZodArray<z.ZodObject<{
            path: z.ZodString;
            message: z.ZodString;
        }, zod_v4_core.$strip>>;
        truncated: z.ZodBoolean;
    }, zod_v4_core.$strip>>;
    readonly 'fs/remove': RequestSpec<z.ZodObject<{
        path: z.ZodString;
        recursive: z.ZodOptional<z.ZodBoolean>;
        force: z.ZodOptional<z.ZodBoolean>;
        followSymlinks: z.ZodOptional<z.ZodBoolean>;
        sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
    }, zod_v4_core.$strip>, z.ZodObject<{}, zod_v4_core.$strip>>;
    readonly 'fs/copy': RequestSpec<z.ZodObject<{
        sourcePath: z.ZodString;
        destinationPath: z.ZodString;
        recursive: z.ZodBoolean;
        sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
    }, zod_v4_core.$strip>, z.ZodObject<{}, zod_v4_core.$strip>>;
    readonly 'fs/open': RequestSpec<z.ZodObject<{
        handleId: z.ZodString;
        path: z.ZodString;
        mode: z.ZodOptional<z.ZodEnum<{
            replace: "replace";
            read: "read";
        }>>;
        keep: z.ZodOptional<z.ZodBoolean>;
        permissions: z.ZodOptional<z.ZodInt>;
        followSymlinks: z.ZodOptional<z.ZodBoolean>;
        sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
    }, zod_v4_core.$strip>, z.ZodObject<{
        handleId: z.ZodString;
    }, zod_v4_core.$strip>>;
    readonly 'fs/readBlock': RequestSpec<z.ZodObject<{
        handleId: z.ZodString;
        offset: z.ZodInt;
        len: z.ZodInt;
    }, zod_v4_core.$strip>, z.ZodObject<{
        chunk: z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>;
        eof: z.ZodBoolean;
    }, zod_v4_core.$strip>>;
    readonly 'fs/writeBlock': RequestSpec<z.ZodObject<{
        handleId: z.ZodString;
        offset: z.ZodInt;
        chunk: z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>;
    }, zod_v4_core.$strip>, z.ZodObject<{}, zod_v4_core.$strip>>;
    readonly 'fs/close': RequestSpec<z.ZodObject<{
        handleId: z.ZodString;
    }, zod_v4_core.$strip>, z.ZodObject<{}, zod_v4_core.$strip>>;
    readonly 'fs/watchMissing': RequestSpec<z.ZodObject<{
        watchId: z.ZodInt;
        missing: z.ZodArray<z.ZodString>;
        present: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    }, zod_v4_core.$strip>, z.ZodObject<{
        watching: z.ZodBoolean;
    }, zod_v4_core.$strip>>;
    readonly 'fs/list': RequestSpec<z.ZodObject<{
        path: z.ZodString;
        followSymlinks: z.ZodOptional<z.ZodBoolean>;
        sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
    }, zod_v4_core.$strip>, z.ZodObject<{
        entries: z.ZodArray<z.ZodObject<{
            path: z.ZodString;
            kind: z.ZodEnum<{
                file: "file";
                directory: "directory";
                symlink: "symlink";
                other: "other";
            }>;
            size: z.ZodInt;
            modifiedAtMs: z.ZodInt;
            permissions: z.ZodInt;
            targetBase64: z.ZodOptional<z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>>;
        }, zod_v4_core.$strip>>;
        truncated: z.ZodBoolean;
    }, zod_v4_core.$strip>>;
    readonly 'fs/symlink': RequestSpec<z.ZodObject<{
        path: z.ZodString;
        targetBase64: z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>;
        followSymlinks: z.ZodOptional<z.ZodBoolean>;
        sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
    }, zod_v4_core.$strip>, z.ZodObject<{}, zod_v4_core.$strip>>;
    readonly 'fs/setPermissions': RequestSpec<z.ZodObject<{
        path: z.ZodString;
        permissions: z.ZodInt;
        followSymlinks: z.ZodOptional<z.ZodBoolean>;
        sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
    }, zod_v4_core.$strip>, z.ZodObject<{}, zod_v4_core.$strip>>;
    readonly 'fs/digest': RequestSpec<z.ZodObject<{
        handleId: z.ZodString;
        length: z.ZodInt;
    }, zod_v4_core.$strip>, z.ZodObject<{
        sha256: z.ZodString;
        length: z.ZodInt;
        size: z.ZodInt;
    }, zod_v4_core.$strip>>;
    readonly 'fs/rename': RequestSpec<z.ZodObject<{
        handleId: z.ZodString;
        path: z.ZodString;
        permissions: z.ZodOptional<z.ZodInt>;
        followSymlinks: z.ZodOptional<z.ZodBoolean>;
        sandbox: z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>;
    }, zod_v4_core.$strip>, z.ZodObject<{}, zod_v4_core.$strip>>;
    readonly 'http/request': RequestSpec<z.ZodObject<{
        requestId: z.ZodString;
        method: z.ZodString;
        url: z.ZodString;
        headers: z.ZodOptional<z.ZodNullable<z.ZodArray<z.ZodObject<{
            name: z.ZodString;
            value: z.ZodString;
            valueEnvVar: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        }, zod_v4_core.$strip>>>>;
        bodyBase64: z.ZodOptional<z.ZodNullable<z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>>>;
        timeoutMs: z.ZodOptional<z.ZodNullable<z.ZodInt>>;
        redirectPolicy: z.ZodOptional<z.ZodNullable<z.ZodEnum<{
            follow: "follow";
            stop: "stop";
        }>>>;
        streamResponse: z.ZodOptional<z.ZodNullable<z.ZodBoolean>>;
    }, zod_v4_core.$strip>, z.ZodObject<{
        status: z.ZodInt;
        headers: z.ZodArray<z.ZodObject<{
            name: z.ZodString;
            value: z.ZodString;
        }, zod_v4_core.$strip>>;
        bodyBase64: z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>;
    }, zod_v4_core.$strip>>;
};
/** Every notification that a client may send, by its method. */
declare const CLIENT_NOTIFICATIONS: {
    readonly initialized: NotificationSpec<z.ZodUnknown>;
    readonly 'session/acknowledge': NotificationSpec<z.ZodObject<{
        upToId: z.ZodInt;
        unanswered: z.ZodArray<z.ZodInt>;
    }, zod_v4_core.$strip>>;
    readonly 'process/window': NotificationSpec<z.ZodObject<{
        processId: z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>;
        ackSeq: z.ZodInt;
        windowBytes: z.ZodInt;
    }, zod_v4_core.$strip>>;
};
/** Every notification that a server may send, by its method. */
declare const SERVER_NOTIFICATIONS: {
    readonly 'process/output': NotificationSpec<z.ZodObject<{
        processId: z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>;
        seq: z.ZodInt;
        stream: z.ZodEnum<{
            pty: "pty";
            stdout: "stdout";
            stderr: "stderr";
        }>;
        chunk: z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>;
    }, zod_v4_core.$strip>>;
    readonly 'process/resized': NotificationSpec<z.ZodObject<{
        processId: z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>;
        seq: z.ZodInt;
        size: z.ZodObject<{
            rows: z.ZodInt;
            cols: z.ZodInt;
        }, zod_v4_core.$strip>;
    }, zod_v4_core.$strip>>;
    readonly 'process/gap': NotificationSpec<z.ZodObject<{
        processId: z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>;
        fromSeq: z.ZodInt;
        toSeq: z.ZodInt;
        bytes: z.ZodInt;
    }, zod_v4_core.$strip>>;
    readonly 'process/exited': NotificationSpec<z.ZodObject<{
        processId: z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>;
        seq: z.ZodInt;
        exitCode: z.ZodInt;
        sandboxDenied: z.ZodOptional<z.ZodNullable<z.ZodBoolean>>;
        denial: z.ZodOptional<z.ZodObject<{
            findings: z.ZodArray<z.ZodUnion<readonly [z.ZodObject<{
                evidence: z.ZodEnum<{
                    path: "path";
                    network: "network";
                    signal: "signal";
                    refusal: "refusal";
                    words: "words";
                }>;
                confidence: z.ZodEnum<{
                    certain: "certain";
                    likely: "likely";
                    possible: "possible";
                }>;
                subject: z.ZodOptional<z.ZodDiscriminatedUnion<[z.ZodObject<{
                    type: z.ZodLiteral<"path">;
                    path: z.ZodString;
                    operation: z.ZodEnum<{
                        write: "write";
                        read: "read";
                    }>;
                }, zod_v4_core.$strip>, z.ZodObject<{
                    type: z.ZodLiteral<"host">;
                    protocol: z.ZodString;
                    host: z.ZodOptional<z.ZodString>;
                    port: z.ZodOptional<z.ZodInt>;
                    reason: z.ZodString;
                }, zod_v4_core.$strip>, z.ZodObject<{
                    type: z.ZodLiteral<"network">;
                }, zod_v4_core.$strip>, z.ZodObject<{
                    type: z.ZodLiteral<"systemCall">;
                    signal: z.ZodString;
                }, zod_v4_core.$strip>], "type">>;
                rule: z.ZodOptional<z.ZodObject<{
                    source: z.ZodEnum<{
                        default: "default";
                        intent: "intent";
                        ceiling: "ceiling";
                    }>;
                    entry: z.ZodString;
                    pattern: z.ZodOptional<z.ZodString>;
                }, zod_v4_core.$strip>>;
            }, zod_v4_core.$strip>, z.ZodObject<{}, zod_v4_core.$loose>]>>;
        }, zod_v4_core.$strip>>;
        signal: z.ZodOptional<z.ZodNullable<z.ZodEnum<{
            SIGHUP: "SIGHUP";
            SIGINT: "SIGINT";
            SIGQUIT: "SIGQUIT";
            SIGILL: "SIGILL";
            SIGTRAP: "SIGTRAP";
            SIGABRT: "SIGABRT";
            SIGBUS: "SIGBUS";
            SIGFPE: "SIGFPE";
            SIGKILL: "SIGKILL";
            SIGUSR1: "SIGUSR1";
            SIGSEGV: "SIGSEGV";
            SIGUSR2: "SIGUSR2";
            SIGPIPE: "SIGPIPE";
            SIGALRM: "SIGALRM";
            SIGTERM: "SIGTERM";
            SIGCHLD: "SIGCHLD";
            SIGCONT: "SIGCONT";
            SIGSTOP: "SIGSTOP";
            SIGTSTP: "SIGTSTP";
            SIGTTIN: "SIGTTIN";
            SIGTTOU: "SIGTTOU";
            SIGURG: "SIGURG";
            SIGXCPU: "SIGXCPU";
            SIGXFSZ: "SIGXFSZ";
            SIGVTALRM: "SIGVTALRM";
            SIGPROF: "SIGPROF";
            SIGWINCH: "SIGWINCH";
            SIGIO: "SIGIO";
            SIGSYS: "SIGSYS";
            SIGPWR: "SIGPWR";
            SIGSTKFLT: "SIGSTKFLT";
        }>>>;
    }, zod_v4_core.$strip>>;
    readonly 'process/closed': NotificationSpec<z.ZodObject<{
        processId: z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>;
        seq: z.ZodInt;
        bytes: z.ZodOptional<z.ZodObject<{
            stdout: z.ZodInt;
            stderr: z.ZodInt;
            pty: z.ZodInt;
        }, zod_v4_core.$strip>>;
        holders: z.ZodOptional<z.ZodArray<z.ZodObject<{
            pid: z.ZodInt;
            name: z.ZodString;
        }, zod_v4_core.$strip>>>;
    }, zod_v4_core.$strip>>;
    readonly 'fs/missingChanged': NotificationSpec<z.ZodObject<{
        watchId: z.ZodInt;
    }, zod_v4_core.$strip>>;
    readonly 'http/request/bodyDelta': NotificationSpec<z.ZodObject<{
        requestId: z.ZodString;
        seq: z.ZodInt;
        deltaBase64: z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBufferLike>, Uint8Array<ArrayBufferLike>>>;
        done: z.ZodBoolean;
        error: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    }, zod_v4_core.$strip>>;
    readonly 'network/policyDecision': NotificationSpec<z.ZodObject<{
        processId: z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>;
        timestamp: z.ZodString;
        scope: z.ZodEnum<{
            domain: "domain";
            non_domain: "non_domain";
        }>;
        decision: z.ZodEnum<{
            allow: "allow";
            deny: "deny";
            ask: "ask";
        }>;
        source: z.ZodString;
        reason: z.ZodString;
        protocol: z.ZodEnum<{
            http: "http";
            https_connect: "https_connect";
            socks5_tcp: "socks5_tcp";
            socks5_udp: "socks5_udp";
        }>;
        host: z.ZodString;
        port: z.ZodInt;
        method: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        client: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        policyOverride: z.ZodBoolean;
    }, zod_v4_core.$strip>>;
    readonly 'sandbox/appeared': NotificationSpec<z.ZodObject<{
        processId: z.ZodType<ProcessId, string, zod_v4_core.$ZodTypeInternals<ProcessId, string>>;
        found: z.ZodArray<z.ZodUnion<readonly [z.ZodObject<{
            kind: z.ZodEnum<{
                repository: "repository";
                protectedName: "protectedName";
                gitLink: "gitLink";
                gitState: "gitState";
            }>;
            path: z.ZodString;
            text: z.ZodString;
        }, zod_v4_core.$strip>, z.ZodObject<{}, zod_v4_core.$loose>]>>;
        more: z.ZodInt;
        unseen: z.ZodOptional<z.ZodString>;
    }, zod_v4_core.$strip>>;
};
/** A method that a client may request. */
type RequestMethod = keyof typeof REQUESTS;

/** The size of a terminal, in character cells. */
declare const terminalSizeSchema: z.ZodObject<{
    rows: z.ZodInt;
    cols: z.ZodInt;
}, z.core.$strip>;
/** The size of a terminal, in character cells. */
type TerminalSize = z.output<typeof terminalSizeSchema>;

/**
 * An absolute path as it travels: a `file:` URI in one canonical spelling, without `.`, `..`, empty names or a trailing
 * slash. Equal URIs name equal paths, so they compare with `===`.
 */
type PathUri = Brand<string, 'PathUri'>;
/** Whose rules a path follows: those of the executor, not those of the caller. */
type PathStyle = 'posix' | 'windows';
/** Why a text names no path of the executor. `foreign` is a path of another host or another kind of system. */
type PathUriFault = 'relative' | 'scheme' | 'query' | 'fragment' | 'foreign' | 'nul' | 'malformed';
/** What a text names. Where `bytes` are not UTF-8, `path` shows U+FFFD instead: print `path`, open `bytes`. */
type ParsedPathUri = {
    readonly ok: true;
    readonly uri: PathUri;
    readonly path: string;
    readonly bytes: Uint8Array;
} | PathUriRefusal;
/** Why a text was not read, as a word for programs and a sentence for people. */
interface PathUriRefusal {
    readonly ok: false;
    readonly reason: PathUriFault;
    readonly message: string;
}
/**
 * Reads a `file:` URI. `..` is resolved lexically and after decoding, so that no spelling of it survives. As WHATWG has it, a
 * % without two digits behind it stands for itself, and the slashes before the path may be left out.
 */
declare function parsePathUri(text: string, style: PathStyle): ParsedPathUri;
/**
 * The URI of an absolute path of the executor, given as text or as the bytes that a POSIX system uses.
 * @throws RangeError when the path is relative, holds a NUL or is text that UTF-8 cannot spell.
 */
declare function formatPathUri(nativePath: string | Uint8Array, style: PathStyle): PathUri;
/**
 * The URI of an entry below `base`. Each name is one component, as a directory lists it and not encoded.
 * @throws RangeError when a name is empty, `.` or `..`, or holds a separator or a NUL: it would lead elsewhere.
 */
declare function joinPathUri(base: PathUri, ...names: readonly string[]): PathUri;
/**
 * Whether `child` is `parent` or lies below it, by name alone: links are not followed. Names of Windows compare without
 * regard to case, as its file systems do.
 */
declare function containsPath(parent: PathUri, child: PathUri): boolean;

/** One message of the wire, with its shapes as JSON Schema. */
interface MessageSchema {
    readonly method: string;
    readonly kind: 'request' | 'notification';
    readonly direction: 'clientToServer' | 'serverToClient';
    readonly family: string;
    readonly summary: string;
    /** The extension without which the message does not exist; null for the base wire. */
    readonly extension: string | null;
    readonly params: object;
    /** Absent for notifications. */
    readonly result?: object;
}
/** Every message of the wire, from the tables that the code itself uses. */
declare function protocolSchema(): readonly MessageSchema[];

/** How a transport ended. */
interface TransportClosed {
    /** WebSocket close code, or 1006 where the carrier broke without one. */
    readonly code: number;
    readonly reason: string;
}
/** What a transport tells its owner. Calls come one at a time and stop after `onClose`. */
interface TransportListener {
    /** One whole message; bytes when it came in a binary frame. */
    onMessage(message: string | Uint8Array): void;
    /**
     * A ping or a pong of the carrier arrived: the other side lives.
     * @param echo What our ping carried that this pong answers; undefined for a ping of the other side.
     */
    onHeartbeat?(echo?: string): void;
    /** `bufferedBytes` has fallen since the last time. */
    onDrain(): void;
    /** The last call, however the carrier ended. */
    onClose(closed: TransportClosed): void;
}
/** One connection that carries whole messages in order: a WebSocket, a pair of pipes, or memory. */
interface Transport {
    /** For logs and error messages: what the other end is reached by. */
    readonly label: string;
    /** Bytes handed to `send` that have not left yet. */
    readonly bufferedBytes: number;
    /** Called once, before anything arrives. */
    start(listener: TransportListener): void;
    /** Queues one message. After the end it does nothing. */
    send(message: string): void;
    /**
     * Asks the other side for a sign of life by the carrier's own means. Its pong comes after the other side has taken
     * everything that was sent before.
     * @param mark Comes back with the pong; at most 125 bytes.
     * @returns false where the carrier has no pings.
     */
    ping(mark?: string): boolean;
    /** Stops and goes on reading; what the other side sends meanwhile waits there. */
    pause(): void;
    resume(): void;
    /** Ends the connection once what was queued has left; safe to call again. */
    close(kind: CloseKind, reason: string): void;
    /** Ends the connection at once, dropping what was queued; safe to call again. */
    destroy(): void;
}

/**
 * The JSON text of a request id: `7`, `-9007199254740993` or `"abc"`. Text, because ids have 64 bits and are echoed
 * exactly. One id has one spelling, so ids compare with `===` and serve as keys of a map.
 */
type WireId = Brand<string, 'WireId'>;
/** W3C trace context of the sender. The values are passed on unchecked; whoever joins the trace judges them. */
interface TraceContext {
    readonly traceparent?: string;
    readonly tracestate?: string;
}
/** The number that an id is, or undefined where it is a text or no safe integer. */
declare function numberOfWireId(id: WireId): number | undefined;

/** A value whose JSON is written already. The codec puts it in its place without looking at it. */
declare class JsonText {
    readonly text: string;
    constructor(text: string);
}

/**
 * Takes parameters as they came, and the id of their request, and answers what goes out. Its part before the first await
 * runs in arrival order.
 */
type Route = (params: unknown, id: WireId) => Promise<unknown>;
/** An answer that its handler has written out, id and all, and that is sent in a way of its own. */
declare class PreparedAnswer {
    /** Called once, when it is the answer's turn. */
    readonly send: () => void;
    constructor(send: () => void);
}
/** What a handler of this request returns: its result, or that as JSON, or an answer that is sent otherwise. */
type AnswerOf<S extends RequestSpec> = ResultOf<S> | JsonText | PreparedAnswer;
/**
 * Joins a request's shapes with a handler. Bad parameters never reach the handler, and nothing of an extension does that
 * was not agreed on.
 * @param agreed The extensions in force when the request comes; default all.
 */
declare function bindRoute<S extends RequestSpec>(spec: S, handler: (params: ParamsOf<S>, id: WireId) => AnswerOf<S> | Promise<AnswerOf<S>>, agreed?: () => Extensions): Route;
/** @throws ExecError `invalidParams`, naming each wrong field and what it should be. */
declare function parseParams<S extends RequestSpec | NotificationSpec>(spec: S, params: unknown): ParamsOf<S>;

/** What a peer asks of its owner. */
interface PeerOptions {
    readonly transport: Transport;
    /** Requests that this side answers, by method. Without it none is expected: one that comes is malformed. */
    readonly routes?: ReadonlyMap<string, Route> | undefined;
    /** A notification arrived, in order with the requests around it. */
    onNotification(method: string, params: unknown): void;
    /** An answer arrived that no request of ours waits for. */
    onUnmatchedAnswer(id: WireId): void;
    /** A message could not be understood; `answer` tells the other side so. */
    onMalformed(message: string, answer: () => void): void;
    /** A handler failed with something that only the log may see. */
    onInternalError(error: unknown): void;
    onDrain(): void;
    /**
     * A request came, in a message of so many UTF-16 units.
     * @returns what is called once its answer was handed to the transport.
     */
    onRequest?(length: number): () => void;
    /** The other side showed that it lives, by a message or by a ping or pong of the carrier. */
    onSignOfLife?(): void;
    /** The other side has taken everything that was sent before the ping with this mark. */
    onPong?(mark: string): void;
    onClose(closed: TransportClosed): void;
    /** Numbers the requests; default 1, 2, 3 … of this connection. A client that resumes goes on where it was. */
    readonly nextId?: () => number;
    /** A request whose message is larger is refused here, before it costs the connection; default `MAX_MESSAGE_BYTES`. */
    readonly maxMessageBytes?: () => number;
    /** A larger answer becomes the error `limitExceeded`; default `MAX_ANSWER_BYTES`. */
    readonly maxAnswerBytes?: number;
}
/** How one request is sent. */
interface RequestOptions {
    /** Stops the wait, not the request; the call then fails with the reason of the signal. */
    readonly signal?: AbortSignal | undefined;
    /** The id of a request that is sent again; default the next one. */
    readonly id?: number;
}
/** One end of a connection: typed requests out, routed requests in. */
interface Peer {
    /**
     * Sends a request and waits for its answer.
     * @throws ExecError with the peer's kind, `connectionLost`, `invalidParams` when the peer would refuse it as such, or
     *   `limitExceeded` when it is too large to be sent; the reason of the signal when that fires first.
     */
    request<S extends RequestSpec>(spec: S, params: z.output<S['params']>, options?: RequestOptions): Promise<ResultOf<S>>;
    notify<S extends NotificationSpec>(spec: S, params: z.output<S['params']>): void;
    /** Sends a ping of the carrier, whose `mark` comes back with the pong. @returns false where the carrier has none. */
    ping(mark?: string): boolean;
    close(kind: CloseKind, reason: string): void;
}
/** Starts to read `transport`. The answers to routed requests are sent as they become known. */
declare function createPeer(options: PeerOptions): Peer;

/**
 * What is wrong with something that came, as a message that travels whole: its first issues, and how many more there are.
 * @param before What the message begins with.
 */
declare function tellIssues(error: z.core.$ZodError, describe: (issue: z.core.$ZodIssue) => string, before?: string): string;
/** Where an issue is, by the names that lead there. */
declare function placeOfIssue(issue: z.core.$ZodIssue): string;

/** Signals by name: those of POSIX, and two that Linux has besides. */
declare const SIGNAL_NAMES: readonly ["SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGSYS", "SIGPWR", "SIGSTKFLT"];
/** A signal name. */
type SignalName = (typeof SIGNAL_NAMES)[number];
/** Whether the text is a signal name, exactly as POSIX writes it. */
declare function isSignalName(text: string): text is SignalName;

/** Two transports joined in memory. A message arrives in a later microtask, in order, never inside `send`. */
declare function memoryTransportPair(): readonly [Transport, Transport];

/** The text that the bytes spell, or undefined where they are not UTF-8. */
declare function decodeUtf8(bytes: Uint8Array): string | undefined;

/** The version of Holdfast that this package belongs to. */
declare const VERSION = "0.1.0";

/** The text of a notification. Undefined `params` are left out, null ones are sent. */
declare function encodeNotification(method: string, params?: unknown, trace?: TraceContext): string;
/** An output notification, put together around its base64 text without looking at it. */
declare function encodeOutputNotification(processId: string, seq: number, stream: OutputStream, base64: string): string;
type OutputStream = 'stdout' | 'stderr' | 'pty';

/** Content that is written at once: as base64 a slice of 1 MiB. A multiple of three needs no padding in between. */
declare const CONTENT_SLICE_BYTES: number;
/**
 * Writes an answer around one long content as slices of the UTF-8 of its message, while the content comes. As text it would
 * have to be put together in one go, which takes seconds for some hundred MiB.
 */
declare class ContentAnswerWriter {
    #private;
    /**
     * @param field The member of the result that holds the content, in base64.
     * @param others The other members, which come before it.
     */
    constructor(id: WireId, field: string, others?: Readonly<Record<string, unknown>>);
    /** Appends to the content. The bytes are taken at once, so that their place may be used again. */
    write(bytes: Uint8Array): void;
    /** Writes the end. @returns the message. */
    finish(): readonly Uint8Array[];
}

/** Why no further line can be read from a stream. */
interface LineFailure {
    readonly reason: 'tooLong' | 'invalidUtf8';
    readonly message: string;
}
/** Lines without their ends, in order. With a failure, they are the ones before it, and nothing follows. */
interface LineBatch {
    readonly lines: readonly string[];
    readonly failure?: LineFailure;
}
/** Cuts a stream of bytes into lines of text, one message each. Chunks may be cut anywhere. */
interface LineSplitter {
    /** Takes the next bytes, of which nothing is kept by reference. After a failure it answers that failure again. */
    push(chunk: Uint8Array): LineBatch;
    /** Takes the end of the stream and answers a last line that no newline ended. */
    end(): LineBatch;
}
/**
 * A splitter that refuses lines of more than `maxLineBytes`, line end excluded. Blank lines are left out.
 * @param maxLineBytes As a function it is asked anew whenever bytes arrive.
 */
declare function createLineSplitter(maxLineBytes?: number | (() => number)): LineSplitter;

type ReadResult = z.output<(typeof processRead)['result']>;
/** A chunk of an answer to `process/read`, with the number of its bytes in place of the bytes. */
type ReadChunkOutline = Omit<ReadResult['chunks'][number], 'chunk'> & {
    readonly length: number;
};
/** An answer to `process/read` without the bytes of its output. */
type ReadOutline = Omit<ReadResult, 'chunks' | 'denial'> & {
    readonly chunks: readonly ReadChunkOutline[];
    readonly denial?: SandboxDenial;
};
/**
 * Writes the answer to a `process/read` as the UTF-8 of its message, piece by piece. As text it would exist several times
 * over, and V8 keeps text of that length for long.
 */
declare class ReadAnswerWriter {
    #private;
    /** Bytes of the whole message. */
    readonly length: number;
    constructor(id: WireId, { chunks, ...state }: ReadOutline);
    /** Begins to write, at the start of `target`, which has room for `length` bytes. */
    begin(target: Uint8Array): void;
    /**
     * Writes the next chunk that has bytes, and what comes before it.
     * @throws RangeError unless these are as many bytes as was said.
     */
    write(bytes: Uint8Array): void;
    /** Writes the end. @returns the message. */
    finish(): Uint8Array;
}

export { ACKNOWLEDGED_AT_ONCE, ACKNOWLEDGE_DELAY_MS, AHEAD_BYTES, ANSWER_MEMORY_BYTES, type AnswerOf, BACKLOG_BYTES, BACKLOG_STILL_MS, BUSY_RETRY_MS, CAPABILITY_SCAN_DEPTH, CAPABILITY_SCAN_DIRECTORIES, CAPABILITY_SCAN_ENTRIES, CLIENT_NOTIFICATIONS, CLIENT_SILENCE_MS, CLOSED_PROCESS_TTL_MS, CLOSE_CODES, CLOSE_RECONNECT_MS, CONTENT_SLICE_BYTES, COPY_TURN_BYTES, type CloseKind, type ConnectionId, ContentAnswerWriter, DETACHED_PROCESS_TTL_MS, DETACHED_SESSION_TTL_MS, type DenialFinding, type Direction, ERROR_KINDS, EXEC_BUFFER_BYTES, EXEC_DRAIN_MS, EXTENSIONS, type EnvPolicy, type EnvironmentInfo, type ErrorKind, ExecError, type ExtensionName, type Extensions, FILES_END_MS, FILES_IN_TRANSFER, FILE_ANSWERS_BYTES, FILE_BLOCKS_IN_FLIGHT, FILE_HELPER_IDLE_MS, FILE_TRANSFER_ATTEMPTS, GONE_MESSAGES_BYTES, HANDSHAKE_TIMEOUT_MS, HELPER_QUEUE_BYTES, HTTP_PLACE_WAIT_MS, type InstalledCapabilities, JsonText, KEPT_ANSWERS_BYTES, KILL_GRACE_MS, LEGACY_REPLAY_DELAY_MS, LEGACY_RESUME_READ_BYTES, LEGACY_RESUME_READ_EVENTS, LEGACY_SETTLE_MS, LOG_MEMORY_BYTES, LOOK_LIMIT_MS, type LineBatch, type LineFailure, type LineSplitter, MAX_ANSWER_BYTES, MAX_APPEARED, MAX_APPEARED_LISTENERS, MAX_APPEARED_RECORDS, MAX_APPEARED_TEXT_LENGTH, MAX_ATTACHED_PER_SESSION, MAX_BODY_DELTA_BYTES, MAX_BUFFERED_BODY_BYTES, MAX_CAPABILITY_ANSWER_BYTES, MAX_CAPABILITY_FILE_BYTES, MAX_CAPABILITY_ROOTS, MAX_CAPABILITY_ROOT_BYTES, MAX_CAPABILITY_WARNINGS, MAX_CAPABILITY_YAML_LENGTH, MAX_CHUNK_BYTES, MAX_CLIENT_INSTANCES, MAX_CLIENT_INSTANCE_LENGTH, MAX_CLIENT_REQUESTS_IN_FLIGHT, MAX_CLIENT_STDIN_BYTES, MAX_CLOSED_PROCESSES, MAX_CONFIG_FILE_BYTES, MAX_CONFIG_PATHS, MAX_COPIES_AT_ONCE, MAX_DENIAL_FINDINGS, MAX_DENIAL_PATH_LENGTH, MAX_FILE_BLOCK_BYTES, MAX_FILE_HANDLES, MAX_FILE_HANDLE_ID_BYTES, MAX_FILE_HELPERS, MAX_FILE_HELPERS_PER_SESSION, MAX_FILE_HELPERS_WITH_FILES, MAX_FILE_WATCHES, MAX_FIRST_FILE_HELPERS, MAX_FIRST_HTTP_REQUESTS, MAX_FIRST_NETWORKS_BEGUN, MAX_FRUITLESS_RESUMES, MAX_HELPER_ANSWER_BYTES, MAX_HTTP_REQUESTS, MAX_ID_CHARACTERS, MAX_INSTALLED_CAPABILITIES, MAX_INSTALLED_LENGTH, MAX_INSTALLED_PLUGINS, MAX_KEPT_ANSWERS, MAX_KEPT_PLAN_BYTES, MAX_KEPT_POLICY_DECISIONS, MAX_LEGACY_MESSAGE_BYTES, MAX_LEGACY_REQUESTS_IN_FLIGHT, MAX_LISTED_CHARACTERS, MAX_LISTING_BYTES, MAX_LOGGED_NAME_CHARACTERS, MAX_LOG_EVENTS, MAX_LOG_SIZES, MAX_MESSAGE_BYTES, MAX_MESSAGE_VALUES, MAX_NETWORKS_BEGUN_PER_SESSION, MAX_NEW_CONNECTIONS, MAX_PATH_URI_LENGTH, MAX_PLANS_AT_ONCE, MAX_PLANS_BEGUN, MAX_PLANS_PER_SESSION, MAX_POLICY_DECISION_TIMEOUT_MS, MAX_POLICY_PROCESS_ID_BYTES, MAX_POLICY_QUESTIONS, MAX_POLICY_QUESTIONS_PER_PROCESS, MAX_POLICY_REASON_LENGTH, MAX_POLICY_RECORDS, MAX_PROCESSES_PER_SERVER, MAX_PROCESSES_PER_SESSION, MAX_READERS_PER_PROCESS, MAX_READ_BYTES, MAX_READ_DIRECTORY_BYTES, MAX_READ_DIRECTORY_ENTRIES, MAX_READ_FILE_BYTES, MAX_REFUSED_CONNECTIONS, MAX_REFUSED_REPEATS, MAX_REPLAY_CURSORS, MAX_REQUESTS_IN_FLIGHT, MAX_RESUME_RETRY_MS, MAX_SESSIONS, MAX_SHORT_HELPER_ANSWER_BYTES, MAX_SHOWN_ARGUMENTS, MAX_SHOWN_COMMAND_CHARACTERS, MAX_STREAMED_RESPONSES, MAX_TOLD_NARROWINGS, MAX_TOLD_SANDBOX_NOTES, MAX_UNANSWERED_POLICY_QUESTIONS, MAX_WAITING_FILE_REQUESTS, MAX_WAITING_HTTP_REQUESTS, MAX_WAITING_LOOKS_PER_SESSION, MAX_WAITING_PLANS, MAX_WALK_DEPTH, MAX_WALK_DIRECTORIES, MAX_WALK_ENTRIES, MAX_WATCH_EVENTS, MAX_WINDOW_BYTES, type MessageSchema, type MethodFamily, type NotificationSpec, OUTBOX_BYTES, OWN_ANSWERS_BYTES, OWN_KEPT_ANSWERS_BYTES, PARTIAL_FILE_TTL_MS, PING_INTERVAL_MS, POLICY_DECISION_GRACE_MS, POLICY_DECISION_TIMEOUT_MS, type ParamsOf, type PathStyle, type PathUri, type Peer, type PeerOptions, PreparedAnswer, type ProcessId, type ProcessSummary, RECOVER_DEADLINE_MS, REMEMBERED_WRITES, REORDER_BYTES, REQUESTS, REQUEST_TIMEOUT_MS, RESPONSE_BUFFER_BYTES, RESUME_RETRY_MS, RETAINED_BYTES, ReadAnswerWriter, type ReadChunkOutline, type ReadOutline, type RequestMethod, type RequestOptions, type RequestSpec, type ResultOf, type RootCapabilities, type Route, SERVER_NOTIFICATIONS, SERVER_SILENCE_MS, SHARED_ANSWERS_BYTES, SHARED_ANSWERS_WAIT_MS, SHARED_KEPT_ANSWERS_BYTES, SIGNAL_NAMES, SPILL_PROCESS_BYTES, SPILL_READ_ATTEMPTS, SPILL_SERVER_BYTES, STDIN_QUEUE_BYTES, STEADY_CONNECTION_MS, type SandboxAppeared, type SandboxAppearedReport, type SandboxDenial, type SandboxNarrowing, type SandboxNote, type SandboxReport, type SandboxRule, type SessionId, type SignalName, type SkillSummary, TAKEOVER_PONG_MS, TRANSFER_TIDY_MS, type TerminalSize, type Transport, type TransportClosed, type TransportListener, UNPROVEN_BYTES, VERSION, WATCH_REST_MS, WINDOW_BYTES, type WireErrorObject, type WireId, type WriteId, asConnectionId, asProcessId, asSessionId, asWriteId, base64Length, bindRoute, capabilitiesDiscover, capabilityRootsDiscover, containsPath, createLineSplitter, createPeer, decodeBase64, decodeUtf8, encodeBase64, encodeNotification, encodeOutputNotification, environmentConfigRead, environmentInfo, environmentStatus, extensionNames, formatPathUri, fromWireError, fsCanonicalize, fsClose, fsCopy, fsCreateDirectory, fsDigest, fsGetMetadata, fsList, fsMissingChanged, fsOpen, fsReadBlock, fsReadDirectory, fsReadFile, fsRemove, fsRename, fsSetPermissions, fsSymlink, fsWalk, fsWatchMissing, fsWriteBlock, fsWriteFile, grantExtensions, httpBodyDelta, httpRequest, initialize, initialized, isSignalName, joinPathUri, memoryTransportPair, networkPolicyDecision, networkPolicyRequest, numberOfWireId, offeredExtensions, parseParams, parsePathUri, placeOfIssue, processAttach, processCloseStdin, processClosed, processDetach, processExited, processGap, processList, processOutput, processRead, processResize, processResized, processSignal, processStart, processTerminate, processWindow, processWrite, protocolSchema, sandboxAppeared, sessionAcknowledge, sessionClose, sessionReplay, tellIssues, toWireError, understoodAppeared, understoodDenial, understoodReport };

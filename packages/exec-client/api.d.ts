// The public surface, rolled up from the build. Update with `npm run api:update`.

// core.d.ts
import { C as Client, a as Clock } from './open-session.js';
export { D as Dial, b as Digest, L as LocalEntry, c as LocalFiles, d as LocalName, e as LocalPath, P as PartialFile, R as Replacement, S as SessionOptions, T as Timer, o as openSession, s as systemClock } from './open-session.js';
import '@holdfast/exec-protocol';

/**
 * Calls `run` when output that is late has had its time, 2 s from now. While the link is lost none can come, so none of that
 * time passes: it begins anew with the next one.
 * @returns what gives the wait up.
 */
declare function afterLateOutput(client: Pick<Client, 'state' | 'on'>, clock: Clock, run: () => void): () => void;

export { Client, Clock, afterLateOutput };

// index.d.ts
import { Transport, ExecError, ProcessId } from '@holdfast/exec-protocol';
export { DenialFinding, EnvironmentInfo, ErrorKind, ExecError, Extensions, InstalledCapabilities, ProcessSummary, RootCapabilities, SandboxAppeared, SandboxAppearedReport, SandboxDenial, SandboxNarrowing, SandboxNote, SandboxReport, SandboxRule, SessionId, SignalName, SkillSummary, TerminalSize } from '@holdfast/exec-protocol';
import { S as SessionOptions, C as Client, E as ExecResult } from './open-session.js';
export { A as AttachOptions, f as AttachedProcess, g as ClientState, h as ClosedEvent, i as CpOptions, j as DirectoryEntry, k as EnvHeader, l as ExecCause, m as ExecInput, n as ExecOptions, p as ExitedEvent, F as FetchOptions, q as FileContent, r as FileHandle, t as FileStat, u as FileSystem, v as LineOptions, w as LinkOptions, M as MkdirOptions, N as NetworkOptions, x as NetworkRecord, y as NetworkRequest, z as NetworkVerdict, O as OutputEvent, B as OutputStream, G as ProcessEvent, H as ProcessExit, I as ProcessHandle, J as ProcessView, K as ReadFileOptions, Q as RecoveryReport, U as ResizedEvent, V as RmOptions, W as SignalOptions, X as SpawnOptions, Y as StateChange, Z as StateListener, _ as TerminateOptions, $ as TransferError, a0 as TransferFault, a1 as TransferOptions, a2 as TransferProgress, a3 as TransferResult, a4 as ViewOptions, a5 as WaitOptions, a6 as WalkEntry, a7 as WalkOptions, a8 as WalkResult, a9 as WatchOptions } from './open-session.js';

/** A server that is started and spoken to through its stdin and stdout. Its stderr goes to ours. */
interface CommandTarget {
    /** The program and its arguments. */
    readonly command: readonly string[];
    /** Default: our own. */
    readonly cwd?: string;
    /** Laid over our own environment. */
    readonly env?: Readonly<Record<string, string>>;
}
/** What to connect to. The label names it without secrets. */
type DialTarget = {
    readonly kind: 'websocket';
    readonly label: string;
    readonly url: string;
} | {
    readonly kind: 'unix';
    readonly label: string;
    readonly path: string;
} | ({
    readonly kind: 'stdio';
    readonly label: string;
} & CommandTarget);

/** What goes with every connection that a dialer makes. */
interface DialerOptions {
    /** Sent as `Authorization: Bearer`; a token in the URL needs no other. In a browser it travels in the URL. */
    readonly token?: string;
    /** Sent with the request that opens a WebSocket; refused in a browser, which cannot. */
    readonly headers?: Readonly<Record<string, string>>;
    /** How long the carrier may take to be there; default 10,000. */
    readonly connectTimeoutMs?: number;
}
/** A way to a server, to be gone as often as a connection is needed. */
interface Dialer {
    /** A server on `stdio` is started anew by each dial; all others are met again. */
    readonly kind: DialTarget['kind'];
    /**
     * Makes a connection on which nothing has been said.
     * @throws ExecError `connectFailed` with the reason and a remedy; the reason of `signal`.
     */
    readonly dial: (signal?: AbortSignal) => Promise<Transport>;
}
/**
 * For programs that speak the wire themselves; everybody else wants `connect`, which takes the same targets.
 * @throws ExecError `connectFailed` when the target cannot be understood.
 */
declare function dialer(target: string | CommandTarget, options?: DialerOptions): Dialer;

/**
 * How a connection is made and a session held. A server that is started and spoken to through its stdin and stdout is
 * neither watched for silence nor got back: it ends with its pipes.
 */
interface ConnectOptions extends SessionOptions, DialerOptions {
}

/**
 * Opens a session on an executor.
 *
 * @param target `ws://…` or `wss://…`, with `?token=…` where the server wants one; `unix:PATH` for a server on a Unix
 *   socket; `stdio:PROGRAM WORDS…`, split at blanks, or `{ command: […] }` for a server that is started and spoken to
 *   through its stdin and stdout.
 * @throws ExecError `connectFailed` with the reason and a remedy; `invalidParams` for options of another type; the
 *   server's error when it refuses a session; the reason of `signal`.
 */
declare function connect(target: string | CommandTarget, options?: ConnectOptions): Promise<Client>;

/** A command ended, but not with success; the kind is `exitFailure`. */
declare class ExitError extends ExecError {
    readonly name = "ExitError";
    /** Everything that is known of the command. Output is text here, whatever encoding was asked for. */
    readonly result: ExecResult;
    constructor(argv: readonly string[], result: ExecResult);
}

/**
 * Output that a view asked for is no longer retained by the server; the kind is `gap`. To go on behind the hole, open a
 * view with `after: error.to`.
 */
declare class GapError extends ExecError {
    /** Lowest seq that is missing. */
    readonly from: number;
    /** Highest seq that is missing. */
    readonly to: number;
    constructor(id: ProcessId, from: number, to: number);
}

export { Client, type CommandTarget, type ConnectOptions, type Dialer, type DialerOptions, ExecResult, ExitError, GapError, SessionOptions, connect, dialer };

// open-session.d.ts
import { TerminalSize, SignalName, SandboxDenial, ParamsOf, networkPolicyRequest, ResultOf, networkPolicyDecision, SandboxAppearedReport, SandboxReport, ProcessSummary, ExecError, SessionId, Extensions, EnvironmentInfo, InstalledCapabilities, RootCapabilities, Transport } from '@holdfast/exec-protocol';

/** Where output came from; a terminal merges both streams into `pty`. */
type OutputStream = 'stdout' | 'stderr' | 'pty';
/** A piece of output, cut anywhere. `bytes` is shared with other views of the process: do not change it. */
interface OutputEvent {
    readonly type: 'output';
    /** Position in the event log of the process: 1, 2, 3 … without holes over all types of events. */
    readonly seq: number;
    readonly stream: OutputStream;
    readonly bytes: Uint8Array;
}
/** The terminal has another size from here on. */
interface ResizedEvent {
    readonly type: 'resized';
    readonly seq: number;
    readonly size: TerminalSize;
}
/** The process itself has ended; output of its descendants may follow. */
interface ExitedEvent {
    readonly type: 'exited';
    readonly seq: number;
    /** The exit status, or 128 + n when signal n ended it. */
    readonly exitCode: number;
    /** The signal that ended the process; null when it ended by itself or the server does not tell. */
    readonly signal: SignalName | null;
    /**
     * Where the server takes its sandbox for the reason of a failure: what that has denied it, the surest first. Nothing is listed
     * where the server tells no more, as without the `sandbox` extension.
     */
    readonly denial?: SandboxDenial;
}
/** The output is complete; nothing follows. */
interface ClosedEvent {
    readonly type: 'closed';
    readonly seq: number;
    /** Bytes of each stream over the whole life of the process, where the server tells. */
    readonly bytes?: {
        readonly stdout: number;
        readonly stderr: number;
        readonly pty: number;
    };
    /** Processes that still held the output when it was cut; absent when it ended by itself. */
    readonly holders?: readonly {
        readonly pid: number;
        readonly name: string;
    }[];
}
/** One entry of the event log of a process. */
type ProcessEvent = OutputEvent | ResizedEvent | ExitedEvent | ClosedEvent;

/** A request of a process that its lists do not name. */
type NetworkRequest = ParamsOf<typeof networkPolicyRequest>['request'];
/** What becomes of it. `ask` refuses it as well, and says that somebody could have been asked. */
type NetworkVerdict = ResultOf<typeof networkPolicyRequest>['decision'];
/** What was decided about one request. */
type NetworkRecord = ParamsOf<typeof networkPolicyDecision>;
/** The network of one process: nothing but what is named here, through a proxy of the executor. */
interface NetworkOptions {
    /**
     * Hosts that it may reach: `HOST`, `HOST:PORT`, `*.HOST` for the names below, `**.HOST` for both, `*` for every name; without
     * a port 80 and 443. Addresses that are not public are reached only where they stand here themselves. Default none.
     */
    readonly allow?: readonly string[];
    /** Hosts that it may not reach although `allow` covers them. */
    readonly deny?: readonly string[];
    /** Ports of the executor's loopback that are there under their numbers. */
    readonly loopbackPorts?: readonly number[];
    /**
     * Decides about each request to a host that neither list names; nothing is remembered. Default: it is refused, and so it is
     * where this fails or takes too long. Called once for each request, however often the link is lost, where the server has the
     * `replay` extension. `signal` fires when the answer does not matter any more: its time is over, or the process has closed.
     */
    readonly authorize?: (request: NetworkRequest, signal: AbortSignal) => NetworkVerdict | Promise<NetworkVerdict>;
    /** How long `authorize` may take before the request is refused; default 60,000. */
    readonly authorizeTimeoutMs?: number;
    /** Hears of each decision once it is made. What is told while the link is lost may be missing. */
    readonly onDecision?: (record: NetworkRecord) => void;
}

/**
 * An open look at a process: iterate it once. It is open from the call that made it on, and what it has not handed out
 * yet holds room, so iterate it to the end, leave the loop, or call `return()`.
 */
interface ProcessView<T> extends AsyncIterableIterator<T, undefined, undefined>, AsyncDisposable {
    next(): Promise<IteratorResult<T, undefined>>;
    /** Ends the view and frees what waits in it; a pending `next` answers that the view is done. */
    return(): Promise<IteratorResult<T, undefined>>;
    [Symbol.asyncIterator](): ProcessView<T>;
}

/** How a process is started. */
interface SpawnOptions {
    /** Names the process within the client's session; default a new UUID. An id of a process that ran just now is refused. */
    readonly id?: string;
    /** An absolute path of the executor, or a `file:` URI; default the folder in which the server was started. */
    readonly cwd?: string;
    /** Variables laid over what `inheritEnv` leaves; undefined values are left out. */
    readonly env?: Readonly<Record<string, string | undefined>>;
    /**
     * What the process gets of the executor's own environment, default `core`: home, user, shell, path, language and
     * temporary folder. `all` leaves out names that look like secrets (`*KEY*`, `*SECRET*`, `*TOKEN*`); with `none` the
     * process gets exactly `env`.
     */
    readonly inheritEnv?: 'core' | 'all' | 'none';
    /** What the program sees as its own name; default `argv[0]`. */
    readonly arg0?: string;
    /** `pipe` for a process that is written to; default `null`, the null device. */
    readonly stdin?: 'null' | 'pipe';
    /**
     * Gives the process a terminal, which merges its output into `pty` and takes what is written; `TERM` is
     * `xterm-256color` unless `env` says otherwise. `true` leaves its size to the server. A size fails with `unsupported`
     * on a server without the `pty` extension.
     */
    readonly pty?: true | TerminalSize;
    /**
     * `server` for a process that outlives this client and its handle, to be joined with `attach` by any client of the same
     * principal; default `session`. Fails with `unsupported` on a server without the `attach` extension.
     */
    readonly lifetime?: 'session' | 'server';
    /**
     * What gives way when more is printed than anybody reads: with `keep` the process has to wait, with `drop` the oldest
     * output goes, and views fail with GapError. Default `keep`, or `drop` with the lifetime `server`. Fails with
     * `unsupported` on a server without the `gap` extension.
     */
    readonly retention?: 'keep' | 'drop';
    /**
     * How long descendants may hold the output after the process has exited, before `closed` comes regardless and tells
     * who they are; default for ever. Fails with `unsupported` on a server without the `drain` extension.
     */
    readonly drainMs?: number;
    /**
     * Confines the process: the `sandbox` object of the wire, as in docs/sandbox.md. The executor binds it to its own paths and
     * enforces it, or `started` fails with `sandboxUnsupported`, which names what it cannot. Default none.
     */
    readonly sandbox?: Readonly<Record<string, unknown>>;
    /** Gives a process in a sandbox a network of its own, whatever the sandbox says of it; needs `sandbox`. */
    readonly network?: NetworkOptions;
    /**
     * Hears of executable configuration, such as a new repository, that has appeared while the process ran in its sandbox, by whomever:
     * nothing protected it, or that nobody has looked for it to the end (`unseen`). Called once at most, after the process has ended, perhaps
     * long after `closed`; not once this client is closed, nor on a server without the `sandbox` extension. What is told while the link is lost
     * may be missing.
     */
    readonly onAppeared?: (report: SandboxAppearedReport) => void;
    /** Terminates the process. When it fires before the start is sent, nothing is started, and `started` fails with its reason. */
    readonly signal?: AbortSignal;
}
/** Ends a wait, not the work; what was not sent yet never is. The call then fails with the reason of the signal. */
interface WaitOptions {
    readonly signal?: AbortSignal;
}
/** Where a view begins. */
interface ViewOptions extends WaitOptions {
    /** Only events with a higher seq; default 0, everything, or where the process was joined. */
    readonly after?: number;
}
/** How a process is joined. */
interface AttachOptions extends WaitOptions {
    /** Only events with a higher seq, at most the newest; default 0, everything that is retained. */
    readonly after?: number;
}
/** Which lines a view gives. */
interface LineOptions extends ViewOptions {
    /** Only lines of this stream; default both. Output of a terminal counts as stdout. */
    readonly stream?: 'stdout' | 'stderr';
}
/** Whom a signal is for, and how long to wait for the answer. */
interface SignalOptions extends WaitOptions {
    /** The process alone, its process group, or all its descendants; default `group`. */
    readonly target?: 'process' | 'group' | 'tree';
}
/** How a process is ended. */
interface TerminateOptions extends WaitOptions {
    /** Time between SIGTERM and SIGKILL; default 5,000. A server without `signals` always kills at once. */
    readonly graceMs?: number;
}
/** How a process ended. */
interface ProcessExit {
    /** The exit status, or 128 + n when signal n ended it. */
    readonly exitCode: number;
    /** The signal that ended the process; null when it ended by itself or the server does not tell. */
    readonly signal: SignalName | null;
    /**
     * Where the server takes its sandbox for the reason of a failure: what that has denied it, the surest first. Nothing is listed
     * where the server tells no more, as without the `sandbox` extension.
     */
    readonly denial?: SandboxDenial;
}
/**
 * A process on the executor. It can be used at once; what has to wait for the start waits by itself.
 *
 * `started`, `exited` and `closed` settle whether anybody reads output or not, and may be left alone: their failures
 * are never reported as unhandled. They fail with an ExecError: the reason why the start failed, `connectionLost` or
 * `clientClosed`.
 */
interface ProcessHandle extends AsyncDisposable {
    readonly id: string;
    /** The executor has started the process. */
    readonly started: Promise<void>;
    /**
     * Where the process may do less than was asked for, once it has started. Undefined for one that is not confined or that was
     * joined, and where the server does not tell. Fails like `started`, and may be left alone like it.
     */
    readonly sandboxReport: Promise<SandboxReport | undefined>;
    /** The process itself has ended; its descendants may live on and write. */
    readonly exited: Promise<ProcessExit>;
    /** The process has ended and its output is complete. */
    readonly closed: Promise<void>;
    /**
     * What happened and happens, in order, `closed` last. Each view has a cursor of its own. A view that is open and not
     * read stalls its process once some megabytes wait.
     * Fails with GapError where output is no longer retained, and with ExecError when the process is lost.
     */
    events(options?: ViewOptions): ProcessView<ProcessEvent>;
    /**
     * Lines of both streams without their ends, in the order in which they were completed; a last line without a newline
     * is a line. Fails like `events`, and with `outputTooLarge` on a line of more than 64 Mi characters.
     */
    lines(options?: LineOptions): ProcessView<string>;
    /** From the first event on, one stream however often it is asked for. Unread it stalls the process; `cancel()` frees it. */
    readonly stdout: ReadableStream<Uint8Array>;
    /** Like `stdout`. */
    readonly stderr: ReadableStream<Uint8Array>;
    /** Like `stdout`, both streams as they came. */
    readonly all: ReadableStream<Uint8Array>;
    /**
     * Writes to stdin, after all earlier writes. Resolves when the executor has taken the bytes, so a process that does
     * not read slows its writer down. A signal that fires meanwhile does not take back what was written.
     * Fails with `stdinClosed` without `stdin: 'pipe'` or `pty` and after the end of stdin, with `stdinBroken` after the process has ended.
     */
    write(data: string | Uint8Array, options?: WaitOptions): Promise<void>;
    /** Ends stdin after all earlier writes; a terminal gets an end of file. Fails with `unsupported` where the server cannot. */
    end(options?: WaitOptions): Promise<void>;
    /**
     * Sends a signal; a process that has ended is no error. Fails with `unsupported` for anything but SIGINT to the group
     * where the server lacks the `signals` extension.
     */
    signal(name: SignalName, options?: SignalOptions): Promise<void>;
    /**
     * Changes the size of the terminal. Harmless without one and after the end of the process. Fails with `unsupported` on
     * a server without the `pty` extension.
     */
    resize(size: TerminalSize, options?: WaitOptions): Promise<void>;
    /**
     * Ends the process and its descendants: SIGTERM, then SIGKILL. Resolves when the executor has begun; wait for `exited`.
     * @returns whether the process was running.
     */
    terminate(options?: TerminateOptions): Promise<boolean>;
    /**
     * Terminates the process if it runs, waits until it has exited, and closes the streams. Never fails. A process with the
     * lifetime `server`, or one that was joined, goes on.
     */
    [Symbol.asyncDispose](): Promise<void>;
}
/** A process that another session may have started. `id` is what it is called here; `started` says that it was joined. */
interface AttachedProcess extends ProcessHandle {
    /** The process as it was when it was joined, with its `ref`. Fails like `started`, and may be left alone like it. */
    readonly summary: Promise<ProcessSummary>;
    /**
     * Leaves the process, which goes on. Open views end; what else waits or comes later fails with `processUnknown`. Also
     * what disposal does.
     */
    detach(options?: WaitOptions): Promise<void>;
}

/** What can be written to a command: text goes as UTF-8. */
type ExecInput = string | Uint8Array | AsyncIterable<string | Uint8Array> | ReadableStream<string | Uint8Array>;
/** How a command is run to its end. */
interface ExecOptions extends Omit<SpawnOptions, 'stdin' | 'lifetime'> {
    /**
     * Written to stdin, which then ends; default: the null device. A command that exits without reading it is no failure.
     * Fails with `unsupported`, before anything starts, on a server that cannot end stdin.
     */
    readonly input?: ExecInput;
    /** The command is terminated when it runs longer, and fails with the cause `timeout`; default: no limit. */
    readonly timeoutMs?: number;
    /** Time between SIGTERM and SIGKILL when the command is terminated; default 5,000. */
    readonly killGraceMs?: number;
    /**
     * Terminates the command. `exec` then fails at once with the reason of the signal; with `reject: false` it waits for
     * the end of the command and gives a result whose cause is `canceled`. A command whose start was not sent yet is never
     * started, and fails with the reason either way.
     */
    readonly signal?: AbortSignal;
    /** false: a command that fails gives its result like any other; default true, it throws an ExitError. */
    readonly reject?: boolean;
    /** What output becomes: text decoded from UTF-8, the default, or bytes. */
    readonly encoding?: 'utf8' | 'bytes';
}
/** Why a command ended: by itself, by a signal of someone else, by its time limit, or by the `signal` of its caller. */
type ExecCause = 'exit' | 'signal' | 'timeout' | 'canceled';
/** How a command ended and what it printed. */
interface ExecResult<T extends string | Uint8Array = string> {
    readonly id: string;
    /** The exit status, or 128 + n when signal n ended the command. */
    readonly exitCode: number;
    /** The signal that ended the command; null when it ended by itself or the server does not tell. */
    readonly signal: SignalName | null;
    readonly cause: ExecCause;
    /**
     * Where the server takes its sandbox for the reason of a failure: what that has denied it, the surest first. Nothing is listed
     * where the server tells no more, as without the `sandbox` extension.
     */
    readonly denial?: SandboxDenial;
    /** Where the command could do less than was asked for; absent without a sandbox, and where the server does not tell. */
    readonly sandboxReport?: SandboxReport;
    /** Whether the command ended in any other way than by itself with exit status 0. */
    readonly failed: boolean;
    readonly timedOut: boolean;
    readonly canceled: boolean;
    /** Streams of which only the first 64 MiB are here; of `output` the first 128 MiB are kept. */
    readonly truncated: {
        readonly stdout: boolean;
        readonly stderr: boolean;
    };
    /** false when a descendant still held the output 2 s after the command had ended; what it writes later is not here. */
    readonly drained: boolean;
    readonly stdout: T;
    readonly stderr: T;
    /** Both streams in the order in which they came. */
    readonly output: T;
    /** From the call to the end of the command, in milliseconds. */
    readonly durationMs: number;
}

/** How far a transfer has come. */
interface TransferProgress {
    /** Content that has been moved. */
    readonly bytes: number;
    /** How much of it an earlier transfer had brought. */
    readonly resumedBytes: number;
    /** All there is to move; undefined where the other side tells no sizes. */
    readonly totalBytes: number | undefined;
    /** Files that are there, whole. */
    readonly files: number;
    readonly totalFiles: number;
}
/** How files are copied between this machine and the executor. */
interface TransferOptions extends WaitOptions {
    /** Told after each block and each file. What it throws ends the transfer. */
    readonly onProgress?: (progress: TransferProgress) => void;
    /**
     * Told of each half of a file that is left under a name of its own: the same transfer goes on from there, and one that is
     * left for a week is removed by the next transfer of a large file into its directory.
     */
    readonly onKept?: (path: string) => void;
}
/** Something that was not copied. */
interface TransferFault {
    /** Where it was to come from, as a person reads it. */
    readonly path: string;
    readonly reason: string;
}
/** What a transfer has brought. */
interface TransferResult {
    readonly files: number;
    readonly directories: number;
    /** Symbolic links that are there as such. */
    readonly links: number;
    /** Content of the files. */
    readonly bytes: number;
    /** How many of these bytes an earlier transfer had brought. */
    readonly resumedBytes: number;
    /**
     * What a tree holds and is not copied: what is no file, directory or link, links where the server does not know them, and the
     * permissions of directories that are there and another user's.
     */
    readonly skipped: readonly TransferFault[];
}
/** Some of what was to be copied was not; the rest was. */
declare class TransferError extends Error {
    readonly name = "TransferError";
    readonly result: TransferResult;
    readonly failed: readonly TransferFault[];
    constructor(result: TransferResult, failed: readonly TransferFault[]);
}

/** What is told of a file, a directory or something else. */
interface FileStat {
    isFile(): boolean;
    isDirectory(): boolean;
    /** The path itself is a link; from `stat`, everything else is about its target. */
    isSymbolicLink(): boolean;
    /** Bytes. */
    readonly size: number;
    /** Unix time in milliseconds; 0 where it is not known. */
    readonly mtimeMs: number;
    /** Unix time in milliseconds; 0 where it is not known. */
    readonly birthtimeMs: number;
}
/** An entry of a directory; a link counts as what it leads to. */
interface DirectoryEntry {
    readonly name: string;
    isFile(): boolean;
    isDirectory(): boolean;
}
/** One entry below the root of a walk. */
interface WalkEntry {
    /** An absolute path of the executor; bytes that are not UTF-8 show as U+FFFD. */
    readonly path: string;
    /** The same as a `file:` URI, which keeps every byte. */
    readonly uri: string;
    isFile(): boolean;
    isDirectory(): boolean;
}
/** What a walk found. */
interface WalkResult {
    /** Level by level, each directory sorted by name. */
    readonly entries: readonly WalkEntry[];
    /** Directories that could not be read. */
    readonly errors: readonly {
        readonly path: string;
        readonly message: string;
    }[];
    /** Whether a limit ended the walk before everything was seen. */
    readonly truncated: boolean;
}
/** How links are treated. */
interface LinkOptions extends WaitOptions {
    /** false refuses symbolic links in every component of the path; default true. */
    readonly followSymlinks?: boolean;
}
/** How a file is read. */
interface ReadFileOptions extends LinkOptions {
    /** Gives text instead of bytes. */
    readonly encoding?: 'utf8';
}
/** What a file is written from. */
type FileContent = string | Uint8Array | AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;
/** How a directory is made. */
interface MkdirOptions extends LinkOptions {
    /** Makes missing parents and accepts a directory that exists; default false. */
    readonly recursive?: boolean;
}
/** How something is removed. */
interface RmOptions extends LinkOptions {
    /** Removes what a directory holds; default false. */
    readonly recursive?: boolean;
    /** A path that does not exist is no error; default false. */
    readonly force?: boolean;
}
/** How something is copied. */
interface CpOptions extends WaitOptions {
    /** Needed for a directory; default false. */
    readonly recursive?: boolean;
}
/** How far a walk goes. */
interface WalkOptions extends WaitOptions {
    /** 0 gives the entries of the root alone; default and most 64. */
    readonly maxDepth?: number;
    /** Default and most 10,000. */
    readonly maxDirectories?: number;
    /** Default and most 50,000. */
    readonly maxEntries?: number;
    /** Default false. */
    readonly followDirectorySymlinks?: boolean;
    /** Hidden directories are given and not entered; default false. */
    readonly pruneHiddenDirectories?: boolean;
}
/** What else ends a watch. */
interface WatchOptions extends WaitOptions {
    /** A path that exists now; the watch is over as well when it does not any more. */
    readonly present?: string;
}
/** A file of the executor that is open. */
interface FileHandle extends AsyncDisposable {
    /**
     * Reads up to `length` bytes at `position`; fewer only at the end of the file.
     * @param length Bytes, from 1 to 1,048,576.
     */
    read(position: number, length: number, options?: WaitOptions): Promise<Uint8Array>;
    /** Writes at `position`, in the order of the calls. */
    write(position: number, bytes: Uint8Array, options?: WaitOptions): Promise<void>;
    /** Safe to call again. */
    close(): Promise<void>;
}
/**
 * Files of the executor, under the names of `node:fs/promises`. Paths are absolute paths of the executor or `file:` URIs.
 * Everything fails with an ExecError: `fileNotFound`, `fileExists`, `fileAccessDenied`, `notAFile`, `notADirectory`,
 * `directoryNotEmpty`, `symlinkRefused`, `fileSystemFailed`, each naming the path; and the reason of a signal.
 *
 * Everything goes on over a lost link, once only, where the server knows the extension `replay`. Elsewhere a request that
 * changes something and was not answered fails with `outcomeUnknown`, and files that are open with `connectionLost`.
 */
interface FileSystem {
    /** The whole content of a regular file. */
    readFile(path: string, options: ReadFileOptions & {
        readonly encoding: 'utf8';
    }): Promise<string>;
    readFile(path: string, options?: ReadFileOptions): Promise<Uint8Array>;
    /** Makes or overwrites a file in place; its directory must exist. Text is written as UTF-8. */
    writeFile(path: string, content: FileContent, options?: WaitOptions): Promise<void>;
    /** The content piece by piece, read as it is taken; leaving it closes the file. */
    createReadStream(path: string, options?: WaitOptions): ReadableStream<Uint8Array>;
    /** Makes or empties a file and takes its content piece by piece; it is whole when `close` has resolved. */
    createWriteStream(path: string, options?: WaitOptions): WritableStream<Uint8Array>;
    /** Opens a regular file; `w` makes or empties it. */
    open(path: string, flags?: 'r' | 'w', options?: WaitOptions): Promise<FileHandle>;
    /** Describes what a path leads to. */
    stat(path: string, options?: LinkOptions): Promise<FileStat>;
    /** Describes the entry itself. Of a symbolic link nothing is known but that it is one: its size and times are 0. */
    lstat(path: string, options?: WaitOptions): Promise<FileStat>;
    mkdir(path: string, options?: MkdirOptions): Promise<void>;
    /** The entries of a directory, in no order; links that lead nowhere are left out. */
    readdir(path: string, options?: WaitOptions): Promise<readonly DirectoryEntry[]>;
    /** An existing path without symbolic links. */
    realpath(path: string, options?: WaitOptions): Promise<string>;
    /** Removes a file, a link itself, or a directory. */
    rm(path: string, options?: RmOptions): Promise<void>;
    /** Copies on the executor. */
    cp(from: string, to: string, options?: CpOptions): Promise<void>;
    /** Copies a file on the executor, or a link as a link; overwrites a file. */
    copyFile(from: string, to: string, options?: WaitOptions): Promise<void>;
    /**
     * Resolves once one of the `missing` paths is there, or `present` is not, and at once when that is so already. It may
     * take some seconds on a server of the reference wire. Fails with `unsupported` where the executor cannot watch, or when
     * more than 64 paths of this client are watched; one that was given up by `signal` counts until it is over or waited for again.
     */
    watch(missing: readonly string[], options?: WatchOptions): Promise<void>;
    /** What lies below a directory, in one answer; see the limits of `WalkOptions`. */
    walk(path: string, options?: WalkOptions): Promise<WalkResult>;
    /**
     * Copies a file or directory of this machine to the executor; a directory that exists there is filled. Every file is
     * compared by SHA-256 with what the executor reads of it, and larger ones get their name only then. With the extension
     * `files` links inside a directory are copied as links, files and directories keep their permission bits, and a larger file
     * that was broken off is gone on with; without it links are skipped, and modes are what the executor gives new files.
     * @param from A path of this machine.
     * @throws TransferError when some of a directory was not copied. ExecError as everything else; `unsupported` in a browser.
     */
    upload(from: string, to: string, options?: TransferOptions): Promise<TransferResult>;
    /**
     * Copies a file or directory of the executor to this machine; a directory that exists here is filled. A file takes its
     * name once all of it is written and its SHA-256 is that of what came. Links, permission bits and what was broken off are
     * treated as by `upload`, but that without the extension `files` the wire lists no links.
     * @param to A path of this machine.
     * @throws TransferError when some of a directory was not copied. ExecError as everything else; `unsupported` in a browser.
     */
    download(from: string, to: string, options?: TransferOptions): Promise<TransferResult>;
}

/** What a standard request has no word for. */
interface FetchOptions {
    /** How long head and body may take together, on the executor; default as long as they like. */
    readonly timeoutMs?: number | undefined;
    /**
     * Headers that the executor completes from its own environment, so that a secret need not be here. Variables that hold
     * credentials of a cloud, a model provider or the server itself are refused.
     */
    readonly headersFromEnv?: Readonly<Record<string, EnvHeader>> | undefined;
}
/** A header whose value the executor knows. */
interface EnvHeader {
    /** Stands before the value; default nothing. */
    readonly prefix?: string;
    /** The variable of the executor that has the value. */
    readonly variable: string;
}

/**
 * How a client stands: `ready`; `recovering` while its connection is lost and calls wait; `failed` when the session could
 * not be got back; `closed` by its owner. The last two are final.
 */
type ClientState = 'connecting' | 'ready' | 'recovering' | 'failed' | 'closed';
/** What it took to get a session back, or what was tried. */
interface RecoveryReport {
    /** Connections that were tried. */
    readonly attempts: number;
    /** From the loss of the connection until everything was whole again, or given up. */
    readonly durationMs: number;
    /** Events that happened meanwhile and are told now. */
    readonly replayedEvents: number;
    /** Processes of which some events are no longer retained; their views fail with GapError. */
    readonly gaps: number;
    /** Requests that had no answer and were sent again. */
    readonly repeatedRequests: number;
    /** Processes that the server no longer knows; their handles fail with `processUnknown`. */
    readonly lostProcesses: number;
}
/** A client has another state. */
interface StateChange {
    readonly state: ClientState;
    readonly previous: ClientState;
    /** Why the connection was lost, or the session. */
    readonly cause?: ExecError;
    /** Tells of the recovery that ends with this change. */
    readonly recovery?: RecoveryReport;
}
/** Hears of each change, at the moment at which it happens. */
type StateListener = (change: StateChange) => void;

/** A session on an executor. It outlives its connections: a lost one is replaced, and everything goes on where it was. */
interface Client extends AsyncDisposable {
    /** Names the session at the server. Whoever has it can take the session over, so do not log it. */
    readonly sessionId: SessionId;
    /** What goes beyond the reference wire on this connection, name to version. */
    readonly extensions: Extensions;
    /** How the client stands. While it is `recovering`, handles and streams stay open and calls wait. */
    readonly state: ClientState;
    /**
     * Resolves with the reason when the session is over for good: `clientClosed`, or `connectionLost` when it could not be
     * got back. Never fails.
     */
    readonly closed: Promise<ExecError>;
    /** Calls `listener` at each change of `state`. @returns a function that stops it. */
    on(event: 'state', listener: StateListener): () => void;
    /**
     * Runs a command to its end and gives what it printed. There is no shell unless `argv` names one.
     * Fails with ExitError when the command fails (see `reject`), with the reason of `signal`, or with an ExecError that
     * says why the command could not be run.
     */
    exec(argv: readonly string[], options?: ExecOptions & {
        readonly encoding?: 'utf8';
    }): Promise<ExecResult>;
    exec(argv: readonly string[], options: ExecOptions & {
        readonly encoding: 'bytes';
    }): Promise<ExecResult<Uint8Array>>;
    /** Starts a process and gives its handle at once. Nothing is thrown here; `started` fails where the start does. */
    spawn(argv: readonly string[], options?: SpawnOptions): ProcessHandle;
    /**
     * All processes that this client may see, those of other sessions too, the oldest first. Fails with `unsupported` on a
     * server without the `attach` extension.
     */
    processes(options?: WaitOptions): Promise<readonly ProcessSummary[]>;
    /**
     * Joins a process of any session of the same principal, and gives its handle at once.
     * @param ref Its ref, or its id where only one process has it. `started` fails with `processUnknown` or `refAmbiguous`
     *   where it names no one process, and with `unsupported` on a server without the `attach` extension.
     */
    attach(ref: string, options?: AttachOptions): AttachedProcess;
    /** Files of the executor. */
    readonly fs: FileSystem;
    /**
     * Sends an HTTP request from the executor, with its network and its names, and gives the standard response once its head
     * is there. The body of the request travels whole; that of the response comes piece by piece, as its server sent it: no
     * encoding is asked for and none is undone. Neither survives a lost link: the call fails with `outcomeUnknown`, the body with
     * `connectionLost`.
     */
    fetch(input: string | URL | Request, init?: RequestInit & FetchOptions): Promise<Response>;
    /** What the executor says of itself: shell, folders, platform. It is asked once at most. */
    environment(options?: WaitOptions): Promise<EnvironmentInfo>;
    /** Plugins and skills that the Codex CLI has installed for the executor's user. Fails with `methodUnknown` on older servers. */
    capabilities(options?: WaitOptions): Promise<InstalledCapabilities>;
    /**
     * The files of plugins and skills below directories of the executor, one answer for each in order; a directory that cannot be
     * looked through has an `error`. Fails with `methodUnknown` on older servers.
     * @param directories At most 128 absolute paths or `file:` URIs; each `id` in the answer is what was given.
     */
    capabilitiesBelow(directories: readonly string[], options?: WaitOptions): Promise<readonly RootCapabilities[]>;
    /**
     * Ends all processes of the session and the connection; safe to call again. What has the lifetime `server` or was joined
     * goes on. What still waits fails with `clientClosed`, at once. While the link is lost, one short attempt is made to tell
     * the server, for 3 s at most.
     */
    close(): Promise<void>;
    /** The same as `close`. */
    [Symbol.asyncDispose](): Promise<void>;
}

/** A timer that has been set. */
interface Timer {
    cancel(): void;
}
/** Time as the client sees it; tests move it by hand. */
interface Clock {
    /** Milliseconds that only ever rise. */
    now(): number;
    /** Calls `run` once, `delayMs` from now. */
    after(delayMs: number, run: () => void): Timer;
}
/** The clock of this machine. */
declare const systemClock: Clock;

/** Makes a carrier to the server, and gives up with the reason of the signal when that fires. */
type Dial = (signal: AbortSignal) => Promise<Transport>;

/** An absolute path of this machine, in the bytes of its system: names need not be UTF-8. */
type LocalPath = Uint8Array;
/** What a path of this machine is; a link is not followed. */
interface LocalEntry {
    readonly kind: 'file' | 'directory' | 'link' | 'other';
    /** Bytes. */
    readonly size: number;
    /** Changes whenever the content does. */
    readonly version: string;
    /** The nine permission bits. */
    readonly permissions: number;
}
/** One name in a directory of this machine; a link is not followed. */
interface LocalName {
    readonly name: Uint8Array;
    readonly kind: 'file' | 'directory' | 'link' | 'other';
}
/** A file that takes the place of another once it is whole. */
interface Replacement {
    write(bytes: Uint8Array): Promise<void>;
    /** The SHA-256 of what is there now, read again, in hexadecimal. */
    digest(): Promise<string>;
    /** Gives it its name. @throws ExecError `notAFile` where something has it that is neither a file nor a link. */
    commit(): Promise<void>;
    /** Removes it, unless it has its name already. */
    discard(): Promise<void>;
}
/** A replacement that outlives its maker: who makes it anew finds what had been written. */
interface PartialFile extends Replacement {
    /** Where it lies, for people. */
    readonly shown: string;
    /** Bytes that are there, written by an earlier one. */
    readonly length: number;
    /** What is there, in pieces. */
    read(): AsyncIterable<Uint8Array>;
    /** Empties it. */
    restart(): Promise<void>;
    /** Leaves it where it is, for the next one. */
    keep(): Promise<void>;
}
/** A SHA-256 that grows with what it is given. */
interface Digest {
    update(bytes: Uint8Array): void;
    /** What it is so far, in hexadecimal; it can grow on. */
    hex(): string;
}
/** The files of this machine, as far as copying from and to an executor needs them. Errors are those of the system. */
interface LocalFiles {
    /** @param text A path; a relative one begins at the current directory. */
    resolve(text: string): LocalPath;
    /** A path for people. */
    shown(path: LocalPath): string;
    /** @throws ExecError `invalidPath` for a name that would lead out of the directory, or deeper into it. */
    join(directory: LocalPath, name: Uint8Array): LocalPath;
    /** The path without links. @throws the system's error where it leads nowhere. */
    real(path: LocalPath): Promise<LocalPath>;
    /** Tells this path of this machine from those of others. */
    identity(path: LocalPath): string;
    /** undefined for what is not there. */
    describe(path: LocalPath): Promise<LocalEntry | undefined>;
    list(directory: LocalPath): Promise<readonly LocalName[]>;
    /** The content from an offset on in pieces of at most `blockBytes`; all but the last have that size. A link is refused. */
    read(path: LocalPath, blockBytes: number, from?: number): AsyncIterable<Uint8Array>;
    /** Makes a directory, and those above it. @returns false for one that exists. */
    makeDirectory(path: LocalPath): Promise<boolean>;
    /** Makes a directory in one that exists; one that exists is no error, a link to one is. */
    makeDirectoryIn(path: LocalPath): Promise<void>;
    /** Tells a directory from all others; undefined for everything else, a link to one included. */
    directoryId(path: LocalPath): Promise<string | undefined>;
    setPermissions(path: LocalPath, permissions: number): Promise<void>;
    /** Where a link leads, in the bytes that it holds. */
    readLink(path: LocalPath): Promise<Uint8Array>;
    /** Makes a link, at once in place of a file or link that is there. @throws ExecError `notAFile` where there is anything else. */
    makeLink(path: LocalPath, target: Uint8Array): Promise<void>;
    /**
     * Begins a file beside `path` that is to take its place.
     * @param permissions Default those of what it replaces.
     * @throws ExecError `notAFile` where there is neither a file nor a link nor nothing.
     */
    replace(path: LocalPath, permissions?: number): Promise<Replacement>;
    /** The same, going on with what an earlier one by this `key` has left and nobody writes to any more. */
    goOn(path: LocalPath, key: string, permissions: number): Promise<PartialFile>;
    sha256(): Digest;
    /** Whether an error says that what was named is not there. */
    isMissing(error: unknown): boolean;
    /** Whether an error says that this user may not do what was asked. */
    isDenied(error: unknown): boolean;
}

/** How a session is opened and held. */
interface SessionOptions {
    /** Gives up; opening fails with its reason. It does not end a client that is connected. */
    readonly signal?: AbortSignal;
    /** What the server's log calls this client; default `holdfast` and its version. */
    readonly clientName?: string;
    /** How long the server may take to answer `initialize`; default 10,000. */
    readonly initializeTimeoutMs?: number;
    /** What goes beyond the reference wire, to be offered; default everything. `{}` behaves as a reference client does. */
    readonly extensions?: Extensions;
    /**
     * How long to try to get the session back after the connection was lost; default 45,000, well below the time for which
     * servers keep it. 0 for not at all: then the session is lost with its connection.
     */
    readonly recoverTimeoutMs?: number;
    /**
     * How long the server may be silent before the connection counts as lost; default 45,000. It is asked for a sign of life
     * after a third of it. 0 for as long as it likes.
     */
    readonly silenceMs?: number;
    /** Numbers from 0 to 1 that spread attempts to reconnect; default `Math.random`. */
    readonly random?: () => number;
}
/**
 * Opens a session over any carrier, and holds it over as many as it takes.
 *
 * @param dial Makes a carrier; what it gives is taken over. It is called again each time that the last one is lost.
 * @param local What uploads read and downloads write; without it there are none.
 * @throws ExecError the server's when it refuses a session, `connectFailed`; what `dial` throws; the reason of `signal`.
 */
declare function openSession(dial: Dial, options?: SessionOptions, clock?: Clock, local?: LocalFiles): Promise<Client>;

export { TransferError as $, type AttachOptions as A, type OutputStream as B, type Client as C, type Dial as D, type ExecResult as E, type FetchOptions as F, type ProcessEvent as G, type ProcessExit as H, type ProcessHandle as I, type ProcessView as J, type ReadFileOptions as K, type LocalEntry as L, type MkdirOptions as M, type NetworkOptions as N, type OutputEvent as O, type PartialFile as P, type RecoveryReport as Q, type Replacement as R, type SessionOptions as S, type Timer as T, type ResizedEvent as U, type RmOptions as V, type SignalOptions as W, type SpawnOptions as X, type StateChange as Y, type StateListener as Z, type TerminateOptions as _, type Clock as a, type TransferFault as a0, type TransferOptions as a1, type TransferProgress as a2, type TransferResult as a3, type ViewOptions as a4, type WaitOptions as a5, type WalkEntry as a6, type WalkOptions as a7, type WalkResult as a8, type WatchOptions as a9, type Digest as b, type LocalFiles as c, type LocalName as d, type LocalPath as e, type AttachedProcess as f, type ClientState as g, type ClosedEvent as h, type CpOptions as i, type DirectoryEntry as j, type EnvHeader as k, type ExecCause as l, type ExecInput as m, type ExecOptions as n, openSession as o, type ExitedEvent as p, type FileContent as q, type FileHandle as r, systemClock as s, type FileStat as t, type FileSystem as u, type LineOptions as v, type LinkOptions as w, type NetworkRecord as x, type NetworkRequest as y, type NetworkVerdict as z };

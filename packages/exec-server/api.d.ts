// The public surface, rolled up from the build. Update with `npm run api:update`.

// core.d.ts
import '@holdfast/exec-protocol';
export { A as AcceptOptions, b as AcceptedConnection, c as AnswerTransport, C as CapabilityFinder, d as CapabilityRoot, e as Child, f as ChildExit, g as ChildListener, h as ChildSpec, i as Clock, j as ConfinedFiles, k as Cookie, E as ExecutorConfig, F as FileBlock, l as FileBlocks, m as FilePlace, n as FileToOpen, o as FilesInside, H as HeldByServer, p as HttpHeader, q as HttpParty, r as HttpRequest, s as HttpResponse, t as HttpSender, L as Lifetimes, u as LogSpill, v as Logger, O as OsProcesses, w as OutputStream, S as Sandboxes, x as ServerCore, y as ServerCoreOptions, z as Shortage, T as Timer, B as createServerCore } from './core.js';
import './guardian.js';
import 'node:stream';
import '@holdfast/sandbox';

// core.d.ts
import { RootCapabilities, InstalledCapabilities, ParamsOf, environmentConfigRead, ResultOf, RequestSpec, fsOpen, SandboxReport, SandboxDenial, Transport, EnvironmentInfo } from '@holdfast/exec-protocol';
import { Readable } from 'node:stream';
import { G as Guardian } from './guardian.js';
import { OpenLaunch, SetUp, NetworkIntent, NetworkDecider, NetworkDecision, AppearedReport, OperatorCeiling, SandboxIntent } from '@holdfast/sandbox';

/** A timer that has been set. */
interface Timer {
    cancel(): void;
}
/** Time as the server sees it; tests move it by hand. */
interface Clock {
    /** Milliseconds that only ever rise. */
    now(): number;
    /** Calls `run` once, `delayMs` from now. Never keeps the program alive. */
    after(delayMs: number, run: () => void): Timer;
    /** Calls `run` once, after all input of this turn of the event loop. */
    nextTurn(run: () => void): void;
}

/** An absolute path in the bytes of the system: names on POSIX need not be UTF-8. */
type NativePath = Buffer;

/** Plugins and skills of the executor. */
interface CapabilityFinder {
    /** What lies below a directory; one that cannot be looked through says so. */
    below(root: CapabilityRoot): Promise<RootCapabilities>;
    /** What the Codex CLI has installed here. */
    installed(): Promise<InstalledCapabilities>;
}
/** A directory that a client asks about. */
interface CapabilityRoot {
    /** The client's own name for it. */
    readonly id: string;
    readonly path: NativePath;
}

/** Reads the whole of a regular file, following links, as whoever asks may. @throws ExecError `fileNotFound`, or why it cannot. */
type ReadConfined = (path: NativePath, limitBytes: number) => Promise<Uint8Array>;
/** Answers parts of the executor's configuration. */
interface ExecutorConfig {
    /**
     * @param readConfined Reads the files where something confines who asks; by default they are read as this program may.
     * @throws ExecError `configUnreadable`, naming the file and the place in it, and quoting nothing of it; `outcomeUnknown` as
     *   `readConfined`.
     */
    read(params: ParamsOf<typeof environmentConfigRead>, readConfined?: ReadConfined): Promise<ResultOf<typeof environmentConfigRead>>;
}

/** A piece of a file. */
interface FileBlock {
    readonly chunk: Uint8Array;
    /** Fewer bytes were there than asked for. */
    readonly eof: boolean;
}
/** A file that is open somewhere, for whoever reads and writes pieces of it. */
interface FileBlocks {
    read(offset: number, length: number): Promise<FileBlock>;
    write(offset: number, chunk: Uint8Array): Promise<void>;
    close(): Promise<void>;
}
/** What carries out requests inside of one sandbox. */
interface FilesInside {
    /** @throws ExecError as the request itself would fail; `outcomeUnknown` where the sandbox ended before it was answered. */
    request<S extends RequestSpec>(spec: S, params: ParamsOf<S>): Promise<ResultOf<S>>;
    /** Opens a file that is closed before the work is over. @throws ExecError as `request`. */
    openFile(file: FileToOpen): Promise<FileBlocks>;
}
/** Which file is opened in a sandbox, and how. */
type FileToOpen = Omit<ParamsOf<typeof fsOpen>, 'handleId' | 'keep' | 'sandbox'>;
/** A sandbox for requests. */
interface FilePlace {
    /**
     * Does `work` inside of the sandbox as it has to be now.
     * @param isLook It changes nothing, and so is done once more when the sandbox ends meanwhile.
     * @throws ExecError `sandboxUnsupported`, `limitExceeded` where the sandbox is not set up in time, or what `work` throws.
     */
    use<T>(isLook: boolean, work: (inside: FilesInside) => Promise<T>): Promise<T>;
    /** Opens a file inside, which keeps the sandbox until it is closed. @throws ExecError as `use`, or why it cannot be opened. */
    open(isLook: boolean, file: FileToOpen): Promise<FileBlocks>;
}
/** A session, of which only one uses a sandbox at a time. */
interface FileSession {
    /** Names it, and no other one. */
    readonly label: string;
    /** Whose it is. */
    readonly principal: string;
    /** Fires when nobody waits for its answers any more. */
    readonly ended: AbortSignal;
}
/** Confines file requests. */
interface ConfinedFiles {
    /** Ends all sandboxes, whatever they do, and waits until they are gone. What is asked of them then fails. */
    close(): Promise<void>;
    /**
     * Where a request is carried out; undefined where nothing confines it.
     * @param sandbox As the client sent it.
     * @param session Whose it is; the same object each time. When it ends, sandboxes that are set up for it end at once, and
     *   others when its requests have had `FILES_END_MS` more.
     * @throws ExecError `sandboxUnsupported` for an intent that is not understood.
     */
    placeOf(sandbox: Readonly<Record<string, unknown>> | null | undefined, session: FileSession): FilePlace | undefined;
}

/** One header as it is sent or came. */
interface HttpHeader {
    readonly name: string;
    readonly value: string;
    /** Its value holds something of the executor's own environment, which the client itself may not know. */
    readonly isFromEnvironment?: true;
}
/** A request that was checked: everything about it can be sent as it stands. */
interface HttpRequest {
    readonly method: string;
    /** Without user info, which has become a header. */
    readonly url: URL;
    readonly headers: readonly HttpHeader[];
    readonly body: Uint8Array | undefined;
    readonly timeoutMs: number | undefined;
    readonly followsRedirects: boolean;
}

/** The head of a response, and its body still to be read. */
interface HttpResponse {
    readonly status: number;
    /** In the order in which they came, names in lower case. */
    readonly headers: readonly HttpHeader[];
    /** Fails when the body does not come whole. Destroy it when it is not wanted. */
    readonly body: Readable;
}
/** Who sends a request: a session, and whose it is. */
interface HttpParty {
    readonly principal: string;
    /** Its label, which no other session has. */
    readonly session: string;
}
/** What sends requests of clients. */
interface HttpSender {
    /**
     * @param signal Gives the request up, its body as well.
     * @param party Whose place it takes, until the body is over; always the same object for one connection.
     * @throws ExecError `httpFailed` when no response comes; `limitExceeded` when there is no place for it; the reason of `signal`.
     */
    send(request: HttpRequest, signal: AbortSignal, party: HttpParty): Promise<HttpResponse>;
}

/** Structured lines: facts first, then the name of the event. Never argv, environment or bytes above debug. */
interface Logger {
    debug(facts: object, event: string): void;
    info(facts: object, event: string): void;
    warn(facts: object, event: string): void;
    error(facts: object, event: string): void;
}
/** How much is logged. */
type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** What marks the processes of one server. */
interface Cookie {
    /** What the guardian looks for: the part that no other server has. */
    readonly own: string;
    /** What the variable holds: the parts of all servers around this one, its own last. */
    readonly value: string;
}

/** Where a log puts what does not fit into memory. */
interface LogSpill {
    /** The lowest offset that can still be read. */
    readonly start: number;
    /** Copies bytes and returns their offset; undefined when there is no room for now. */
    append(bytes: Uint8Array): number | undefined;
    /** Fills `into` with what was appended at `offset`; false when some of it was given back, before or meanwhile. */
    read(offset: number, into: Uint8Array): Promise<boolean>;
    /** What lies before `offset` may go when there is need of room. */
    delivered(offset: number): void;
    /** What lies before `offset` goes. */
    discardBefore(offset: number): void;
    /** Gives everything back. */
    close(): Promise<void>;
}

/** A session, and whose it is. */
interface Party {
    readonly principal: string;
    /** Its label, which no other session has. */
    readonly session: string;
}

/** What stands between a child and the machine. */
interface Confinement {
    /**
     * Opens what the wrapper of one child needs; to be called when the child is about to be started.
     * @throws ExecError `sandboxUnsupported` when the file system is not what it was when this was planned; as its set-up.
     */
    open(): Promise<OpenLaunch>;
    /** What the start is the end of; whoever began it ends it. */
    readonly setUp: SetUp;
}
/** What to run, and exactly how: nothing of the server is added or inherited, and no text holds a NUL. */
interface ChildSpec {
    readonly argv: readonly string[];
    /** What the program sees as its own name; argv[0] when absent. */
    readonly arg0?: string;
    readonly cwd: string;
    /** The same path where it is not UTF-8; `cwd` only shows it then. */
    readonly cwdBytes?: Uint8Array;
    readonly env: Readonly<Record<string, string>>;
    readonly stdin: 'null' | 'pipe';
    /** The first entry of `env`, NAME=value, that no other child has: whatever carries it descends from this child. */
    readonly mark?: string;
    /** Runs it in a sandbox; without one it may do what the server may. */
    readonly confinement?: Confinement;
}
/** Where bytes of a child came from. */
type OutputStream = 'stdout' | 'stderr' | 'pty';
/** How a child ended. */
interface ChildExit {
    /** The code the process gave, or 128 + n when signal n ended it. */
    readonly exitCode: number;
    readonly signal: NodeJS.Signals | null;
}
/** What a child reports; no call is made before the promise of its spawn has settled. */
interface ChildListener {
    /** The bytes are overwritten once this returns. */
    onOutput(stream: OutputStream, bytes: Uint8Array): void;
    /** Once; everything that the process itself wrote has been handed to `onOutput` before. */
    onExit(exit: ChildExit): void;
    /** Once and last: the process has ended, and every output stream has ended or was cut. */
    onClosed(): void;
    /** At most once: nobody reads the child's stdin any more, found out by writing to it. */
    onStdinClosed(): void;
}
/** A running process that leads its own session and process group. */
interface Child {
    readonly pid: number;
    /** The groups that it and what is around it lead; a descendant in none of them has left it. */
    readonly groupIds: readonly number[];
    /** As in its spec; undefined in a sandbox, where everything descends from the wrapper and ends with it. */
    readonly mark: string | undefined;
    /** Stops reading, so that a child that goes on writing blocks; what it wrote at its end still arrives. */
    pauseOutput(): void;
    resumeOutput(): void;
    /** Writes in call order; `done` comes when the kernel took all bytes, which must not change until then. */
    writeStdin(bytes: Uint8Array, done: (error?: Error) => void): void;
    /** End of input after everything written so far; `done` as for a write. */
    endStdin(done: (error?: Error) => void): void;
    /** False when no process of the group was there to take the signal. */
    signalGroup(signal: NodeJS.Signals): boolean;
    /** False once the process has ended. */
    signalProcess(signal: NodeJS.Signals): boolean;
    /** Changes the size of the terminal; absent where there is none. */
    resize?(size: {
        readonly rows: number;
        readonly cols: number;
    }): void;
    /** What the kernel tells of the mounts of its sandbox; undefined where there is none any more. */
    mountTable?(): string | undefined;
    /** The server's ends of the output pipes that are still open. */
    outputPipes(): readonly number[];
    /** Reads what is there without waiting, then ends the streams; `onClosed` follows when the process has ended. */
    cutOutput(): void;
}

/** A network to be made for one process. */
interface NetworkOrder {
    readonly intent: NetworkIntent;
    /** Undefined where the lists alone decide. */
    readonly decide: NetworkDecider | undefined;
    /** Hears of each decision. */
    readonly onDecision: (decision: NetworkDecision) => void;
}

/** How one command is confined. */
interface Sandbox {
    /**
     * Starts the command, and plans its sandbox anew as often as files have changed meanwhile.
     * @param attempt Is given what confines it; undefined where it has the sandbox around this server. Leaves nothing behind where it fails.
     * @throws As `attempt` and `confine`.
     */
    start<T>(attempt: (confinement: Confinement | undefined) => Promise<T>): Promise<ConfinedStart<T>>;
}
/** A command that was started in its sandbox. */
interface ConfinedStart<T> {
    readonly started: T;
    /** Where the command may do less than was asked for. */
    readonly report: SandboxReport;
    /** Undefined where nobody can tell. */
    readonly aftermath: Aftermath | undefined;
}
/** What a sandbox is asked when its command has ended. */
interface Aftermath {
    readonly judge: DenialJudge;
    readonly look: AppearedLook;
    /** It is not asked any more. May be called twice. */
    readonly forget: () => void;
}
/**
 * What the sandbox has denied a command that failed, when it is its turn to be judged; undefined where it is not to blame. Never rejects.
 * @param output Tells the end of what the command has printed; called once, so that nothing of it is kept for those who wait.
 */
type DenialJudge = (exitCode: number, output: () => string) => Promise<SandboxDenial | undefined>;
/**
 * Looks for what has appeared while the command ran.
 * @throws the reason of the signal.
 */
type AppearedLook = (signal: AbortSignal) => Promise<AppearedReport>;

/** How a program of ours is confined. */
interface HelperSandbox {
    /** @param setUp Of the start. */
    readonly confinement: (setUp: SetUp) => Confinement;
    /** Equal for two sandboxes that are planned to show the same files and to allow the same. */
    readonly key: string;
    /** Whether the mounts that one sees are all that were planned. @param mountTable What the kernel tells of them. */
    isWhole(mountTable: string): boolean;
}
/** A command to be confined. */
interface ConfinedCommand {
    readonly intent: SandboxIntent;
    /** The managed network that it gets; undefined where the intent alone decides about its network. */
    readonly network: NetworkOrder | undefined;
    readonly child: ChildSpec;
    readonly hasTerminal: boolean;
    /** Names the process in the log. */
    readonly process: string;
    /** Who asks; sessions have their turns. */
    readonly party: Party;
    /** Whoever began it ends it. */
    readonly setUp: SetUp;
}
/** A program of ours to be confined, whose words are files that it needs. */
interface ConfinedHelper {
    readonly intent: SandboxIntent;
    /** Who asks; sessions have their turns. */
    readonly party: Party;
    readonly child: ChildSpec;
    /** Whoever began it ends it. */
    readonly setUp: SetUp;
}
/** Confines commands of this executor. */
interface Sandboxes {
    /** What the operator allows at most; undefined where peers decide alone. */
    readonly ceiling: OperatorCeiling | undefined;
    /**
     * How a child is confined. Looks at files, and makes the network that the child gets.
     * @throws ExecError `sandboxUnsupported` for what this executor cannot enforce; `limitExceeded` where too many of the session
     *   wait; SpawnError when there is nothing to run;
     *   as `setUp.check`. Nothing is left then.
     */
    confine(command: ConfinedCommand): Promise<Sandbox>;
    /**
     * The same for a program of ours, which only looks at what every sandbox has for itself. Its confinement has no set-up yet,
     * for it may not be needed.
     * @throws ExecError `sandboxUnsupported` also where what is inside could replace the program.
     */
    confineHelper(helper: ConfinedHelper): Promise<HelperSandbox>;
}

/** A process that has a pipe open. */
interface PipeHolder {
    readonly pid: number;
    /** The short name of its program, as the system keeps it. */
    readonly name: string;
}

/** What the operating system does with processes; the layers above know it by this alone. */
interface OsProcesses {
    /**
     * Starts a child, with a terminal where `terminal` gives its size.
     * @throws SpawnError with the reason why it could not be started.
     */
    spawn(spec: ChildSpec, terminal: {
        readonly rows: number;
        readonly cols: number;
    } | undefined, listener: ChildListener): Promise<Child>;
    /** Ends a child and all its descendants before this turn of the event loop is over, also what an ended child left behind. */
    kill(child: Child): void;
    /** Signals a running child and all its descendants. */
    signalTree(child: Child, signal: NodeJS.Signals): void;
    /** Who else has the output of a child open. */
    holdersOf(child: Child): readonly PipeHolder[];
    /** Ends everything that carries the cookie of a server. */
    killMarked(cookie: string): void;
}

/** A transport of a server, which also takes messages that were written out as bytes. */
interface AnswerTransport extends Transport {
    /** Whether answers leave also after the end of what arrives, as over stdio; default no. */
    readonly answersAfterEnd?: boolean;
    /** Queues one message, as its UTF-8. It must not change until `sent` is called, which comes once, also after the end. */
    sendBytes(message: Uint8Array, sent: () => void): void;
    /** Queues one message, as slices of its UTF-8, which must not change any more. */
    sendSlices(message: readonly Uint8Array[]): void;
}

/** What a machine may run out of. */
type ShortageKind = 'noDescriptors' | 'noProcesses' | 'noPipes';
/** Something failed because the machine has run out of something. */
interface Shortage {
    readonly shortage: ShortageKind;
    /** What was met, and the remedy. */
    readonly reason: string;
}
/** What the log is told. */
interface ShortageNotice extends Shortage {
    /** How often it was met since the last notice of this shortage, this time included. */
    readonly times: number;
}
/**
 * Tells an operator what the machine has run out of: at once, and then at most once a minute for each shortage, since on
 * a machine at its limits every start may meet it.
 */
declare class ShortageLog {
    #private;
    constructor(clock: Clock, tell: (notice: ShortageNotice) => void);
    met({ shortage, reason }: Shortage): void;
}

/** Everything that a server asks of the world outside of it. */
interface ServerCoreOptions extends Lifetimes {
    readonly clock: Clock;
    /** What the operating system does with processes. */
    readonly processes: OsProcesses;
    /** What `environment/info` answers. */
    readonly environment: EnvironmentInfo;
    /** The server's own environment, from which `envPolicy` picks. */
    readonly env: Readonly<Record<string, string>>;
    /** What `environmentConfig/read` answers. */
    readonly config: ExecutorConfig;
    /** What `capabilityRoots/discoverV1` and `capabilities/discoverV2` answer. */
    readonly capabilities: CapabilityFinder;
    /** Sends HTTP requests for clients. */
    readonly http: HttpSender;
    readonly logger: Logger;
    /** Is told of every process that runs. */
    readonly guardian: Pick<Guardian, 'watch' | 'forget'>;
    /** Makes a place for the output of one process that fits into no memory. */
    readonly spill: {
        open(onRoom: () => void): LogSpill;
    };
    /** Is told when the machine has run out of something. */
    readonly shortages: Pick<ShortageLog, 'met'>;
    /** What marks the processes of this server. */
    readonly cookie: Cookie;
    /** Confines the processes that ask for it, or all where the operator does. */
    readonly sandboxes: Sandboxes;
    /** Confines the file requests that ask for it, or all where the operator does. */
    readonly confinedFiles: ConfinedFiles;
}
/** How long what is left alone stays. */
interface Lifetimes {
    /** A session without a connection; default 80 s. With 0 a session ends with its connection. */
    readonly sessionTtlMs?: number | undefined;
    /** A process that has closed and whose events were delivered; default 80 s. */
    readonly closedProcessTtlMs?: number | undefined;
    /** A connection whose client is silent, pongs included; default 10 minutes. */
    readonly silenceMs?: number | undefined;
}
/** What is known of a client before it has said anything. */
interface AcceptOptions {
    /** False where a lost carrier cannot be replaced by another one, as with stdio: the session ends with it. */
    readonly isResumable: boolean;
}
/** A connection that was accepted. */
interface AcceptedConnection {
    /** Settles when the carrier has gone, and with it all that hung on it. */
    readonly ended: Promise<void>;
}
/** What a server has in its hands; all of it is zero when nobody uses it and nothing has to be kept any more. */
interface HeldByServer {
    readonly connections: number;
    readonly sessions: number;
    /** Running, or closed and still readable. */
    readonly processes: number;
    /** Output in memory, in bytes. */
    readonly logBytes: number;
}
/** A server without sockets and without an operating system. */
interface ServerCore {
    readonly held: HeldByServer;
    /** Serves one client. @param principal Whom its credential stands for. */
    accept(transport: AnswerTransport, principal: string, options: AcceptOptions): AcceptedConnection;
    /** Ends all connections, sessions and processes, and waits until they are gone. */
    close(): Promise<void>;
}
/**
 * The server itself: everything between transports and the operating system, which are handed in.
 * @throws RangeError for a lifetime that is none.
 */
declare function createServerCore(options: ServerCoreOptions): ServerCore;

export { type AcceptOptions as A, createServerCore as B, type CapabilityFinder as C, type ExecutorConfig as E, type FileBlock as F, type HeldByServer as H, type Lifetimes as L, type OsProcesses as O, type Sandboxes as S, type Timer as T, type LogLevel as a, type AcceptedConnection as b, type AnswerTransport as c, type CapabilityRoot as d, type Child as e, type ChildExit as f, type ChildListener as g, type ChildSpec as h, type Clock as i, type ConfinedFiles as j, type Cookie as k, type FileBlocks as l, type FilePlace as m, type FileToOpen as n, type FilesInside as o, type HttpHeader as p, type HttpParty as q, type HttpRequest as r, type HttpResponse as s, type HttpSender as t, type LogSpill as u, type Logger as v, type OutputStream as w, type ServerCore as x, type ServerCoreOptions as y, type Shortage as z };

// guardian.d.ts
/** Sees to it that nothing which this server started outlives it, however it dies. */
interface Guardian {
    /** The number of the process that watches now; undefined while there is none. */
    readonly pid: number | undefined;
    /** A process was started as leader of a session; the guardian is told a moment later. */
    watch(pid: number): void;
    /** The process was reaped. What is left of its group stays watched. */
    forget(pid: number): void;
    /** Ends the watch without touching anything, in order; settles when the guardian is gone. */
    close(): Promise<void>;
}
/** A guardian died or could not be started. Without one, processes may outlive a server that is killed. */
interface GuardianFailure {
    readonly reason: string;
    /** When the next one is started. */
    readonly restartInMs: number;
}

export type { Guardian as G, GuardianFailure as a };

// guardian.d.ts
import { a as GuardianFailure } from './guardian.js';

/** Watches over what one program starts. */
interface OwnGuardian {
    /** What this program has to put into the environment of everything that must not outlive it. */
    readonly environment: Readonly<Record<string, string>>;
    /** Ends the watch without touching anything; settles when the guardian is gone. */
    close(): Promise<void>;
}
/**
 * Starts a guardian for this program: however it dies, what carries the environment ends with it, and so do its descendants.
 * @param onFailure Is told when a guardian ended, or could not be started; until the next one there is none.
 */
declare function startOwnGuardian(onFailure: (failure: GuardianFailure) => void): OwnGuardian;

export { type OwnGuardian, startOwnGuardian };

// index.d.ts
import { L as Lifetimes, a as LogLevel } from './core.js';
import { Readable, Writable } from 'node:stream';
import { OperatorCeiling } from '@holdfast/sandbox';
import '@holdfast/exec-protocol';
import './guardian.js';

/** Where and how much output is spilled to disk; beyond it processes wait for their readers. */
interface SpillSettings {
    /** A directory on a disk, in which the server makes a private one; default `/var/tmp`. */
    readonly directory?: string;
    /** For one process; default 256 MiB. */
    readonly processBytes?: number;
    /** For all processes; default 4 GiB. */
    readonly serverBytes?: number;
}
/** How a server is set up. */
interface ExecServerOptions extends Lifetimes {
    /** `ws://IP:PORT` on loopback, `unix:PATH` or `stdio`; default `ws://127.0.0.1:0`, a free port. */
    readonly listen?: string;
    /** The capability token that WebSocket clients must show; default a fresh one, null to let everybody in. */
    readonly token?: string | null;
    /** The file that it was read from, if any: no sandbox that restricts files shows it. */
    readonly tokenFile?: string | undefined;
    /** Names that the `Host` header may have besides IP addresses and localhost. */
    readonly allowedHosts?: readonly string[];
    /** How much is logged to stderr; default `info`. */
    readonly logLevel?: LogLevel;
    /** Where output goes that nobody has read yet and that fits into no memory. */
    readonly spill?: SpillSettings;
    /** The most that any process may do, as `parseCeiling` reads it; default whatever its client allows. */
    readonly sandboxCeiling?: OperatorCeiling | undefined;
    /**
     * Where this server runs inside of a sandbox of its system in which there can be no other: whether commands that are to be
     * confined have that one, instead of being refused; default false.
     */
    readonly inheritsOuterSandbox?: boolean | undefined;
    /** The streams that `stdio` uses; default those of this program. */
    readonly stdio?: {
        readonly input: Readable;
        readonly output: Writable;
    };
}
/** A running server. */
interface ExecServer extends AsyncDisposable {
    /** What clients dial, token included; undefined on stdio. */
    readonly url: string | undefined;
    /** Settles when a stdio server's input has ended and its processes with it; never for other servers. */
    readonly ended: Promise<void>;
    /** Ends all connections and all processes; waits until they are gone. */
    close(): Promise<void>;
}
/**
 * Starts a server on this machine: puts the core between a transport and the operating system.
 * @throws RangeError for a listen URL that is not understood and for a lifetime that is none; Error for a ceiling with an inherited
 *   sandbox, and from the system when it cannot be had.
 */
declare function createExecServer(options?: ExecServerOptions): Promise<ExecServer>;

/** Where a server listens unless told otherwise: loopback, a free port. */
declare const DEFAULT_LISTEN_URL = "ws://127.0.0.1:0";

export { DEFAULT_LISTEN_URL, type ExecServer, type ExecServerOptions, Lifetimes, LogLevel, type SpillSettings, createExecServer };

// The public surface, rolled up from the build. Update with `npm run api:update`.

// index.d.ts
import { Transport, TransportClosed } from '@holdfast/exec-protocol';

/** How the server under test is reached. */
interface Carrier {
    /** Makes a connection on which nothing has been said. */
    dial(): Promise<Transport>;
    /** Whether a second connection reaches the same server; false where each dial starts one, as over stdio. */
    readonly canReconnect: boolean;
}

/** What an error object says. */
interface WireError {
    readonly code: number;
    readonly message: string;
    readonly data?: unknown;
}
/** A message as it came. */
interface Message {
    readonly id?: number | string | null;
    readonly method?: string;
    readonly params?: Readonly<Record<string, unknown>>;
    readonly result?: unknown;
    readonly error?: WireError;
}
/** An answer: one of the two. */
interface Answer {
    readonly result?: unknown;
    readonly error?: WireError;
}

/** What a process did, put together from its notifications. */
interface Run {
    readonly stdout: string;
    readonly stderr: string;
    readonly pty: string;
    readonly exitCode: unknown;
    /** Method names, in the order in which they came. */
    readonly methods: readonly string[];
}

/** A client that knows JSON and ids and nothing else of the protocol, so that it can break all of it. */
declare class WireClient {
    #private;
    /** How the connection ended. */
    readonly closed: Promise<TransportClosed>;
    constructor(transport: Transport);
    /** Messages that have come and that nobody has asked for. */
    get unread(): readonly Message[];
    /** Sends a text as it is, or an object as JSON. */
    send(message: object | string): void;
    notify(method: string, params?: unknown): void;
    /** Sends a request and waits for its answer; other messages stay for `next`. */
    request(method: string, params?: unknown, withinMs?: number): Promise<Answer>;
    /** Sends a request, and tells its id before its answer comes. */
    ask(method: string, params?: unknown, withinMs?: number): {
        readonly id: number;
        readonly answer: Promise<Answer>;
    };
    /** The first message not taken yet that matches, here or still to come. */
    next(what: string, matches?: (message: Message) => boolean, withinMs?: number): Promise<Message>;
    /** Waits until the server has ended the connection. */
    ended(withinMs?: number): Promise<TransportClosed>;
    /** Ends the connection without a word. */
    cut(): Promise<void>;
}

/** Members of `process/start` beside argv, instead of those that work as they are. */
type StartChanges = Readonly<Record<string, unknown>> & {
    readonly processId?: string;
};
/** A connection whose handshake is over, and what it takes to run processes on it. */
declare class Session {
    #private;
    readonly client: WireClient;
    /** What `initialize` answered. */
    readonly greeting: Readonly<Record<string, unknown>>;
    constructor(client: WireClient, greeting: Readonly<Record<string, unknown>>);
    get id(): string;
    request(method: string, params?: unknown, withinMs?: number): Promise<Answer>;
    /** Starts a program that is meant to start; its answer must be right. @returns the process id. */
    start(argv: readonly string[], { processId, ...changes }?: StartChanges): Promise<string>;
    /** Starts a shell script. */
    script(text: string, changes?: StartChanges): Promise<string>;
    /** Asks for a start that may be refused. Whatever `changes` leaves out works as it is. */
    tryStart(changes: Readonly<Record<string, unknown>>): Promise<Answer>;
    /** Starts a shell script and waits for its end. */
    run(text: string, changes?: StartChanges): Promise<Run>;
    /** Waits for the end of a process, and checks the numbers of its events. */
    finish(processId: string): Promise<Run>;
    /** All events of a process from the next one to `closed`, in the order in which they came. */
    events(processId: string): Promise<Message[]>;
    /** The next notification of a name about a process. */
    event(method: string, processId: string): Promise<Message>;
    /** Waits until the output contains a text. @returns what came until then. */
    outputUntil(processId: string, text: string): Promise<string>;
    write(processId: string, writeId: string, text: string): Promise<Answer>;
    read(processId: string, changes?: Readonly<Record<string, unknown>>): Promise<Answer>;
    /** Ends what was started here and the connection; nothing of a case stays on the server. */
    dispose(): Promise<void>;
}

/** What a server said of itself at the first handshake, and what the carrier can do. */
interface Facts {
    /** Extensions that it grants, by name. */
    readonly extensions: Readonly<Record<string, number>>;
    /** Whether a second connection reaches the same server. */
    readonly canReconnect: boolean;
    /** Whether a process that inherits the server's PATH finds `node` there. */
    readonly hasNode: boolean;
    /** Whether it starts processes in a sandbox and tells of that, under the extension of that name. */
    readonly hasSandbox: boolean;
}
/** The server under test, as one case sees it. Every connection made through it ends with the case. */
declare class Executor {
    #private;
    readonly facts: Facts;
    /** A directory on the executor that belongs to this run, as a `file:` URI without a slash at its end. */
    readonly workspace: string;
    constructor(carrier: Carrier, facts: Facts, workspace: string);
    /** A connection on which nothing has been said. */
    dial(): Promise<WireClient>;
    /** A connection with a session; a new one unless `params` names one to resume. */
    session(params?: Readonly<Record<string, unknown>>): Promise<Session>;
    /** A session with one extension agreed on. */
    with(...extensions: readonly string[]): Promise<Session>;
    /** Takes a session over; the server may need a moment to notice that its last connection is gone. */
    resume(resumeSessionId: string): Promise<Session>;
    dispose(): Promise<void>;
}

/** One thing that an exec server does, tried from outside. */
interface ConformanceCase {
    /** Stable; `area/what`. */
    readonly id: string;
    /** The method that it is about; `connection` where it is about none. */
    readonly method: string;
    readonly title: string;
    /** Why this server cannot be tried, if so. */
    readonly cannot?: ((facts: Facts) => string | undefined) | undefined;
    /** @throws when the server does something else. */
    run(executor: Executor): Promise<void>;
}

/** Every case, in the order in which they are tried. */
declare const CONFORMANCE_CASES: readonly ConformanceCase[];

/** A server did something else than a case says. */
declare class Mismatch extends Error {
    readonly name = "Mismatch";
}

/** How one case went. */
interface CaseResult {
    readonly id: string;
    readonly method: string;
    readonly title: string;
    readonly verdict: 'passed' | 'failed' | 'skipped';
    /** What was expected and what came instead; or why the case was not tried. */
    readonly reason?: string;
    readonly durationMs: number;
}
/** Which cases to try, and who hears of them. */
interface ConformanceOptions {
    /** Only cases whose id this accepts. Default: all. */
    readonly filter?: (id: string) => boolean;
    /** Called after each case. */
    readonly onResult?: (result: CaseResult) => void;
    /** Stops before the next case. */
    readonly signal?: AbortSignal;
}
/**
 * Tries every case against a server, one after the other, each on connections of its own.
 *
 * Processes that the cases start run on the server's machine: `/bin/sh` and the POSIX tools must be there, and a
 * directory is made below its temporary directory and removed at the end. Cases of `http/request` start their HTTP server with the
 * `node` on the server's PATH, and are skipped without one.
 *
 * @throws Mismatch when the server does not even shake hands; the error of the carrier when it cannot be reached.
 */
declare function runConformance(carrier: Carrier, { filter, onResult, signal }?: ConformanceOptions): Promise<readonly CaseResult[]>;

export { CONFORMANCE_CASES, type Carrier, type CaseResult, type ConformanceCase, type ConformanceOptions, Executor, type Facts, Mismatch, runConformance };

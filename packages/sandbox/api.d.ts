// The public surface, rolled up from the build. Update with `npm run api:update`.

// index.d.ts
import { S as SandboxPlan, H as HostFacts, N as NetworkProtocol, R as RefusalReason, a as NetworkAnswer, b as RuleOrigin, c as HostRules, d as SandboxIntent, e as NetworkDecider, P as Placeholder, F as FileIdentity, M as MountStep, f as MountPrograms, g as SetUp, L as LaunchPlan, h as RepositoryFinder, i as PatternFinder, C as CeilingSource, j as NormalisedPolicy } from './limits.js';
export { A as Access, k as Aside, l as FileFacts, m as FileView, G as GlobMatch, n as GlobMatches, o as GlobScan, p as HostRule, q as NO_OPERATOR, r as Narrowing, s as NetworkQuestion, O as OperatorCeiling, t as PathRule, u as PlanOptions, v as PlannedDescriptor, w as PolicyNote, x as SANDBOX_START_MS, y as SandboxedCommand, z as ScanTarget, B as ScannedTree, D as SearchedRoot, E as SetUpClock, I as SetUpOptions, J as SetUpStep, K as ceilingSource, Q as parseCeiling, T as parseHostRules, U as planSandbox } from './limits.js';
import { SandboxDenial, ExecError } from '@holdfast/exec-protocol';
import { Socket } from 'node:net';
import { ChildProcess } from 'node:child_process';
import { Writable, Readable } from 'node:stream';
import 'zod';

/** What kind of thing has appeared. */
type AppearedKind = 
/** A repository that was not there: its hooks and config are as somebody left them. */
'repository'
/** Something that the start kept as it was, or missing: what kept it was removed by somebody outside. Or what is in the place of a link, which nothing kept. */
 | 'protectedName'
/** A link in the directory of a repository, by which git outside writes elsewhere. */
 | 'gitLink'
/** Something in the directory of a repository, or named by its config, by which git outside writes elsewhere, runs what it says, or waits for ever. */
 | 'gitState';
/** What programs outside run, or write by, and what has come up while a command ran, so that nothing protected it. */
interface Appeared {
    readonly kind: AppearedKind;
    /** Absolute. */
    readonly path: string;
    /** In words: what it is, what a program outside does with it, and what helps. */
    readonly text: string;
}
/** All that has appeared while one command ran, by whomever. */
interface AppearedReport {
    /** At most `MAX_APPEARED`. */
    readonly found: readonly Appeared[];
    /** How much more there is. */
    readonly more: number;
}

/** What of a plan tells what there was. */
type LookedAfterPlan = Pick<SandboxPlan, 'policy' | 'searched' | 'missingPrograms'> & Partial<Pick<SandboxPlan, 'madeMs'>>;
/**
 * What has come up while a command ran that nothing protected: repositories, names that were kept from being created, and what in the
 * directories of repositories leads git outside elsewhere. Who has made it is not known: everybody who may write there could have.
 * @param since Before its plan was begun, in milliseconds since 1970. The clock by which files are stamped lags by less than that takes.
 * @throws The reason of the signal.
 */
declare function findAppeared(plan: LookedAfterPlan, host: Pick<HostFacts, 'repositories' | 'files'>, since: number, signal?: AbortSignal): Promise<AppearedReport>;

/** A program, and where it runs. */
interface CommandToRun {
    readonly argv: readonly [string, ...string[]];
    /** Absolute. */
    readonly cwd: string;
    /** All of its variables. */
    readonly env: Readonly<Record<string, string>>;
}

/** Where an address is, seen from this machine; `nowhere` when there is no way to it. */
type Place = 'here' | 'elsewhere' | 'nowhere';

/** Names that must not be asked for, though one that may be asked for can stand for them. */
interface NameDenial {
    /** The same wherever the same names are covered. */
    readonly key: string;
    /** @param name As it would be asked for. */
    covers(name: string): boolean;
}
/** The addresses of a name, or what it might have stood for first, had that been asked for: nothing else was found. */
type Found = readonly string[] | {
    readonly denied: string;
};
/**
 * Finds the addresses of a name; none where it has none, or none was found when the signal fired. It ends soon after that,
 * and whatever it has begun ends with it.
 */
type LookUp = (name: string, signal: AbortSignal, denial?: NameDenial) => Promise<Found>;

/** What a name stands for, or that its network has too many others to be found first. */
type Resolution = Found | 'too_many_lookups';
/** Finds the names that one network asks for. */
interface NetworkNames {
    /**
     * The addresses of a name; none where it has none, or none was found in time. Never fails.
     * @param signal Fires when whoever asks does not want to know any more.
     * @param denial What must not be asked for although the name stands for it; default nothing.
     */
    resolve(name: string, signal: AbortSignal, denial?: NameDenial): Promise<Resolution>;
}
/**
 * The lookups of all networks of one server. So many are under way at a time, for each network and for all; of those that
 * wait, the next is of the network that has the fewest. So whoever has many names that nobody answers for waits for
 * himself.
 */
declare class Lookups {
    #private;
    /** @param lookUp Finds one name; default as this machine finds it. */
    constructor(lookUp?: LookUp);
    /** A share in them, for one network. */
    share(): NetworkNames;
}

/** The network that a sandbox has no part in. */
interface Outside extends NetworkNames {
    /** Connects to an address; it is never resolved. Rejects when that fails or the signal is given. */
    connect(address: string, port: number, signal: AbortSignal): Promise<Socket>;
    /**
     * Where connections to addresses, in canonical form, would lead, for each of them.
     * @param signal Ends it.
     * @throws The reason of the signal, and nothing else.
     */
    locate(addresses: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, Place>>;
}

/** One request, as it came. */
interface NetworkCaller {
    readonly protocol: NetworkProtocol;
    /** Of HTTP; undefined elsewhere. */
    readonly method?: string | undefined;
    /** The end of the connection inside, `ADDRESS:PORT`. */
    readonly client?: string | undefined;
}
/** What was decided about one request; the record that a refusal is explained from. */
interface NetworkDecision extends NetworkCaller {
    readonly time: Date;
    readonly decision: 'allow' | 'deny';
    /** Canonical; where it is no host, its start as it was written. Undefined when the request named none. */
    readonly host: string | undefined;
    readonly port: number | undefined;
    /** Why it was refused, or would have been if nobody had been asked. */
    readonly reason: RefusalReason | undefined;
    /** What was said of it by whoever was asked; undefined where the lists decided. */
    readonly answer?: NetworkAnswer | undefined;
    /** The line of the lists that decided. */
    readonly rule: string | undefined;
}

/** A command that has failed in its sandbox. */
interface FailedCommand {
    /** 128 + n after signal n. */
    readonly exitCode: number;
    readonly cwd: string;
    /** The end of what it has printed. */
    readonly output: string;
    /** What the proxy of its managed network has refused it, the newest first; default nothing. */
    readonly refusals?: readonly NetworkDecision[];
}
/** What of a plan decides whether it is to blame. */
type JudgedPlan = Pick<SandboxPlan, 'policy' | 'decisions' | 'hosts'>;
/**
 * Decides whether the sandbox made a command fail, and what it has denied; undefined when nothing says so.
 * @param mayWrite Whether the executor itself may write a path: what it may not do either, no sandbox has denied.
 */
declare function judgeDenial(command: FailedCommand, plan: JudgedPlan, { files, mountTable }: Pick<HostFacts, 'files' | 'mountTable'>, mayWrite: (path: string) => boolean): SandboxDenial | undefined;

/** Both phases as plain data, for `JSON.stringify`. The environment of the command is left out: it may hold secrets. */
declare function explainAsJson({ policy, narrowed, hosts, mounts, launch }: SandboxPlan): object;
/**
 * Both phases in words, one thing a line.
 * @param shown Makes a line fit for where it is shown, for there are names in it that a command may have chosen.
 * @param described Names who is behind a rule; default by the member of the intent or the ceiling.
 */
declare function explainInWords({ policy, narrowed, hosts, mounts, launch }: SandboxPlan, shown: (line: string) => string, described?: (origin: RuleOrigin) => string): string;

/** The file system is not what it was when a plan looked at it; one that is made now knows what is there. */
declare class StalePlan extends ExecError {
    /** What has happened, without what can be done about it. */
    readonly problem: string;
    /** Where it has; undefined where nobody can name that. */
    readonly path: string | undefined;
    /** @param subject A canonical path, or what it was in words. @param origin What asked for it. */
    constructor(subject: string, change: 'has gone' | 'was replaced' | 'was moved' | 'was closed' | 'came up' | 'could not be opened' | 'could not be closed', origin?: string, options?: ErrorOptions);
}

/** What a peer asks of the network of one process, as far as it is more than `restricted` or `enabled`. */
interface NetworkIntent {
    readonly rules: HostRules;
    /** The proxy that leads to the hosts of the rules; null where the rules name nothing but ports of this machine. */
    readonly proxy: {
        readonly servesSocks: boolean;
    } | null;
    /** How long the peer may take to decide about a host that no rule names; undefined where it does not want to. */
    readonly decisionTimeoutMs: number | undefined;
}
/** The three members of a start that speak of a managed network, as they came over the wire. */
interface NetworkMembers {
    readonly enforceManagedNetwork?: boolean | undefined;
    readonly managedNetwork?: unknown;
    readonly networkProxy?: unknown;
}
/**
 * Reads what a start says of a managed network. Undefined where it asks for none.
 * @param env Of the process: variables that name a proxy on this machine open its port.
 * @throws ExecError `sandboxUnsupported`, naming the member and the remedy.
 */
declare function parseNetworkIntent({ enforceManagedNetwork, managedNetwork, networkProxy }: NetworkMembers, env: Readonly<Record<string, string>>): NetworkIntent | undefined;

/**
 * Reads the `sandbox` object as it came over the wire.
 * @throws ExecError `sandboxUnsupported`, naming each member that is not understood and what it may be.
 */
declare function parseIntent(sandbox: unknown): SandboxIntent;

/**
 * What a command of this machine may do. Paths may be relative to the working directory of this program, and `..` in them leads where
 * it leads every program: out of what a link before it leads to.
 */
interface PlainPermissions {
    /** What may be written, with all below; default nothing. */
    readonly write?: readonly string[];
    /** What can only be read, below what may be written or what cannot be read; what is missing there stays missing. Default nothing. */
    readonly read?: readonly string[];
    /** What can be neither read nor written; default nothing. */
    readonly deny?: readonly string[];
    /** Default `off`. */
    readonly network?: 'on' | 'off';
}
/**
 * The intent behind permissions in short: everything can be read, and nothing written but what is named.
 * @throws ExecError `sandboxUnsupported` for an empty path, which would stand for the working directory, and for one with `..` behind
 *   something that is missing or no directory.
 */
declare function plainIntent({ write, read, deny, network, }: PlainPermissions): SandboxIntent;

/** A process by number and start time, which together name it for good. */
interface NamedProcess {
    readonly pid: number;
    /** In clock ticks since boot, as text: it is only ever compared. */
    readonly startTime: string;
}

/** A place for one connection among those that several networks share; what it returns gives that back. Undefined where there is none. */
type TakePlace = () => (() => void) | undefined;

/** A network that holds nothing but what its rules allow, for one sandbox. */
interface ManagedNetwork {
    /** What a program is started through to be in it. */
    readonly entrance: readonly [string, ...string[]];
    /** An environment with the variables through which programs find the proxy, where there is one. */
    environment(env: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
    /** Ends every connection; nothing can be reached any more. */
    close(): void;
}
/** What a managed network is made of. */
interface ManagedNetworkOptions {
    /** The absolute path of bubblewrap. */
    readonly bwrap: string;
    readonly rules: HostRules;
    /**
     * Where programs find the hosts of the rules. Default a proxy that speaks HTTP and SOCKS 5; null for none, so that only
     * the ports of this machine that the rules name are there.
     */
    readonly proxy?: {
        readonly servesSocks: boolean;
    } | null;
    /** Is asked about every request that no rule names; default nobody, and it is refused. */
    readonly decide?: NetworkDecider | undefined;
    /** Called for each request, allowed or not. */
    readonly onDecision: (decision: NetworkDecision) => void;
    /** Called with what went wrong for each connection that was closed because it could not be served. */
    readonly onFault: (error: unknown) => void;
    /** What finds names, for all networks of one server; default one of its own. */
    readonly lookups?: Lookups;
    /** Is asked for a place for each connection; one that has none is closed, and refused as one too many. Default there is always one. */
    readonly takePlace?: TakePlace | undefined;
    /** Default the network of this machine, with names that `lookups` finds. */
    readonly outside?: Outside;
    /** Stops the wait for it. */
    readonly signal?: AbortSignal;
}
/**
 * Opens the network of one sandbox. Never share it: decisions are attributed to whoever is inside.
 * @throws ExecError `sandboxUnsupported` when this machine cannot make one, or the rules open an address of it without a port;
 *   `noDescriptors` when this process has none left for it.
 */
declare function openManagedNetwork({ bwrap, rules, proxy: settings, decide, onDecision, onFault, lookups, takePlace, outside, signal, }: ManagedNetworkOptions): Promise<ManagedNetwork>;

/** Placeholders that one launch holds. */
interface HeldPlaceholders {
    /** What stands at each of their paths. */
    readonly made: ReadonlyMap<string, FileIdentity>;
    /** Removes those that nobody else holds; may be called twice. */
    release(): void;
}
/**
 * Where the records of a user go. It does not depend on the environment: a command that is confined under one environment could
 * otherwise write the records that are believed under another.
 */
declare function placeholderFolder(uid: number): string;
/**
 * Makes what stands at missing paths while sandboxes run, and removes it again. A record on disk says who holds what:
 * one sandbox never removes what another one has mounted over, and the next start removes what a killed one left. What a
 * start costs does not depend on how many sandboxes there are elsewhere.
 */
declare class PlaceholderStore {
    #private;
    /**
     * @param folder A directory for the records. No sandbox may see it.
     * @param tell Is told of each record that is not believed.
     * @param mark Names this process for good; default by its number and start.
     */
    constructor(folder: string, tell: (problem: string) => void, mark?: () => string);
    /**
     * Where the records are. It is made if it is missing, for it may have been cleaned away: what is not there cannot be
     * hidden from a sandbox, which could then make it and write records of its own.
     * @throws ExecError `sandboxUnsupported` when it cannot be made, or somebody else could have put something there.
     */
    secureFolder(): string;
    /**
     * Makes the placeholders of one launch. The first time it removes those of processes that have died. Where another process
     * is about to remove what is needed, it waits for that.
     * @param signal Ends the wait.
     * @throws ExecError `sandboxUnsupported` when one cannot be made; the reason of the signal. Then none of them is left.
     */
    hold(placeholders: readonly Placeholder[], signal?: AbortSignal): Promise<HeldPlaceholders>;
    /** The paths of what is in a directory for sandboxes alone. What has content by now is not, whatever any record says. */
    placeholdersIn(directory: string): ReadonlySet<string>;
}

/** What a sandbox is to have mounted. */
interface MountOrders {
    readonly mounts: readonly MountStep[];
    /** What opens those that may be written; undefined where there are none. */
    readonly opening?: MountPrograms | undefined;
}

/** What the wrapper told on its status pipe. */
interface WrapperStatus {
    /** The first process of the sandbox, as the host numbers it; undefined when the wrapper failed before. */
    readonly childPid: number | undefined;
    /** The inode of the namespace of processes that the command is in. */
    readonly pidNamespace: number | undefined;
    /** The command's exit code, 128 + n after signal n. Undefined when it never ran or the wrapper was killed. */
    readonly exitCode: number | undefined;
}

/** Which of a wrapper's streams is which. */
interface WrapperPipes {
    readonly status: number;
    readonly environment: number;
    readonly ready: number;
    /** Undefined where the host is taken to be read-only. */
    readonly seal?: number | undefined;
    /** Undefined where nothing is opened. */
    readonly namespace?: number | undefined;
    /** Undefined where the command may run in whatever its directory is by then. */
    readonly place?: number | undefined;
}
/** What a wrapper is to do, and what must be mounted where before the command runs. */
interface WrapperOrders extends MountOrders {
    /** Words of its own, which set the environment of the command. */
    readonly environment: readonly string[];
    /** Which directory the command must be in; default whichever it comes to. */
    readonly cwd?: FileIdentity | undefined;
}
/** What is watched of a wrapper's process. */
type WatchedProcess = Pick<ChildProcess, 'pid' | 'stdio' | 'exitCode' | 'signalCode' | 'once'>;
/** The pipes between this program and one wrapper, and what becomes of its sandbox. */
declare class WrapperWatch {
    #private;
    /** Settles with true when the sandbox is set up and the command about to run, with false when the wrapper has failed. */
    readonly ready: Promise<boolean>;
    /**
     * Settles when the wrapper and all that ran inside have ended; what outlives the wrapper is ended. Not before: until then
     * the command may be at work, whatever the wrapper has told.
     */
    readonly gone: Promise<void>;
    /** The same with true; with false when something is left `SANDBOX_END_MS` after the end of the wrapper. */
    readonly over: Promise<boolean>;
    constructor(child: WatchedProcess, pipes: WrapperPipes, orders: WrapperOrders);
    /** What it has told so far; all that it will tell once it has ended. */
    get status(): WrapperStatus;
    /** The first process of the sandbox; undefined until the wrapper has told of it. */
    get first(): NamedProcess | undefined;
    /**
     * Settles with the command's process when it runs; with undefined when the wrapper has ended before that was seen.
     * @param setUp What this is the end of. @throws StalePlan where something was mounted elsewhere than planned, for a name has led
     *   there meanwhile; as `setUp.check`. The sandbox has then been ended.
     */
    running(setUp?: SetUp): Promise<NamedProcess | undefined>;
    /** Signals the command. @returns false when it does not run. */
    signalCommand(signal: NodeJS.Signals): boolean;
}

/** A plan that is ready to be started: with everything open that it names, and in place what it needs. */
interface OpenLaunch {
    readonly program: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    /** What follows the standard three in `stdio` of `spawn`. */
    readonly stdio: readonly (number | 'pipe')[];
    /** Whether the command gets the standard error of this program, and that of the wrapper is for its own complaints. */
    readonly hasOwnErrors: boolean;
    /** To be called at once when `spawn` has returned: hands over what the wrapper waits for. */
    watch(child: WatchedProcess): WrapperWatch;
    /** To be called when its `WrapperWatch` says that all is gone, or when it was never started. May be called twice. Holds nothing of the plan. */
    readonly ended: () => void;
}
/** What a launch may be given. */
interface LaunchOptions {
    /** For a plan that needs a managed one; it must stay open while the command runs. */
    readonly network?: Pick<ManagedNetwork, 'entrance' | 'environment'> | undefined;
    /** What this is a part of; default nothing, so that the wait for other sandboxes has a limit of its own. */
    readonly setUp?: SetUp;
}
/**
 * Opens what a plan needs. Start it from the main thread only: the sandbox ends with the thread that started it.
 * @throws StalePlan when the file system has changed since the plan was made; as `setUp.check`.
 */
declare function openLaunch(plan: LaunchPlan, store: PlaceholderStore, { network, setUp }?: LaunchOptions): Promise<OpenLaunch>;

/**
 * Where servers of a user keep output that fits into no memory. All of them share it, so that each sandbox hides that of all.
 * @param uid In this user namespace; the folder of its root has the number outside of it, for root of the machine is somebody else.
 * @param directory On a disk, as a canonical path; default `/var/tmp`.
 */
declare function spillFolder(uid: number, directory?: string): string;
/**
 * Makes a directory that no sandbox may see, if it is missing: what is not there cannot be hidden from a sandbox, which could
 * then make it and see all that is put there later.
 * @returns false where nobody with the rights of this program can make it, and so no command can either.
 * @throws ExecError `sandboxUnsupported` when it cannot be made, or somebody else could have put something there.
 */
declare function secureOwnFolder(folder: string): boolean;

/** How the wrapper of a sandbox is started. */
interface WrapperStart {
    /** What the start is the end of. */
    readonly setUp: SetUp;
    /** Calls `spawn` with the wrapper in place of the command. */
    readonly spawn: (launch: OpenLaunch) => ChildProcess;
    /** What the wrapper has printed on its standard error; asked for at most once, when it has ended without a command. */
    readonly complaint: () => string | Promise<string>;
}
/** A wrapper whose command runs, or has run. */
interface StartedWrapper {
    readonly process: ChildProcess & {
        readonly pid: number;
    };
    readonly wrapper: WrapperWatch;
    /** Undefined where it had ended before it was seen. */
    readonly command: NamedProcess | undefined;
}
/** A wrapper has ended, and the command has not run. */
declare class NotRun extends Error {
    readonly name = "NotRun";
    /** In the words of the wrapper. */
    readonly complaint: string;
    /** Whether the sandbox was set up, so that it was the command that could not be executed. */
    readonly isSetUp: boolean;
    constructor(complaint: string, isSetUp: boolean);
}
/**
 * Starts the wrapper of a sandbox and waits until the command runs in it. Nothing is left of a start that fails.
 * @throws StalePlan when what it shows has gone since it was planned; NotRun when the command was not run for another reason; what
 *   `spawn` says of a wrapper that is none; as `setUp.check`.
 */
declare function startWrapper(launch: OpenLaunch, { setUp, spawn, complaint }: WrapperStart): Promise<StartedWrapper>;

/** A plan, and where its placeholders are recorded. */
interface PlannedLaunch {
    readonly plan: {
        readonly launch: LaunchPlan;
    };
    readonly store: PlaceholderStore;
}
/** The managed network of one command. */
interface PlannedNetwork {
    readonly managed: Pick<ManagedNetwork, 'entrance' | 'environment'>;
    /** May be called twice. */
    close(): void;
}
/** How a command is planned. */
interface Planning<P extends PlannedLaunch, N extends PlannedNetwork> {
    /** Whoever began it ends it. */
    readonly setUp: SetUp;
    makePlan(): Promise<P>;
    /** Makes the network that a plan asks for. */
    openNetwork(planned: P): Promise<N | undefined>;
}
/** The plan of a command and its network, both made anew while files change under them. */
declare class SteadyPlan<P extends PlannedLaunch, N extends PlannedNetwork> {
    #private;
    private constructor();
    /** Makes the first of them. @throws As `makePlan`, `openNetwork` and `untilSteady`. */
    static make<P extends PlannedLaunch, N extends PlannedNetwork>(planning: Planning<P, N>): Promise<SteadyPlan<P, N>>;
    /** The one that the command is started by. */
    get latest(): P;
    /** Undefined where the latest plan asks for none. */
    get network(): N | undefined;
    /**
     * Starts the command, and plans it anew as often as files have changed meanwhile. Its network ends with it, or with a start that
     * has failed.
     * @param attempt Is given what opens the latest plan. It leaves nothing behind where it fails, and the command has not run then.
     * @throws As `attempt`, `makePlan`, `openNetwork` and `untilSteady`.
     */
    start<T>(attempt: (open: () => Promise<OpenLaunch>) => Promise<T>): Promise<T>;
}

/** What decides on this machine whether a process may make user namespaces. */
interface NamespaceSettings {
    /** Whether this process runs below a filter of system calls. */
    readonly isFiltered: boolean;
    /** Whether the settings of the kernel allow them. */
    readonly areAllowed: boolean;
}
/** Those of this process. */
declare function readNamespaceSettings(): NamespaceSettings;

/**
 * Turns the complaint of a failed bubblewrap into what to do, with the complaint itself.
 * @param readSettings Is asked where bubblewrap could make no namespace; default reads those of this process.
 */
declare function explainFault(complaint: string, readSettings?: typeof readNamespaceSettings): string;
/**
 * The error that running the command itself met, as the system names it, or in words that are not known here; undefined
 * where bubblewrap complains of something else.
 */
declare function whyNotRun(complaint: string): string | undefined;

/** What one command was refused of the network, each thing once; the newest ones stay. */
declare class Refusals {
    #private;
    /** @param limit How many are kept. */
    constructor(limit: number);
    /** The newest first. */
    get newest(): readonly NetworkDecision[];
    add(decision: NetworkDecision): void;
}

/** A process about to be started, as far as it decides what symbols stand for. */
interface CommandSetting {
    /** Absolute. */
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
}
/** Whoever looks through directories, which takes a while. */
interface Searches {
    readonly repositories: RepositoryFinder;
    readonly patterns: PatternFinder;
}
/** The searches of this machine. Make one for all commands: it remembers what directories hold, and looks once for many. */
declare function createSearches(): Searches;
/** What is kept from one command to the next. */
interface HostMemory {
    /** Says what stands in the file system for other sandboxes alone, and so does not count. */
    readonly store: PlaceholderStore;
    readonly searches: Searches;
    /** What no command may see besides, such as directories of this program and the socket of a server; canonical or not. */
    readonly ownPaths?: readonly string[];
}
/**
 * The facts of this machine for one command.
 * @param own The environment of the executor, never one that a peer sent: its HOLDFAST_BWRAP names the bubblewrap to use;
 *   without it that of the system is used, or else one of its PATH.
 * @param setUp What this is the beginning of; default nothing, so that each of its steps has a limit of its own.
 * @throws ExecError `sandboxUnsupported` when the records of the store cannot be kept; as `setUp.check`.
 */
declare function readHostFacts({ cwd, env }: CommandSetting, own: Readonly<Partial<Record<string, string>>>, { store, searches, ownPaths }: HostMemory, setUp?: SetUp): Promise<HostFacts>;

/** What all commands of a program have in common. */
interface SandboxRunnerOptions {
    /** The most that any of them may do; default what the intent asks for, with executable configuration protected. */
    readonly ceiling?: CeilingSource;
    /** Files and directories that none of them may see, such as the socket of a server; absolute. */
    readonly ownPaths?: readonly string[];
    /** Is told, in words, of records of earlier sandboxes that are not believed; default a warning of Node. */
    readonly warn?: (problem: string) => void;
}
/** What else a start may be given. */
interface RunOptions {
    /** The command gets a network in which only these hosts can be reached, whatever the intent says of it. */
    readonly hosts?: HostRules;
    /** Called for each request of that network, allowed or not. */
    readonly onDecision?: (decision: NetworkDecision) => void;
    /** Calls the start off; a command that runs is ended with `kill`. */
    readonly signal?: AbortSignal;
}
/** A command that runs in its sandbox. */
interface SandboxedProcess {
    readonly stdin: Writable;
    readonly stdout: Readable;
    readonly stderr: Readable;
    /** What it may do; `explainInWords` and `explainAsJson` print it. */
    readonly plan: SandboxPlan;
    /** Settles when everything that it has started has ended as well. */
    readonly ended: Promise<SandboxEnd>;
    /**
     * Looks, once everything has ended, for what has come up meanwhile that nothing protected, such as repositories with hooks of their own.
     * @throws The reason of the signal.
     */
    appeared(signal?: AbortSignal): Promise<AppearedReport>;
    /** Signals the command; default SIGTERM. SIGKILL ends all of the sandbox. @returns false when it does not run. */
    kill(signal?: NodeJS.Signals): boolean;
}
/** How a command has ended. */
interface SandboxEnd {
    /** Its own; 128 + n where signal n ended it. */
    readonly exitCode: number;
}
/** Runs commands of this machine in sandboxes. Keep one for all commands: it remembers what makes the next start cheap. */
declare class SandboxRunner {
    #private;
    constructor({ ceiling, ownPaths, warn }?: SandboxRunnerOptions);
    /**
     * Starts a command with pipes for its streams, and waits until it runs. Call it from the main thread: a sandbox ends with the
     * thread that started it. What changes between plan and start is planned anew, up to `MAX_PLANS` times.
     * @throws ExecError `sandboxUnsupported` when this machine cannot enforce the intent, with the entry and the remedy;
     *   `invalidParams` for a command that is none; `limitExceeded` when it does not run within `SANDBOX_START_MS`; `spawnFailed`
     *   when it cannot be executed in its sandbox; the reason of a signal that calls it off. Nothing has run then.
     */
    start(intent: SandboxIntent, command: CommandToRun, { hosts, onDecision, signal }?: RunOptions): Promise<SandboxedProcess>;
}

/**
 * What macOS would be told of a policy: the profile, and the values of its parameters as comments.
 * @throws ExecError `sandboxUnsupported` where a rule cannot be said in a profile.
 */
declare function explainSeatbelt(policy: NormalisedPolicy): string;

export { type Appeared, type AppearedKind, type AppearedReport, CeilingSource, type CommandSetting, type CommandToRun, type FailedCommand, HostFacts, type HostMemory, HostRules, type JudgedPlan, type LaunchOptions, LaunchPlan, Lookups, type ManagedNetwork, type ManagedNetworkOptions, type NamedProcess, NetworkAnswer, type NetworkCaller, NetworkDecider, type NetworkDecision, type NetworkIntent, type NetworkNames, NetworkProtocol, NormalisedPolicy, NotRun, type OpenLaunch, type Outside, PatternFinder, PlaceholderStore, type PlainPermissions, type PlannedLaunch, type PlannedNetwork, type Planning, RefusalReason, Refusals, RepositoryFinder, type Resolution, RuleOrigin, type RunOptions, type SandboxEnd, SandboxIntent, SandboxPlan, SandboxRunner, type SandboxRunnerOptions, type SandboxedProcess, type Searches, SetUp, StalePlan, type StartedWrapper, SteadyPlan, type TakePlace, type WrapperStart, type WrapperStatus, WrapperWatch, createSearches, explainAsJson, explainFault, explainInWords, explainSeatbelt, findAppeared, judgeDenial, openLaunch, openManagedNetwork, parseIntent, parseNetworkIntent, placeholderFolder, plainIntent, readHostFacts, secureOwnFolder, spillFolder, startWrapper, whyNotRun };

// internal.d.ts
import { S as SandboxPlan, V as CrossedLink, g as SetUp, M as MountStep, c as HostRules, p as HostRule, R as RefusalReason, a as NetworkAnswer, j as NormalisedPolicy, l as FileFacts, A as Access, t as PathRule } from './limits.js';
export { W as MAX_CELLS_STARTING, X as MAX_LINES_AT_ONCE, Y as MAX_PASSED_A_TURN, Z as MAX_PROXY_CONNECTIONS, _ as MAX_STATUS_BYTES, $ as networkOf, a0 as withPassing } from './limits.js';
import { SandboxReport } from '@holdfast/exec-protocol';
import 'zod';

/**
 * Text of others as it can be printed, so that whoever reads it sees every character: what would steer a terminal, turn the
 * direction of writing, or stand there without being seen is escaped, as JSON and JavaScript write it.
 */
declare function printable(text: string): string;
/** The same for text whose line ends are our own. */
declare function printableLines(text: string): string;

/** What of a plan is told. */
type ReportedPlan = Pick<SandboxPlan, 'policy' | 'narrowed' | 'isNetworkNarrowed'>;
/** What a peer is told of a plan: where it allows less than was asked for, and what of it people should know. */
declare function reportSandbox(plan: ReportedPlan): SandboxReport;

/** The bytes for which `textOfBytes` gave a text; of any other one its UTF-8. */
declare function bytesOfText(text: string): Buffer;

/** Linux: gives a handle on a file without opening it, and without any right to read it. Node does not name it. */
declare const O_PATH = 2097152;
/** A path that leads to an open file, and nowhere else whatever has become of its name. Linux alone has it. */
declare function pathOfDescriptor(fd: number): string;

/**
 * Whether a file is one of the kernel's own, wherever its file system is mounted: to read it may do something, such as take away
 * what it says. @param path Of what is held open, so that nothing is waited for.
 */
declare function isOnKernelFileSystem(path: string): boolean;

/** That of the kernel in which a canonical path lies. */
declare function kernelTreeOf(path: string): string | undefined;

/** What the system says when it is asked for `count` more descriptors at once; undefined when they can be had. */
declare function lackOfDescriptors(count: number): unknown;

/**
 * Gives this user rights to what is his. Nothing is followed.
 * @returns whether he lacked any; false as well where it is not his.
 */
declare function grantOwner(at: string, rights: number): boolean;

/** A path as it is meant in a directory. Every `..` stays, for what it leads out of is not known by name. */
declare function pathFrom(directory: string, path: string): string;
/** Whether a canonical path is another one or lies below it. */
declare function isWithin(path: string, directory: string): boolean;

/** A path in which no `..` is left. */
interface PhysicalPath {
    /** Absolute. */
    readonly path: string;
    /** The links that were followed for it; none without `..`. */
    readonly links: readonly CrossedLink[];
}
/**
 * Takes `..` out of a path as the kernel does, for which it leads out of where a link before it leads. What comes after the
 * last one stays as it is.
 * @param path May be relative to the working directory of this program.
 * @throws NowhereBefore where what comes before cannot be gone through.
 */
declare function physicalPath(path: string): PhysicalPath;
/** Says which path leads nowhere. */
declare class NowhereBefore extends Error {
}

/** How a look at many files is carried out; it fails with the reason of the signal, soon after that fires. */
type Look<Found> = (signal: AbortSignal) => Promise<Found>;
/**
 * Looks for which many may ask at once. Every answer comes from a look that began after the question, and all who ask while
 * one is under way share the next one. A look for which nobody waits any more is given up.
 */
declare class SharedLooks<Found> {
    #private;
    /**
     * @param key Equal for equal looks.
     * @throws the reason of the signal, and what the look throws.
     */
    ask(key: string, look: Look<Found>, signal: AbortSignal): Promise<Found>;
}

/** The error that running a file would meet, as far as looking at it tells; undefined when there is none. */
declare function whyNotRunnable(file: string): unknown;

/**
 * Names this process for good: its number alone will be another one's later, and in another namespace of processes, such as
 * that of a container, it is another one's now.
 * @throws Error of the system where processes cannot be told apart.
 */
declare function ownMark(): string;
/**
 * Whether a process is still there; true where nobody can tell, as of one in another namespace.
 * @param mark Its own, with more behind a dash.
 */
declare function isRunning(mark: string): boolean;

/**
 * Makes what depends on a plan, and makes it again while files change under it: where many share a directory, others make
 * and remove repositories there at any time.
 * @param attempt Is told whether it was tried before.
 * @throws ExecError `sandboxUnsupported` when `MAX_PLANS` of them were stale; as `setUp.check` and the attempt.
 */
declare function untilSteady<T>(setUp: SetUp, attempt: (isAgain: boolean) => Promise<T>): Promise<T>;

/** The same as a search path. */
declare const SYSTEM_PATH: string;
/** Where a program of the system may be, in the order in which it is looked for. */
declare function systemPlaces(name: string): readonly string[];

/**
 * Why nothing can be seen of the processes that this one starts; undefined where it can: `/proc` may be that of another pid
 * namespace, where the same numbers are those of others.
 * @param self Where `/proc/self` leads; undefined for nowhere.
 */
declare function foreignProcesses(self?: string | undefined, pid?: number): string | undefined;

/**
 * Has a Node of ours open no inspector. It does on SIGUSR1, for whoever reaches the loopback, and a listener comes too late for
 * a signal at its start; so it is told an address that no machine has (RFC 5737), where it cannot listen.
 */
declare const NO_INSPECTOR = "--inspect-port=192.0.2.1:9229";

/**
 * What the kernel tells of the mounts that a process sees, a line for each, as `textOfBytes` has it; undefined where there is no such
 * process.
 */
declare function readMountTable(pid: number): string | undefined;

/**
 * Whether each mount of a plan stands where it was planned. The kernel takes a mount away when what it lies upon is removed
 * or replaced from outside of the sandbox, and moves it along when that, or a directory above, gets another name.
 */
declare function hasMountsOf(steps: readonly MountStep[], mountTable: string): boolean;

/** An allowing line of which a denying one leaves nothing, and that one, if there are such. */
declare function cancelledRule(rules: HostRules): {
    readonly allowed: HostRule;
    readonly denied: HostRule;
} | undefined;

/** Bytes that come in pieces, however small, in memory that is at most twice as large. */
declare class GrowingBuffer {
    #private;
    get bytes(): Buffer;
    get length(): number;
    add(piece: Buffer): void;
}

/** How many lines the start of some bytes ends, as far as it is looked at, and where the last of them ends or the bytes do. */
interface Lines {
    readonly count: number;
    readonly end: number;
}
/** Finds at most so many ends of lines. */
declare function firstLines(bytes: Buffer, most: number): Lines;

/**
 * Lets few works go on in each turn of the event loop, in the order in which they came, so that the loop has time for others.
 * There is one loop for all networks of a process: those that have works take part in each turn one after the other.
 */
declare class LoopTurns {
    #private;
    /**
     * @param goOn Is told how many places of that turn there are for it.
     * @param placesOf Tells, when its turn may come, how many of the places of that it takes; where those are more than there
     *   are, nothing else goes on in that turn. Default one.
     * @returns what ends the wait; harmless when it is over.
     */
    wait(goOn: (places: number) => void, placesOf?: () => number): () => void;
    /** For a work that goes on and finds only then that it takes more places of the turn than it said. */
    takeMore(places: number): void;
    /** The one that waits longest. */
    get first(): Work | undefined;
    /** It goes on, and those of other networks are next. */
    take(work: Work): void;
}
interface Work {
    readonly goOn: (places: number) => void;
    readonly placesOf: () => number;
}

/** Why something was refused: in the words of whoever was asked, or in ours. */
declare function reasonOf({ reason, answer, }: {
    readonly reason?: RefusalReason | undefined;
    readonly answer?: NetworkAnswer | undefined;
}): string;

/** What the steps of a pattern mean. */
interface StarSteps<Step, Item> {
    /** Whether any number of items may stand there. */
    readonly isAny: (step: Step) => boolean;
    /** Whether one item may. Not asked for those where any number may. */
    readonly takes: (step: Step, item: Item) => boolean;
}
/**
 * Whether steps take all items, in order. It takes no more than the product of their numbers: it goes back to the last step that
 * takes any number only, for what earlier ones have taken need never change.
 */
declare function matchesAll<Step, Item>(steps: ArrayLike<Step>, items: ArrayLike<Item>, { isAny, takes }: StarSteps<Step, Item>): boolean;

/** What a policy allows at a path, through its links; undefined where the path cannot be followed. */
declare function accessTo(path: string, policy: NormalisedPolicy, files: FileFacts): Access | undefined;
/**
 * Why a path cannot be read, in a clause, and what to do, where a pattern denies it by a link or with a whole directory: whoever asks has not
 * named what that is. Undefined for any other reason. @param decisions A rule for each path that anybody named.
 */
declare function unreadableByLink(path: string, decisions: readonly PathRule[], files: FileFacts): string | undefined;
/**
 * Whether a command could put something else at each of many paths: there, where its links lead, or in place of one of them.
 * True where nobody can tell; false for a policy that restricts no files.
 */
declare function replaceableIn({ rules, restrictsFiles }: Pick<NormalisedPolicy, 'rules' | 'restrictsFiles'>, files: FileFacts): (path: string) => boolean;

/** Of what nobody calls off. */
declare const NEVER_ABORTED: AbortSignal;

export { GrowingBuffer, type Look, LoopTurns, NEVER_ABORTED, NO_INSPECTOR, NowhereBefore, O_PATH, SYSTEM_PATH, SharedLooks, type StarSteps, accessTo, bytesOfText, cancelledRule, firstLines, foreignProcesses, grantOwner, hasMountsOf, isOnKernelFileSystem, isRunning as isProcessRunning, isWithin, kernelTreeOf, lackOfDescriptors, matchesAll, ownMark as ownProcessMark, pathFrom, pathOfDescriptor, physicalPath, printable, printableLines, readMountTable, reasonOf, replaceableIn, reportSandbox, systemPlaces, unreadableByLink, untilSteady, whyNotRunnable };

// limits.d.ts
import { SandboxRule } from '@holdfast/exec-protocol';
import * as z from 'zod';

/** What stands under a name, without following it. */
interface FileFact {
    readonly kind: 'directory' | 'file' | 'link';
    readonly device: number;
    readonly inode: number;
    /** When it was made, in milliseconds since 1970; undefined where the file system does not tell. */
    readonly bornMs?: number | undefined;
    readonly uid: number;
    readonly gid: number;
    /** The permission bits, with those for set-user-ID, set-group-ID and sticky. */
    readonly mode: number;
    /** How many names it has; of a directory, what its file system says. */
    readonly links: number;
}
/** What a directory lists. */
interface DirectoryEntry {
    readonly name: string;
    readonly kind: 'directory' | 'file' | 'link';
}
/** As it is, once its owner has changed its mode, or whatever anybody does about that never. */
type Creation = 'now' | 'afterChmod' | 'never';
/** The executor's file system, as the planning of a sandbox asks for it. Paths are absolute. */
interface FileFacts {
    /** Canonical paths at which directories were seen, for whoever asks again; only where no answer changes meanwhile. */
    readonly directories?: Set<string>;
    /**
     * What stands at a path, or undefined where nothing does.
     * @throws Error where the path cannot be looked at.
     */
    look(path: string): FileFact | undefined;
    /** Whether a directory lets nobody in that is confined, though this program gets in; left out where there is none such. */
    isClosed?(directory: FileFact): boolean;
    /** Whether nobody writes a file or directory that is confined, though this program does; left out where there is none such. */
    isUnwritable?(file: FileFact): boolean;
    /** Whether nobody reads a file or directory that is confined, though this program does; left out where there is none such. */
    isUnreadable?(file: FileFact): boolean;
    /** Whether what this user starts may have made something, by who owns it; left out where nobody can tell. */
    isOwn?(found: FileFact): boolean;
    /** Where a link leads, as it is written there. */
    readLink(path: string): string;
    /** The entries of a directory; empty where it cannot be read. Undefined for more than `atMost`. */
    list(path: string, atMost: number): readonly DirectoryEntry[] | undefined;
    /** When something that this user starts can make a file in a directory. */
    mayCreateIn(directory: string): Creation;
    /** False where the file system of a missing path takes no name as long as its last one. */
    takesName(path: string): boolean;
    /** The text of a regular file of at most `MAX_SMALL_FILE_BYTES`; undefined for anything else, and where it cannot be read. */
    readText(path: string): string | undefined;
}
/** The same, for whoever must see one state of it. */
interface FileView extends FileFacts {
    /**
     * Runs `work` on files that are looked at once each. It may be run again, and must do nothing but look.
     * @throws ExecError `sandboxUnsupported` when there is no quiet moment for it.
     */
    inOneGo<T>(work: (files: FileFacts) => T): T;
}

/** The user of this program. */
interface OwnUser {
    readonly uid: number;
    /** Their own group. */
    readonly gid: number;
    /**
     * Who owns the programs of the system. Where root is unknown to a user namespace, such as that of a sandbox in which this
     * program runs, it is who stands there for everybody unknown.
     */
    readonly systemUid: number;
}

/** What the symbols of an intent stand for on this executor. All paths are absolute and native. */
interface ExecutorRoots {
    /** The working directory of the process; relative globs hang below the policy's own, which defaults to it. */
    readonly cwd: string;
    /** TMPDIR in the environment of the process. */
    readonly tmpdir: string | undefined;
    /** The temporary directory that every POSIX system has. */
    readonly slashTmp: string;
    /** Directories that programs need in order to run at all. */
    readonly minimal: readonly string[];
}

/** What is to be looked through. */
interface ScanTarget {
    /** A canonical path. */
    readonly root: string;
    /** Directories below it that are left out, with all that they hold. */
    readonly except: ReadonlySet<string>;
    /** How many directories may be looked at; one that lies deep counts for several. */
    readonly maxDirectories: number;
}
/**
 * What was found. It depends on the directories alone, never on what was remembered of them, but for this: what an earlier
 * look has found comes first where this one came to no end.
 */
interface ScannedTree {
    /** Paths that end in `.git`, whatever stands there. */
    readonly gitPaths: readonly string[];
    /** Directories that are what `.git` is elsewhere: those of submodules, bare repositories, and linked worktrees of others than these. */
    readonly repositories: readonly string[];
    /** Directories that could not be looked into for their mode, and that this user could fill all the same; one of them may hold another. */
    readonly shut: readonly string[];
    /** Why not everything was looked at; undefined where it was. */
    readonly unseen: string | undefined;
}

/** A link on the way to a path. */
interface CrossedLink {
    readonly path: string;
    /** Where it leads, as it is written. */
    readonly target: string;
}
/** What stays the same when a file is renamed, and differs when another one takes its name. */
interface FileIdentity {
    readonly device: number;
    readonly inode: number;
    /** When it was made, for who compares files over time: a file system gives the number of one that has gone to another. */
    readonly bornMs?: number | undefined;
}

/**
 * A place by which a `.git` leads elsewhere once somebody has put something there, which nothing keeps from it: where a `.git` file leads and
 * there is no directory, or a directory that is left again by `..` on the way, and could become a link.
 */
interface OpenWay {
    /** Canonical. */
    readonly path: string;
    /** The `.git` file or link. */
    readonly from: string;
    readonly isPassed: boolean;
}

/** Who is behind a rule: an entry of what was asked for, an entry of the operator's ceiling, or what every sandbox here has. */
type RuleOrigin = Pick<SandboxRule, 'source' | 'entry'>;

/** What may be done below a path. `write` means reading too. */
type Access = 'deny' | 'read' | 'write';
/** What a file may hold that stands for something missing. */
declare const PLACEHOLDER_TEXTS: readonly ["", ".\n"];
type PlaceholderText = (typeof PLACEHOLDER_TEXTS)[number];
/** A directory that is denied as a whole, for what cannot be denied in detail there. */
interface WholeDirectory {
    readonly directory: string;
    /** In a clause, with what helps. */
    readonly why: string;
}
/** What holds for a canonical path and everything below it, but for more specific rules. */
interface PathRule {
    readonly path: string;
    readonly access: Access;
    readonly kind: 'directory' | 'file' | 'missing';
    /** Which file it was when the policy was made; undefined where it is missing. */
    readonly identity: FileIdentity | undefined;
    /** Who asked for it. */
    readonly origin: RuleOrigin;
    /** A file with this text stands in for a missing path while the sandbox runs; default a directory, unseen by git. */
    readonly placeholderText?: PlaceholderText;
    /** A pattern matches it, which a command may have brought about. */
    readonly byPattern?: true;
    /** The link by which a pattern has led here, which a command may have made. */
    readonly byLink?: string;
    /** With what it is denied, which no entry has named. */
    readonly whole?: WholeDirectory;
    /** What stands there was not looked at, and must not be: whoever answers for it may never do so. */
    readonly isUnseen?: true;
    /** The directory is one in which many users make files, such as /tmp. */
    readonly isShared: boolean;
}
/** A link at a protected name, or on its way, or on that to what a git config or a `.git` names: a mount keeps what it leads to, and nothing keeps the link from being replaced. */
interface LooseLink {
    readonly path: string;
    readonly identity: FileIdentity;
    /** Where it leads, as it is written; undefined where that cannot be read. */
    readonly target: string | undefined;
    /** Whose it is: in directories such as `/tmp` the kernel follows a link for its owner and that of the directory alone. */
    readonly uid: number;
}
/** Something that was asked for and makes no difference, or that is enforced with a gap, and why. */
interface PolicyNote {
    readonly origin: RuleOrigin;
    readonly text: string;
    /** Something that was asked for is not enforced, for whoever runs the executor to hear. */
    readonly isGap?: true;
}
/** What a process may do, in terms of this executor alone: nothing symbolic, no links, one rule for each path. */
interface NormalisedPolicy {
    /** False where the intent does not restrict files; the rules then say `write` at the root. */
    readonly restrictsFiles: boolean;
    /** Sorted by path. */
    readonly rules: readonly PathRule[];
    /** Links through which allowed paths were named; where their directory is hidden, they are made again. */
    readonly links: readonly CrossedLink[];
    /** Left out where nothing is protected. */
    readonly looseLinks?: readonly LooseLink[];
    /** Left out where there are none. */
    readonly openWays?: readonly OpenWay[];
    readonly network: 'restricted' | 'enabled';
    /** Who decides about the network. */
    readonly networkOrigin: RuleOrigin;
    readonly notes: readonly PolicyNote[];
}

/** Directories that commands below one ceiling may fill as they like, and that are denied as a whole where that is too much. */
declare class FillablePlaces {
    #private;
    /** Equal for equal rules. */
    readonly key: string;
    /** @param rules Of the ceiling; one for each path. */
    constructor(rules: readonly PathRule[], files: FileFacts);
    /** Whether a command may have made what is in a directory. Of `/`, which cannot be denied, that is not asked. */
    has(directory: string): boolean;
    /** Whether a directory is one of them, or lies in one, whoever has moved it there. */
    hold(directory: string): boolean;
    /** What may be written above a path, as far up as that goes; undefined where a command cannot change what is there. */
    rootAbove(path: string): string | undefined;
}

/** What a profile lets be read or written by a path of its own, also in a directory that its patterns match. */
declare class OpenedPaths {
    #private;
    /** Equal for equal paths. */
    readonly key: string;
    /** @param rules Without what patterns match; one for each path. */
    constructor(rules: readonly PathRule[]);
    /** Those that lie in a directory, but for what lies in another one of them there. */
    in(directory: string): Iterable<PathRule>;
    /** A path that the profile opens by now in one of these directories, and did not open then. */
    addedSince(rules: readonly PathRule[], directories: () => ReadonlySet<string>): string | undefined;
}

/** Where to look for what a pattern matches. */
interface GlobScan {
    readonly pattern: string;
    /** The entry of the intent; no other scan of this intent has it. */
    readonly origin: string;
    /** The directory that a relative pattern hangs below. */
    readonly directory: string;
    /** Levels below the pattern's base; undefined for all. */
    readonly maxDepth: number | undefined;
}
/** What the profile says of the places where its patterns are looked for. */
interface SearchedPlaces {
    /** In what they match they are looked for there alone; default nowhere. */
    readonly opened?: OpenedPaths;
    /**
     * For a ceiling: what cannot be looked for or denied in detail there is denied as a whole, for a command may have brought
     * it about, and would have every start refused. Default nothing.
     */
    readonly fillable?: FillablePlaces;
}
/** What a pattern matched when it was looked for. */
interface GlobMatch {
    /** The directory below which every match lies, as the pattern spells it. */
    readonly base: string;
    /** What that was; undefined where nothing was there. */
    readonly identity: FileIdentity | undefined;
    /** Canonical, but for the last name, which may be a link. */
    readonly paths: readonly string[];
    /** That of the whole profile. */
    readonly opened: OpenedPaths;
    /** Those of all patterns of a ceiling together: matches of any of them may lie in each. */
    readonly wholes: readonly FoundWhole[];
}
/** A directory that is denied as a whole. */
interface FoundWhole extends WholeDirectory {
    /** The origin of a pattern for which that is so. */
    readonly by: string;
}
/** What the patterns of an intent matched, by the origin of each. */
type GlobMatches = ReadonlyMap<string, GlobMatch>;

/** Whoever finds what patterns match. */
interface PatternFinder {
    /**
     * What is there now: every answer comes from a look that began after the question.
     * @param signal Ends the wait, and the look if nobody else waits for it; default none.
     * @param places Of the profile that has the patterns; default none.
     * @throws ExecError `sandboxUnsupported` when there is too much to look at; the reason of the signal.
     */
    find(scans: readonly GlobScan[], files: FileFacts, signal?: AbortSignal, places?: SearchedPlaces): Promise<GlobMatches>;
}

/** One change of the mount table, in the order in which bubblewrap makes them; a later one covers an earlier one. */
type MountStep = 
/** Shows a file or directory of the host under its own path. */
{
    readonly kind: 'bind';
    readonly path: string;
    readonly access: 'read' | 'write';
    /** Which file that must be; for a placeholder, the one that has just been made. Undefined for the system's own. */
    readonly identity: FileIdentity | 'placeholder' | undefined;
}
/** Shows the whole host as it is, devices too. */
 | {
    readonly kind: 'bindEverything';
}
/** An empty directory; `mode` in octal says what its owner may do with it. */
 | {
    readonly kind: 'emptyDirectory';
    readonly path: string;
    readonly mode: string;
}
/** An empty file that nobody may read. */
 | {
    readonly kind: 'unreadableFile';
    readonly path: string;
} | {
    readonly kind: 'link';
    readonly path: string;
    readonly target: string;
}
/** Nothing on the mount at this path can be changed any more. */
 | {
    readonly kind: 'makeReadOnly';
    readonly path: string;
} | {
    readonly kind: 'privateDevices';
}
/** A /proc of its own, in which nobody can open the memory of the first process. */
 | {
    readonly kind: 'privateProcesses';
}
/**
 * What follows can make nothing on the host, and shows nothing of it that is open. bubblewrap makes what is missing at the place of a
 * mount, and follows links to get there; where a command that runs meanwhile may write, they may lead anywhere by then.
 */
 | {
    readonly kind: 'sealHost';
};

/** What stands at a missing path while the sandbox runs, because something must be there to cover. */
type Placeholder = {
    readonly path: string;
    /** Which directory it is in. */
    readonly directory: FileIdentity;
} & ({
    readonly kind: 'directory';
} | {
    readonly kind: 'file';
    readonly text: PlaceholderText;
});
/** The mount table of a sandbox, and what the host must have for it. */
interface MountPlan {
    readonly steps: readonly MountStep[];
    readonly placeholders: readonly Placeholder[];
}

/** A descriptor that the wrapper inherits. The first of a plan is number 3. */
type PlannedDescriptor = 
/** A file or directory, held so that nobody can put another one in its place; or what is made for the plan. */
{
    readonly kind: 'path';
    readonly path: string;
    readonly identity: FileIdentity | 'placeholder';
}
/** Nothing to read. */
 | {
    readonly kind: 'nothing';
}
/** A pipe through which the wrapper is given the seccomp program: whoever could open a file with it could take it off. */
 | {
    readonly kind: 'filter';
    readonly program: Uint8Array;
}
/** A pipe on which the wrapper tells what becomes of the command. */
 | {
    readonly kind: 'status';
}
/** A pipe through which the wrapper is told the environment of the command. */
 | {
    readonly kind: 'environment';
    readonly variables: Readonly<Record<string, string>>;
}
/** A pipe that the wrapper lets go of when the sandbox is set up. */
 | {
    readonly kind: 'ready';
}
/** A pipe at whose end the wrapper waits, the host read-only, before it mounts what depends on that. */
 | {
    readonly kind: 'seal';
}
/** A pipe at whose end the wrapper waits, all mounted, before it gives up the user namespace to which its mounts belong. */
 | {
    readonly kind: 'namespace';
}
/** A pipe on which the command waits until it has been seen where it runs. */
 | {
    readonly kind: 'place';
}
/** The standard error of this program, which becomes that of the command. */
 | {
    readonly kind: 'errors';
};
/** What opens mounts of a sandbox from outside: the absolute paths of programs of the system. */
interface MountPrograms {
    readonly nsenter: string;
    readonly mount: string;
}
/** What there is to start, hold and clean up so that a command runs in its sandbox. Nothing has been done yet. */
interface LaunchPlan {
    /** The wrapper and its options, then the command. */
    readonly argv: readonly [string, ...string[]];
    /**
     * The environment of the wrapper, which runs outside of the sandbox: that of the command could make it load or run
     * something. The command's goes through a descriptor.
     */
    readonly env: Readonly<Record<string, string>>;
    readonly descriptors: readonly PlannedDescriptor[];
    /** What the sandbox must have mounted before the command runs, in its order. */
    readonly mounts: readonly MountStep[];
    /** What opens mounts that may be written, when all is in place; undefined where there are none. */
    readonly opening: MountPrograms | undefined;
    /** Which directory the command must be in when it runs; undefined where it has not to wait for that. */
    readonly heldCwd: FileIdentity | undefined;
    /** Whether it must be started inside of a managed network; it then has no network otherwise. */
    readonly needsManagedNetwork: boolean;
    /** What must be made before the start and removed after the end. */
    readonly cleanup: readonly Placeholder[];
}

/** Whether the command that is to be confined could put something else at a path. */
type MayReplace = (path: string) => boolean;

/** What bubblewrap is started with: a program, and its words up to where bubblewrap and its own follow. */
type Starter = readonly [string, ...string[]];

/**
 * What keeps the device nodes in a sandbox, which are those of this machine, as they are: nothing is needed, or cannot be had, or
 * bubblewrap is started with it.
 */
type DeviceSeal = 'needless' | 'impossible' | Starter;

/**
 * What becomes of mounts that this machine makes while a command runs: they do not spread at all, or they would, and are kept
 * out of a sandbox or seen in it, for what their own flags allow.
 */
type LateMounts = 'none' | 'keptOut' | 'seen';

/** How this machine is asked. Nothing that the command may replace is run for it. */
interface AskMounts {
    /** What becomes of mounts that this machine makes while a command runs. */
    readonly lateMounts: (bwrap: string, mayReplace: MayReplace, signal: AbortSignal) => Promise<LateMounts>;
    /** What keeps the device nodes of this machine as they are. */
    readonly deviceSeal: (bwrap: string, mayReplace: MayReplace, signal: AbortSignal) => Promise<DeviceSeal>;
}

/** What starts a program under a name that is not its file's: bubblewrap itself from 0.9 on, or a bash. */
type ProgramRenamer = 'bwrap' | 'bash';

/** Whether this host can confine processes with bubblewrap, and if not, why and what to do. */
type BwrapCapability = WorkingBwrap | {
    readonly works: false;
    readonly problem: string;
};
/** A bubblewrap that can confine processes here. */
interface WorkingBwrap {
    readonly works: true;
    /** Its absolute path. */
    readonly program: string;
    /** How programs get other names. */
    readonly renamers?: readonly ProgramRenamer[];
}

/** Whoever finds the repositories below a directory. */
interface RepositoryFinder {
    /**
     * What is there now: every answer comes from a look that began after the question.
     * @param signal Ends the wait, and the look if nobody else waits for it; default none. @throws only its reason.
     */
    find(target: ScanTarget, signal?: AbortSignal): Promise<ScannedTree>;
    /**
     * Whether the last look below a target has found a directory where one at that time had found it, or one made in its place since; false where
     * nobody knows. Left out where nothing is remembered. @param sinceMs Milliseconds since 1970.
     */
    stoodThere?(target: ScanTarget, directory: string, sinceMs: number): boolean;
}

/** What planning needs to know of the executor. */
interface HostFacts extends AskMounts {
    readonly platform: string;
    /** Whether it runs inside of a sandbox of its system in which no other can be begun; default false. */
    readonly isNested?: boolean;
    /** As Node names it. */
    readonly architecture: string;
    readonly files: FileView;
    readonly repositories: RepositoryFinder;
    readonly patterns: PatternFinder;
    readonly roots: ExecutorRoots;
    /**
     * Tries a bubblewrap that the command could not have put there. What of this machine is asked for only where it matters.
     * @param signal Ends the wait.
     */
    readonly bwrap: (mayReplace: MayReplace, signal?: AbortSignal) => Promise<BwrapCapability>;
    /** Directories and files of the executor's own that no command may see, such as the records of its sandboxes. */
    readonly ownPaths: readonly string[];
    /** What runs this program, outside of every sandbox: Node and the file that it was started with. */
    readonly runBy: readonly string[];
    /** A program that gives ignored signals their default meaning; undefined where there is none. */
    readonly signalResetter: string | undefined;
    /** What is mounted on this machine now, as in `/proc/PID/mountinfo`. */
    readonly mountTable: () => string;
    /** What opens mounts that may be written; undefined where there is nothing. */
    readonly mountPrograms: MountPrograms | undefined;
    /** As whom sandboxes are made. */
    readonly user: OwnUser;
}

/**
 * The `sandbox` object of the wire. Members beside `permissions` that are not known are left out; inside it they are
 * refused, because they could restrict.
 */
declare const sandboxIntentSchema: z.ZodObject<{
    policyContext: z.ZodOptional<z.ZodNullable<z.ZodObject<{
        cwd: z.ZodOptional<z.ZodNullable<z.ZodString>>;
        workspaceRoots: z.ZodOptional<z.ZodNullable<z.ZodArray<z.ZodString>>>;
    }, z.core.$strip>>>;
    windowsSandboxLevel: z.ZodEnum<{
        disabled: "disabled";
        "restricted-token": "restricted-token";
        elevated: "elevated";
        mxc: "mxc";
    }>;
    cwd: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    workspaceRoots: z.ZodOptional<z.ZodNullable<z.ZodArray<z.ZodString>>>;
    permissions: z.ZodDiscriminatedUnion<[z.ZodObject<{
        type: z.ZodLiteral<"disabled">;
    }, z.core.$strict>, z.ZodObject<{
        type: z.ZodLiteral<"external">;
        network: z.ZodEnum<{
            enabled: "enabled";
            restricted: "restricted";
        }>;
    }, z.core.$strict>, z.ZodObject<{
        type: z.ZodLiteral<"managed">;
        file_system: z.ZodDiscriminatedUnion<[z.ZodObject<{
            type: z.ZodLiteral<"unrestricted">;
        }, z.core.$strict>, z.ZodObject<{
            type: z.ZodLiteral<"restricted">;
            entries: z.ZodArray<z.ZodObject<{
                path: z.ZodDiscriminatedUnion<[z.ZodObject<{
                    type: z.ZodLiteral<"path">;
                    path: z.ZodString;
                }, z.core.$strict>, z.ZodObject<{
                    type: z.ZodLiteral<"glob_pattern">;
                    pattern: z.ZodString;
                }, z.core.$strict>, z.ZodObject<{
                    type: z.ZodLiteral<"special">;
                    value: z.ZodDiscriminatedUnion<[z.ZodObject<{
                        kind: z.ZodLiteral<"root">;
                    }, z.core.$strict>, z.ZodObject<{
                        kind: z.ZodLiteral<"minimal">;
                    }, z.core.$strict>, z.ZodObject<{
                        kind: z.ZodLiteral<"project_roots">;
                        subpath: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                    }, z.core.$strict>, z.ZodObject<{
                        kind: z.ZodLiteral<"current_working_directory">;
                        subpath: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                    }, z.core.$strict>, z.ZodObject<{
                        kind: z.ZodLiteral<"tmpdir">;
                    }, z.core.$strict>, z.ZodObject<{
                        kind: z.ZodLiteral<"slash_tmp">;
                    }, z.core.$strict>, z.ZodObject<{
                        kind: z.ZodLiteral<"unknown">;
                        path: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                        subpath: z.ZodOptional<z.ZodNullable<z.ZodString>>;
                    }, z.core.$strict>], "kind">;
                }, z.core.$strict>], "type">;
                access: z.ZodPipe<z.ZodEnum<{
                    write: "write";
                    read: "read";
                    deny: "deny";
                    none: "none";
                }>, z.ZodTransform<"write" | "read" | "deny", "write" | "read" | "deny" | "none">>;
                missing_path_behavior: z.ZodOptional<z.ZodNullable<z.ZodEnum<{
                    skip: "skip";
                }>>>;
            }, z.core.$strict>>;
            glob_scan_max_depth: z.ZodOptional<z.ZodNullable<z.ZodInt>>;
        }, z.core.$strict>], "type">;
        network: z.ZodEnum<{
            enabled: "enabled";
            restricted: "restricted";
        }>;
    }, z.core.$strict>], "type">;
}, z.core.$strip>;
/** A portable sandbox intent that has the right shape; what its paths stand for is not decided yet. */
type SandboxIntent = z.output<typeof sandboxIntentSchema>;

/** What the `globScansOf` an intent have found; left out, what they deny is not denied: for who asks what may be written at most. */
type Patterns = GlobMatches | 'leftOut';

/** A path at which less is allowed than was asked for. */
interface Narrowing {
    readonly path: string;
    readonly asked: Exclude<Access, 'deny'>;
    readonly granted: Exclude<Access, 'write'>;
    /** The rule of the maximum that made the difference. */
    readonly origin: RuleOrigin;
}

/**
 * A file that git would run if it were there: nothing is, or a directory, or a file that cannot be executed. It stays so by nothing: a word of a
 * command may mean something else, and what is installed while a command runs, such as `node_modules/.bin`, is to be made.
 */
interface MissingProgram {
    /** Canonical. */
    readonly path: string;
    /** The directory of the repository whose config names it. */
    readonly repository: string;
    /** Whether it is none unless it can be executed, since nobody knows the key that names it. */
    readonly isOnlyIfExecutable: boolean;
    /** How a path goes on that stands for this one where an interpreter is given it; nothing is at any of these now. Default none. */
    readonly otherEndings?: readonly string[];
}

/** Names at the top of each writable root, and from a home down to it, that restricted policies leave as they are. */
interface NamesAtTop {
    /** Those that stay missing as well. */
    readonly protectedNames: readonly string[];
    /** The same, by the `protectedNames` of the ceiling that an operator wrote; default none. */
    readonly operatorNames?: readonly string[] | undefined;
    /** More of them, which are left alone while they are missing. */
    readonly protectedIfThere: readonly string[];
    /** What stays as it is, or missing, where the root is a home of the user, or lies in one. */
    readonly home: ProtectedHome;
}
/** The homes of a user, and names in them. */
interface ProtectedHome {
    /** Absolute paths; a link may lead there. */
    readonly paths: readonly string[];
    /** Names that bear an empty file while they are missing. */
    readonly files: readonly string[];
    /** Names that bear an empty directory; one further down is left alone while the directory above it is missing. */
    readonly directories: readonly string[];
}

/** The most that an executor allows, whatever a peer asks for. */
interface Ceiling extends NamesAtTop {
    /**
     * What the operator configured; it narrows every policy, also one that does not restrict files. Undefined for nothing.
     */
    readonly maximum: Omit<NormalisedPolicy, 'restrictsFiles'> | undefined;
    /** Directories and files that no restricted policy shows. */
    readonly hidden: readonly HiddenPath[];
    /** Canonical paths of directories that are removed when the command has ended: whatever it leaves at their top, nobody meets. Default none. */
    readonly passing?: readonly string[] | undefined;
}
/** What no sandbox shows. */
interface HiddenPath {
    readonly path: string;
    readonly origin: RuleOrigin;
}

/** What an operator allows at most, in the words of an intent; nothing of it is bound to paths yet. */
interface OperatorCeiling extends SandboxIntent {
    /** Names that stay as they are, or missing, at the top of what a restricted intent may write, beside those that do anyway. */
    readonly protectedNames?: readonly string[] | undefined;
}
/**
 * Reads what an operator wrote: the `sandbox` object of the wire as JSON, of which `permissions` alone is needed.
 * @param onUnknown Is told of each member that means nothing here, and so restricts nothing.
 * @throws Error that says what is wrong with it, be it that no start could enforce it.
 */
declare function parseCeiling(text: string, onUnknown?: (member: string) => void): OperatorCeiling;
/** What an executor allows at most, for whoever looks at its files. */
interface CeilingSource {
    /** What an operator allows of the network; undefined where none has configured anything. */
    readonly network: 'restricted' | 'enabled' | undefined;
    /** The patterns that have to be looked for before. */
    readonly scans: readonly GlobScan[];
    /**
     * The ceiling as the file system is now.
     * @param patterns What the scans have found, or left out as for `normalise`.
     * @throws ExecError `sandboxUnsupported` for an entry that cannot be enforced.
     */
    bindTo(files: FileFacts, patterns: Patterns): Ceiling;
}
/** The ceiling of an executor whose operator configured none. */
declare const NO_OPERATOR: CeilingSource;
/** The same for a command that has directories of its own, which go with it. @param passing Their canonical paths. */
declare function withPassing(source: CeilingSource, passing: readonly string[]): CeilingSource;
/**
 * The ceiling that an operator has configured. No peer has a say in what its symbols stand for.
 * @param roots Those of the executor itself.
 */
declare function ceilingSource(operator: OperatorCeiling | undefined, roots: ExecutorRoots): CeilingSource;
/** What an operator allows of the network. */
declare function networkOf({ permissions }: OperatorCeiling): 'restricted' | 'enabled';

/** What may be under way while a sandbox is set up, with what helps where it does not come to its end. */
declare const REMEDIES: {
    readonly 'trying bubblewrap': "see that this machine can start it, and try again";
    readonly 'waiting for its plan': "many others are planned here now: try again, and ask for fewer at once where they are yours";
    readonly 'looking at files': "see that the file systems that it names answer, and try again";
    readonly 'looking for what patterns match': "see that the file systems there answer, start patterns deeper, or deny directories instead";
    readonly 'looking for repositories': "see that the file systems there answer, or allow less to be written";
    readonly 'waiting for its network': "many others are made here now: try again, and ask for fewer at once where they are yours";
    readonly 'making its network': "see that this machine can start programs quickly enough, and try again";
    readonly 'making its pipes': "see that mkfifo works here, and try again";
    readonly 'waiting for other sandboxes to end': "let the process go on that removes what they have left, or end it";
    readonly 'waiting for its turn': "close files that are open in other sandboxes, or ask again later";
    readonly 'starting its wrapper': "see that the file systems that it shows answer, and try again";
};
/** What is under way while a sandbox is set up. */
type SetUpStep = keyof typeof REMEDIES;
/** Time as a set-up sees it. */
interface SetUpClock {
    /** Milliseconds that only ever rise. */
    now(): number;
    /** Calls `run` once, `delayMs` from now. */
    after(delayMs: number, run: () => void): {
        cancel(): void;
    };
}
/** How a set-up is bounded. */
interface SetUpOptions {
    /** Default that of this machine. */
    readonly clock?: SetUpClock;
    /** Each of them calls it off, with its reason. */
    readonly calledOffBy?: readonly AbortSignal[];
    /** Default `SANDBOX_START_MS`. */
    readonly limitMs?: number;
}
/**
 * The set-up of one sandbox, from the first look at this machine until the command runs: one limit for all its steps, and
 * one way to call it off. Whoever makes it ends it.
 */
declare class SetUp {
    #private;
    constructor({ clock, calledOffBy, limitMs }?: SetUpOptions);
    /** Fires when it is called off or has taken too long; never once it has ended. */
    get signal(): AbortSignal;
    /** What is left of its limit. */
    get leftMs(): number;
    /** Says what is under way from now on. @param where The directory that it is about. @throws As `check`. */
    begin(step: SetUpStep, where?: string): void;
    /**
     * For what keeps the event loop for itself, in which no timer comes.
     * @throws ExecError `limitExceeded` when it has taken too long; the reason for which it was called off.
     */
    check(): void;
    /** Takes down where files have changed under a plan. */
    foundStale(path: string): void;
    /** Where that was so, once half of the plans that there are at most were in vain. */
    get unsteady(): readonly string[];
    /** Waits for work that leaves nothing behind when nobody waits for it any more. @throws As `check`, and as the work does. */
    until<T>(work: Promise<T>): Promise<T>;
    /** Ends it before its time; what it waits for is given up with this reason. */
    callOff(reason: unknown): void;
    /** It came to an end, whichever; may be called twice. */
    end(): void;
}

/** What of a command is done in the sandbox before it is executed. */
interface Beginning {
    /** A canonical path that the sandbox shows. */
    readonly cwd: string;
    /**
     * Which directory `cwd` must be when the command runs; default the one that it is when that is planned, where somebody may exchange
     * it. It does not count where a shell would change the variables of the command.
     */
    readonly heldCwd?: FileIdentity | undefined;
    /**
     * Whether it has the standard error of whoever starts the wrapper, and the wrapper another one for its own complaints;
     * default false.
     */
    readonly hasOwnErrors?: boolean;
}

/** What is started in a sandbox. */
interface SandboxedCommand extends Beginning {
    readonly argv: readonly [string, ...string[]];
    readonly env: Readonly<Record<string, string>>;
    /** What the program sees as its own name; argv[0] when absent. */
    readonly arg0?: string | undefined;
    /** Variables that the wrapper has as well, so that it can be told by them; none that a peer chose. */
    readonly wrapperEnv?: Readonly<Record<string, string>>;
    /** Whether it shares a terminal with the wrapper, and so its session and process group; default false. */
    readonly hasTerminal?: boolean;
    /** Whether there are processes outside in its session, over which it is to have no say; default false. */
    readonly isAmongOthers?: boolean;
    /** Whether its /dev and /proc are for reading only, but for devices; default false, for programs want to write there. */
    readonly sealsKernelTrees?: boolean | undefined;
}

/** One line of an allow or deny list. */
interface HostRule {
    /** As it was written. */
    readonly pattern: string;
    /** Canonical; without its wildcard. */
    readonly host: string;
    readonly covers: 'itself' | 'below' | 'itself and below' | 'every name';
    /** Undefined for the usual ports where it allows, and for every port where it denies. */
    readonly port: number | undefined;
}
/** Which hosts a process may reach. A denial wins. */
interface HostRules {
    /** What lists them, such as a member of a start. */
    readonly listedIn: string;
    readonly allow: readonly HostRule[];
    readonly deny: readonly HostRule[];
}
/**
 * Reads an allow and a deny list. A line is `HOST`, `HOST:PORT`, or with a wildcard `*.HOST` for the names below,
 * `**.HOST` for the host and the names below, and `*` for every name. Addresses are reached only where they are listed.
 * @param listedIn Names the lists in what is thrown and told.
 * @throws ExecError `sandboxUnsupported`, naming the line.
 */
declare function parseHostRules(lists: {
    readonly allow: readonly string[];
    readonly deny: readonly string[];
}, listedIn?: string): HostRules;

/** Both phases of a sandbox: what it allows, and how that is enforced. */
interface SandboxPlan {
    readonly policy: NormalisedPolicy;
    /** Who decided at each path that anybody named. */
    readonly decisions: readonly PathRule[];
    /** Whether the ceiling takes the network away that was asked for. */
    readonly isNetworkNarrowed: boolean;
    /** Where the ceiling allows less than was asked for. */
    readonly narrowed: readonly Narrowing[];
    /** What the ceiling should protect and cannot, in words. */
    readonly gaps: readonly string[];
    /** Which hosts the command may reach; undefined where the policy alone says what network it has. */
    readonly hosts: HostRules | undefined;
    readonly mounts: MountPlan;
    readonly launch: LaunchPlan;
    /** The absolute path of the bubblewrap that it uses. */
    readonly bwrap: string;
    /** Programs that git configs name, and that were not there. */
    readonly missingPrograms: readonly MissingProgram[];
    /** Where repositories were looked for, and what was there. */
    readonly searched: readonly SearchedRoot[];
    /** When it was complete, in milliseconds since 1970: what it was made from was there before its command. */
    readonly madeMs: number;
}
/** What is below something that may be written. */
interface SearchedRoot {
    readonly target: ScanTarget;
    readonly tree: ScannedTree;
}
/** What else planning may be given. */
interface PlanOptions {
    /** The command gets a managed network, from which only these can be reached, whatever the intent says of it. */
    readonly hosts?: HostRules | undefined;
    /** Bounds it, together with what comes before and after; default one for the plan alone. */
    readonly setUp?: SetUp;
    /** Carries out the one look through directories, which keeps the event loop for a moment at a time only; default just does. */
    readonly aside?: Aside;
}
/** Does something for which what is otherwise held is not needed. @throws What that throws, and why it cannot go on after it. */
type Aside = <T>(look: () => Promise<T>) => Promise<T>;
/**
 * Turns an intent into what there is to start; one that asks for no confinement is held to the ceiling all the same.
 * It waits for looks at the directories that may be written and at what patterns match; after that, everything else is
 * looked at in one go.
 * @throws ExecError `sandboxUnsupported` when this executor cannot enforce the intent: it names the entry and the remedy;
 *   `sandboxNested` when it runs inside of a sandbox that can hold no other; `limitExceeded` when it takes too long; the reason of a set-up that was called off.
 */
declare function planSandbox(intent: SandboxIntent, command: SandboxedCommand, host: HostFacts, ceiling: CeilingSource, { hosts, setUp, aside }?: PlanOptions): Promise<SandboxPlan>;

/** How a process asked. `loopback` is a connection to a port of this machine that was opened inside. */
type NetworkProtocol = 'http' | 'https_connect' | 'socks5_tcp' | 'loopback';
/** A request that no list names. */
interface NetworkQuestion {
    readonly protocol: Exclude<NetworkProtocol, 'loopback'>;
    /** Canonical. */
    readonly host: string;
    readonly port: number;
}
/** What becomes of one request. `ask` refuses it as well, and says that somebody could have been asked. */
type NetworkAnswer = {
    readonly type: 'allow';
} | {
    readonly type: 'deny' | 'ask';
    readonly reason?: string | undefined;
};
/**
 * Decides about one request; nothing is remembered for the next. Where it fails or has no answer, the lists decide, which is
 * a refusal. Allowed or not, an address that is not public is reached only where it is listed.
 * @param signal Fires when nobody waits for the answer any more.
 */
type NetworkDecider = (question: NetworkQuestion, signal: AbortSignal) => Promise<NetworkAnswer | undefined>;

/** Why something was refused. */
type RefusalReason = 
/** A rule denies the host. */
'denied'
/** No rule allows the host. */
 | 'not_allowed'
/** The host is allowed, on other ports. */
 | 'not_allowed_port'
/** It is, or its name stands for, an address that is not public and not listed. */
 | 'not_allowed_local'
/** The request names no host, in a spelling that could be judged. */
 | 'invalid_target'
/** The request, or what is sent through it, names another host than it goes to. */
 | 'other_host'
/** A protocol or a command that is not forwarded. */
 | 'not_supported' | 'malformed' | 'too_many_connections'
/** So many other names are to be looked up first. */
 | 'too_many_lookups'
/** Who made the request gave it up before anybody had decided about it. */
 | 'withdrawn';

/** How long it may take to set up one sandbox, from the first look at this machine until its command runs. */
declare const SANDBOX_START_MS = 30000;
/** Bytes of bubblewrap's own status and of its complaint that are kept. */
declare const MAX_STATUS_BYTES: number;
/** Connections of one sandbox to its proxy at a time. One more is closed as soon as it is made. */
declare const MAX_PROXY_CONNECTIONS = 256;
/** Connections, bodies and pieces of tunnels of all networks that go on in each turn of the event loop; a body may be in ten thousand parts. */
declare const MAX_PASSED_A_TURN = 8;
/**
 * Lines of HTTP that are handed to Node at once, and it makes parts, headers or requests of; they take a whole turn of that kind. A
 * request takes longest, tens of microseconds; one has two lines.
 */
declare const MAX_LINES_AT_ONCE = 256;
/** Networks that one server makes at once: each takes a program of its own for a moment. Further ones wait their turn. */
declare const MAX_CELLS_STARTING = 4;

export { networkOf as $, type Access as A, type ScannedTree as B, type CeilingSource as C, type SearchedRoot as D, type SetUpClock as E, type FileIdentity as F, type GlobMatch as G, type HostFacts as H, type SetUpOptions as I, type SetUpStep as J, ceilingSource as K, type LaunchPlan as L, type MountStep as M, type NetworkProtocol as N, type OperatorCeiling as O, type Placeholder as P, parseCeiling as Q, type RefusalReason as R, type SandboxPlan as S, parseHostRules as T, planSandbox as U, type CrossedLink as V, MAX_CELLS_STARTING as W, MAX_LINES_AT_ONCE as X, MAX_PASSED_A_TURN as Y, MAX_PROXY_CONNECTIONS as Z, MAX_STATUS_BYTES as _, type NetworkAnswer as a, withPassing as a0, type RuleOrigin as b, type HostRules as c, type SandboxIntent as d, type NetworkDecider as e, type MountPrograms as f, SetUp as g, type RepositoryFinder as h, type PatternFinder as i, type NormalisedPolicy as j, type Aside as k, type FileFacts as l, type FileView as m, type GlobMatches as n, type GlobScan as o, type HostRule as p, NO_OPERATOR as q, type Narrowing as r, type NetworkQuestion as s, type PathRule as t, type PlanOptions as u, type PlannedDescriptor as v, type PolicyNote as w, SANDBOX_START_MS as x, type SandboxedCommand as y, type ScanTarget as z };

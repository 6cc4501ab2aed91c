import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { constants } from 'node:os';
import { emitWarning } from 'node:process';
import { PassThrough, Readable, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ExecError } from '@holdfast/exec-protocol';
import type { AppearedReport } from './appeared/appeared.js';
import { findAppeared } from './appeared/find-appeared.js';
import { type CeilingSource, NO_OPERATOR } from './ceiling/operator-ceiling.js';
import { type CommandToRun, requireCommand } from './command-to-run.js';
import type { FileIdentity } from './files/resolve-path.js';
import type { HostFacts } from './host-facts.js';
import type { SandboxIntent } from './intent/schema.js';
import type { OpenLaunch } from './launch/open-launch.js';
import { secureOwnFolder, spillFolder } from './launch/own-folder.js';
import { PlaceholderStore, placeholderFolder } from './launch/placeholder-store.js';
import { SetUp } from './launch/set-up.js';
import { NotRun, type StartedWrapper, startWrapper } from './launch/start-wrapper.js';
import { type PlannedLaunch, type PlannedNetwork, SteadyPlan } from './launch/steady-plan.js';
import { whyNotExecutable } from './launch/why-not-executable.js';
import { explainFault, whyNotRun } from './machine/bwrap-fault.js';
import type { NetworkDecision } from './network/gate.js';
import type { HostRules } from './network/host-rules.js';
import { openManagedNetwork } from './network/managed-network.js';
import { planSandbox, type SandboxPlan } from './plan-sandbox.js';
import { createSearches, readHostFacts } from './real-host-facts.js';

/** What all commands of a program have in common. */
export interface SandboxRunnerOptions {
  /** The most that any of them may do; default what the intent asks for, with executable configuration protected. */
  readonly ceiling?: CeilingSource;
  /** Files and directories that none of them may see, such as the socket of a server; absolute. */
  readonly ownPaths?: readonly string[];
  /** Is told, in words, of records of earlier sandboxes that are not believed; default a warning of Node. */
  readonly warn?: (problem: string) => void;
}

/** What else a start may be given. */
export interface RunOptions {
  /** The command gets a network in which only these hosts can be reached, whatever the intent says of it. */
  readonly hosts?: HostRules;
  /** Called for each request of that network, allowed or not. */
  readonly onDecision?: (decision: NetworkDecision) => void;
  /** Calls the start off; a command that runs is ended with `kill`. */
  readonly signal?: AbortSignal;
}

/** A command that runs in its sandbox. */
export interface SandboxedProcess {
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
export interface SandboxEnd {
  /** Its own; 128 + n where signal n ended it. */
  readonly exitCode: number;
}

/** Runs commands of this machine in sandboxes. Keep one for all commands: it remembers what makes the next start cheap. */
export class SandboxRunner {
  readonly #ceiling: CeilingSource;
  readonly #store: PlaceholderStore;
  readonly #searches = createSearches();
  readonly #ownPaths: readonly string[];

  constructor({ ceiling = NO_OPERATOR, ownPaths = [], warn = emitWarning }: SandboxRunnerOptions = {}) {
    const uid = process.getuid?.() ?? 0;
    this.#ceiling = ceiling;
    this.#store = new PlaceholderStore(placeholderFolder(uid), warn);
    this.#ownPaths = [...[spillFolder(uid)].filter(secureOwnFolder), ...ownPaths];
  }

  /**
   * Starts a command with pipes for its streams, and waits until it runs. Call it from the main thread: a sandbox ends with the
   * thread that started it. What changes between plan and start is planned anew, up to `MAX_PLANS` times.
   * @throws ExecError `sandboxUnsupported` when this machine cannot enforce the intent, with the entry and the remedy;
   *   `invalidParams` for a command that is none; `limitExceeded` when it does not run within `SANDBOX_START_MS`; `spawnFailed`
   *   when it cannot be executed in its sandbox; the reason of a signal that calls it off. Nothing has run then.
   */
  async start(
    intent: SandboxIntent,
    command: CommandToRun,
    { hosts, onDecision = () => undefined, signal }: RunOptions = {},
  ): Promise<SandboxedProcess> {
    requireCommand(command);
    const since = Date.now();
    const setUp = new SetUp({ calledOffBy: signal === undefined ? [] : [signal] });
    try {
      const planned = await SteadyPlan.make({
        setUp,
        makePlan: () => this.#plan(intent, command, hosts, setUp),
        openNetwork: ({ plan }) => openNetworkOf(plan, onDecision, setUp),
      });
      const started = await planned.start(async (open) => startPiped(await open(), setUp));
      return running(started, planned.latest, since);
    } catch (error) {
      throw error instanceof NotRun ? explained(error, command) : error;
    } finally {
      setUp.end();
    }
  }

  async #plan(
    intent: SandboxIntent,
    command: CommandToRun,
    hosts: HostRules | undefined,
    setUp: SetUp,
  ): Promise<RunnersPlan> {
    const store = this.#store;
    const memory = { store, searches: this.#searches, ownPaths: this.#ownPaths };
    const host = await readHostFacts(command, process.env, memory, setUp);
    // It waits for this program to have seen it there: were that killed before, bubblewrap would run the command for nobody.
    const held = { ...command, heldCwd: identityOf(command.cwd) };
    const plan = await planSandbox(intent, held, host, this.#ceiling, { hosts, setUp });
    // Where a shell waits, it would be that which says so.
    const problem = whyNotExecutable(command, plan.policy, host.files);
    if (problem !== undefined) throw notExecuted(command, problem);
    return { plan, store, host };
  }
}

interface RunnersPlan extends PlannedLaunch {
  readonly plan: SandboxPlan;
  readonly host: HostFacts;
}

/** Undefined where none is to be seen, for which the plan has words. */
function identityOf(path: string): FileIdentity | undefined {
  try {
    const { dev: device, ino: inode } = statSync(path);
    return { device, inode };
  } catch {
    return undefined;
  }
}

async function openNetworkOf(
  { hosts: rules, bwrap }: SandboxPlan,
  onDecision: (decision: NetworkDecision) => void,
  setUp: SetUp,
): Promise<PlannedNetwork | undefined> {
  if (rules === undefined) return undefined;
  setUp.begin('making its network');
  // What could not be served is an end of a connection for the command, and nothing for anybody else.
  const onFault = (): void => undefined;
  const managed = await openManagedNetwork({ bwrap, rules, onDecision, onFault, signal: setUp.signal });
  return { managed, close: () => managed.close() };
}

/** A wrapper that was started, with what its command prints. */
interface PipedWrapper {
  readonly started: StartedWrapper;
  readonly output: Output;
}

interface Output {
  readonly stdout: Readable;
  readonly stderr: Readable;
}

async function startPiped(launch: OpenLaunch, setUp: SetUp): Promise<PipedWrapper> {
  const spawned: { output: Output } = { output: { stdout: Readable.from([]), stderr: Readable.from([]) } };
  const started = await startWrapper(launch, {
    setUp,
    spawn: ({ program, args, env, stdio }) => {
      // In a group of its own: the command could signal that of this program.
      const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe', ...stdio], detached: true });
      spawned.output = outputOf(child);
      return child;
    },
    complaint: () => text(spawned.output.stderr),
  });
  return { started, output: spawned.output };
}

/** Kept for whoever reads it: what nobody reads yet, Node throws away at the end of a process. */
function outputOf({ stdout, stderr }: ChildProcess): Output {
  const [output, errors] = [new PassThrough(), new PassThrough()];
  stdout?.pipe(output);
  stderr?.pipe(errors);
  return { stdout: output, stderr: errors };
}

function running(
  { started: { process: child, wrapper }, output }: PipedWrapper,
  { plan, host }: RunnersPlan,
  since: number,
): SandboxedProcess {
  const { stdin } = child as ChildProcess & Pick<SandboxedProcess, 'stdin'>;
  const exitCode = (): number =>
    wrapper.status.exitCode ?? child.exitCode ?? 128 + constants.signals[child.signalCode ?? 'SIGKILL'];
  return {
    ...{ stdin, ...output, plan },
    ended: wrapper.gone.then(() => ({ exitCode: exitCode() })),
    appeared: async (signal) => {
      await wrapper.gone;
      return await findAppeared(plan, host, since, signal);
    },
    kill: (signal = 'SIGTERM') => (signal === 'SIGKILL' ? child.kill(signal) : wrapper.signalCommand(signal)),
  };
}

function explained({ complaint, isSetUp }: NotRun, command: CommandToRun): ExecError {
  const why = whyNotRun(complaint);
  if (!isSetUp && why === undefined) {
    return new ExecError('sandboxUnsupported', `the sandbox could not be set up: ${explainFault(complaint)}`);
  }
  return notExecuted(command, why ?? 'nobody can tell why');
}

function notExecuted({ argv: [program] }: CommandToRun, why: string): ExecError {
  return new ExecError('spawnFailed', `${program}, in its sandbox: it cannot be executed: ${why}`);
}

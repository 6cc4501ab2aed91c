import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { MAX_DENIAL_FINDINGS } from '@holdfast/exec-protocol';
import {
  judgeDenial,
  type ManagedNetwork,
  type OpenLaunch,
  openLaunch,
  openManagedNetwork,
  Refusals,
  type SetUp,
  untilSteady,
  type WrapperWatch,
} from '@holdfast/sandbox';
import { complain } from '../complain.js';
import { describeDenial } from '../denial/describe-denial.js';
import { describeLocalRule } from '../denial/local-rule.js';
import { EXIT_OWN_FAILURE } from '../exit-codes.js';
import { printable } from '../text/printable.js';
import { type CarriedStreams, carryStreams, refuseDirectories } from './carried-streams.js';
import type { LocalPermissions } from './local-intent.js';
import { withOwnTemporary } from './own-temporary.js';
import { hasTerminal, type LocalPlan, planLocally } from './plan-locally.js';
import { programExists } from './program-exists.js';
import { RefusalTeller } from './refusal-teller.js';
import { withGuardian } from './with-guardian.js';
import { ENDING_SIGNALS, withSetUp } from './with-set-up.js';

// As shells have them.
const EXIT_NOT_EXECUTABLE = 126;
const EXIT_NOT_FOUND = 127;

/** Runs a command in a sandbox with the streams of this program. @returns the exit code. */
export async function runLocally(
  argv: readonly [string, ...string[]],
  permissions: LocalPermissions,
): Promise<number> {
  refuseDirectories();
  return await withSetUp((setUp) =>
    withGuardian((wrapperEnv) =>
      withOwnTemporary(permissions, async (own) => {
        const makePlan = async (): Promise<LocalPlan> => {
          const made = await planLocally(argv, own.env, own.permissions, setUp, wrapperEnv);
          own.checkPlan(made.plan);
          return made;
        };
        let planned = await untilSteady(setUp, makePlan);
        const refusals = new Refusals(MAX_DENIAL_FINDINGS);
        const network = await networkOf(planned, refusals, setUp);
        try {
          const launch = await untilSteady(setUp, async (isAgain) => {
            if (isAgain) planned = await makePlan();
            return await openLaunch(planned.plan.launch, planned.store, { network, setUp });
          });
          for (const { text } of planned.plan.policy.notes) complain(`note: ${printable(text)}`);
          const command = { program: argv[0], searchPath: own.env['PATH'] ?? '' };
          const streams = carriedFor(launch, planned);
          const exitCode = await runLaunch(launch, streams, setUp, command);
          await streams.arrived();
          if (exitCode !== 0) tellDenial(exitCode, planned, refusals);
          return exitCode;
        } finally {
          network?.close();
        }
      }),
    ),
  );
}

/** A launch that cannot have them is over. */
function carriedFor(launch: OpenLaunch, { store }: LocalPlan): CarriedStreams {
  try {
    return carryStreams(store.secureFolder());
  } catch (error) {
    launch.ended();
    throw error;
  }
}

async function networkOf(
  { plan: { hosts: rules, bwrap } }: LocalPlan,
  refusals: Refusals,
  setUp: SetUp,
): Promise<ManagedNetwork | undefined> {
  if (rules === undefined) return undefined;
  setUp.begin('making its network');
  const teller = new RefusalTeller(complain);
  return openManagedNetwork({
    bwrap,
    rules,
    onDecision: (decision) => {
      teller.add(decision);
      refusals.add(decision);
    },
    onFault: (error) => teller.addFault(error),
    signal: setUp.signal,
  });
}

/** The command has the streams of this program, so nothing is known here of what it has printed. */
function tellDenial(exitCode: number, { plan, files }: LocalPlan, { newest }: Refusals): void {
  const command = { exitCode, cwd: process.cwd(), output: '', refusals: newest };
  const denial = judgeDenial(command, plan, files, () => false);
  if (denial === undefined) return;
  for (const line of describeDenial(denial, describeLocalRule)) complain(line);
}

/** What to say of, where it does not run. */
interface Wanted {
  readonly program: string;
  readonly searchPath: string;
}

async function runLaunch(
  launch: OpenLaunch,
  streams: CarriedStreams,
  setUp: SetUp,
  wanted: Wanted,
): Promise<number> {
  const isOnTerminal = hasTerminal();
  const child = startLaunch(launch, streams, isOnTerminal);
  const failure = failureOf(child);
  const wrapper = launch.watch(child);
  void wrapper.gone.then(() => launch.ended());
  try {
    await Promise.race([wrapper.running(setUp), failure]);
    setUp.end();
    const isOver = await passingSignals(
      { child, wrapper, isOnTerminal },
      Promise.race([wrapper.over, failure]),
    );
    const { exitCode, childPid } = wrapper.status;
    if (!isOver) complain(`process ${childPid ?? ''} of the sandbox does not end`);
    const wrapperCode = codeOf(child);
    if (exitCode !== undefined) return exitCode;
    if (wrapperCode > 128) return wrapperCode;
    return explainNoStart(await wrapper.ready, wanted);
  } catch (error) {
    // What was started is over when it has gone.
    if (child.pid === undefined) launch.ended();
    throw error;
  }
}

/** What could not be started is over. */
function startLaunch(launch: OpenLaunch, streams: CarriedStreams, isOnTerminal: boolean): ChildProcess {
  try {
    return spawn(launch.program, launch.args, {
      env: launch.env,
      stdio: [...streams.stdio, ...launch.stdio],
      // Its own group, or the command could signal this one. On a terminal it must stay in the one in the foreground.
      detached: !isOnTerminal,
    });
  } catch (error) {
    launch.ended();
    throw error;
  } finally {
    streams.handedOver();
  }
}

/** Bubblewrap has printed its own complaint. */
function explainNoStart(isSetUp: boolean, { program, searchPath }: Wanted): number {
  if (!isSetUp) {
    complain('the sandbox could not be set up, so the command was not run');
    return EXIT_OWN_FAILURE;
  }
  const isThere = programExists(program, searchPath);
  complain(isThere ? `${program} cannot be executed in the sandbox` : `there is no program ${program}`);
  return isThere ? EXIT_NOT_EXECUTABLE : EXIT_NOT_FOUND;
}

interface Running {
  readonly child: ChildProcess;
  readonly wrapper: WrapperWatch;
  readonly isOnTerminal: boolean;
}

/** Meanwhile the command gets the signals that would end this program. */
async function passingSignals<T>({ child, wrapper, isOnTerminal }: Running, work: Promise<T>): Promise<T> {
  const pass = (signal: NodeJS.Signals): void => {
    // On a terminal the command has had what was typed there already.
    const wasTyped = isOnTerminal && (signal === 'SIGINT' || signal === 'SIGQUIT');
    // Without a command nobody waits for anything but the end.
    if (!wasTyped && !wrapper.signalCommand(signal)) child.kill('SIGKILL');
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, pass);
  try {
    return await work;
  } finally {
    for (const signal of ENDING_SIGNALS) process.off(signal, pass);
  }
}

/** Rejects when it could not be started. */
function failureOf(child: ChildProcess): Promise<never> {
  return new Promise((_, reject) => {
    child.once('error', reject);
  });
}

function codeOf({ exitCode, signalCode }: ChildProcess): number {
  return exitCode ?? 128 + (signalCode === null ? 0 : constants.signals[signalCode]);
}

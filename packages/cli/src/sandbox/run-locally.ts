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
import { type CarriedStreams, refuseDirectories } from './carried-streams.js';
import type { LocalPermissions } from './local-intent.js';
import { withOwnTemporary } from './own-temporary.js';
import { hasTerminal, type LocalPlan, planLocally } from './plan-locally.js';
import { programExists } from './program-exists.js';
import { RefusalTeller } from './refusal-teller.js';
import { withGuardian } from './with-guardian.js';
import { ENDING_SIGNALS, withSetUp } from './with-set-up.js';
import { untilArrived, withStreams } from './with-streams.js';

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
    withStreams((streams) =>
      withGuardian((wrapperEnv) =>
        withOwnTemporary(permissions, async (own) => {
          const makePlan = async (): Promise<LocalPlan> => {
            const made = await planLocally(argv, own.env, own.permissions, setUp, wrapperEnv);
            own.checkPlan(made.plan);
            return made;
          };
          const surroundings = { setUp, streams, wrapperEnv };
          return await runPlanned(makePlan, surroundings, {
            program: argv[0],
            searchPath: own.env['PATH'] ?? '',
          });
        }),
      ),
    ),
  );
}

/** What a launch takes part in. */
interface Surroundings {
  readonly setUp: SetUp;
  readonly streams: Promise<CarriedStreams>;
  readonly wrapperEnv: Readonly<Record<string, string>>;
}

async function runPlanned(
  makePlan: () => Promise<LocalPlan>,
  { setUp, streams: making, wrapperEnv }: Surroundings,
  command: Wanted,
): Promise<number> {
  let planned = await untilSteady(setUp, makePlan);
  const refusals = new Refusals(MAX_DENIAL_FINDINGS);
  const network = await networkOf(planned, refusals, setUp);
  try {
    const streams = await making;
    const launch = await untilSteady(setUp, async (isAgain) => {
      if (isAgain) planned = await makePlan();
      return await openLaunch(planned.plan.launch, planned.store, { network, setUp });
    });
    tellNotes(planned.plan.policy.notes.map(({ text }) => text));
    const ending = await runLaunch(launch, setUp, streams, wrapperEnv);
    const signal = await untilArrived(streams, ending.isPatient);
    if (signal !== undefined) return 128 + constants.signals[signal];
    const exitCode = ending.exitCode ?? explainNoStart(ending.isSetUp, command);
    if (exitCode !== 0) tellDenial(exitCode, planned, refusals);
    return exitCode === 0 && streams.hasLost ? EXIT_OWN_FAILURE : exitCode;
  } finally {
    network?.close();
  }
}

function tellNotes(notes: readonly string[]): void {
  for (const text of notes.slice(0, MAX_NOTES_SHOWN)) complain(`note: ${printable(text)}`);
  const left = notes.length - MAX_NOTES_SHOWN;
  if (left > 0) complain(`note: and ${left} more, which holdfast sandbox explain shows`);
}

/** Whoever made what they are about, such as an earlier command, could have made thousands. */
const MAX_NOTES_SHOWN = 64;

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

/** How a launch has ended. */
interface Ending {
  /** Of the command; undefined where it did not run. */
  readonly exitCode: number | undefined;
  /** Whether the sandbox was. */
  readonly isSetUp: boolean;
  /** Whether its output is waited for however long that takes: it has come to an end, and nobody has asked for it. */
  readonly isPatient: boolean;
}

async function runLaunch(
  launch: OpenLaunch,
  setUp: SetUp,
  streams: CarriedStreams,
  wrapperEnv: Surroundings['wrapperEnv'],
): Promise<Ending> {
  const isOnTerminal = hasTerminal();
  const child = startLaunch(launch, streams, isOnTerminal);
  const failure = failureOf(child);
  const wrapper = launch.watch(child);
  void wrapper.gone.then(() => launch.ended());
  try {
    const command = await Promise.race([wrapper.running(setUp), failure]);
    if (command !== undefined) streams.carryInput(wrapperEnv);
    setUp.end();
    const { result: isOver, wasSignalled } = await passingSignals(
      { child, wrapper, isOnTerminal },
      Promise.race([wrapper.over, failure]),
    );
    const { exitCode, childPid } = wrapper.status;
    if (!isOver) complain(`process ${childPid ?? ''} of the sandbox does not end`);
    const wrapperCode = codeOf(child);
    return {
      exitCode: exitCode ?? (wrapperCode > 128 ? wrapperCode : undefined),
      isSetUp: await wrapper.ready,
      isPatient: isOver && !wasSignalled,
    };
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
async function passingSignals<T>(
  { child, wrapper, isOnTerminal }: Running,
  work: Promise<T>,
): Promise<{ readonly result: T; readonly wasSignalled: boolean }> {
  let wasSignalled = false;
  const pass = (signal: NodeJS.Signals): void => {
    wasSignalled = true;
    // On a terminal the command has had what was typed there already.
    const wasTyped = isOnTerminal && (signal === 'SIGINT' || signal === 'SIGQUIT');
    // Without a command nobody waits for anything but the end.
    if (!wasTyped && !wrapper.signalCommand(signal)) child.kill('SIGKILL');
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, pass);
  try {
    return { result: await work, wasSignalled };
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

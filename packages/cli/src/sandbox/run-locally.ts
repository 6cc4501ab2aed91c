import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { MAX_DENIAL_FINDINGS } from '@holdfast/exec-protocol';
import {
  explainFault,
  judgeDenial,
  NotRun,
  openManagedNetwork,
  type PlannedNetwork,
  Refusals,
  type SetUp,
  type StartedWrapper,
  SteadyPlan,
  type WrapperWatch,
} from '@holdfast/sandbox';
import { foreignProcesses } from '@holdfast/sandbox/internal';
import { complain } from '../complain.js';
import { describeDenial } from '../denial/describe-denial.js';
import { describeLocalRule } from '../denial/local-rule.js';
import { EXIT_OWN_FAILURE } from '../exit-codes.js';
import { outliveBrokenOutput } from '../follow/broken-output.js';
import { passUserSignals } from '../follow/signals.js';
import { terminalIsShared, terminalWasLeft } from '../terminal/left-terminal.js';
import { type CarriedStreams, refuseDirectories } from './carried-streams.js';
import type { LocalPermissions } from './local-intent.js';
import { NoteTeller } from './note-teller.js';
import { withOwnTemporary } from './own-temporary.js';
import { hasTerminal, type LocalPlan, planLocally } from './plan-locally.js';
import { programExists } from './program-exists.js';
import { RefusalTeller } from './refusal-teller.js';
import { startLocally } from './start-locally.js';
import { tellAppeared } from './tell-appeared.js';
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
  outliveBrokenOutput();
  refuseDirectories();
  refuseForeignProcesses();
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
            temporary: own.env['TMPDIR'],
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
  const since = Date.now();
  const refusals = new Refusals(MAX_DENIAL_FINDINGS);
  const openNetwork = networkOpener(refusals, setUp);
  const planned = await SteadyPlan.make({ setUp, makePlan, openNetwork });
  const notes = new NoteTeller();
  try {
    const streams = await making;
    const started = await planned.start(async (open) => {
      const launch = await open();
      notes.tell(planned.latest.plan.policy.notes.map(({ text }) => text));
      return await startLocally(launch, setUp, streams);
    });
    const ending = await endOf(started, setUp, streams, wrapperEnv);
    const signal = await untilArrived(streams, ending.isPatient);
    const exitCode =
      signal === undefined
        ? tellEnding(ending, command, planned.latest, refusals)
        : 128 + constants.signals[signal];
    await tellAppeared(planned.latest, since, command.temporary);
    return exitCode === 0 && streams.hasLost ? EXIT_OWN_FAILURE : exitCode;
  } catch (error) {
    if (error instanceof NotRun) return explainNotRun(error, command);
    throw error;
  } finally {
    planned.network?.close();
  }
}

/** Makes the networks that plans ask for. Whatever is refused in one of them is told once. */
function networkOpener(
  refusals: Refusals,
  setUp: SetUp,
): (planned: LocalPlan) => Promise<PlannedNetwork | undefined> {
  const teller = new RefusalTeller(complain);
  return async ({ plan: { hosts: rules, bwrap } }) => {
    if (rules === undefined) return undefined;
    setUp.begin('making its network');
    const managed = await openManagedNetwork({
      bwrap,
      rules,
      onDecision: (decision) => {
        teller.add(decision);
        refusals.add(decision);
      },
      onFault: (error) => teller.addFault(error),
      signal: setUp.signal,
    });
    return { managed, close: () => managed.close() };
  };
}

/** Says why a command has failed. @returns the exit code. */
function tellEnding(ending: Ending, command: Wanted, planned: LocalPlan, refusals: Refusals): number {
  const exitCode = ending.exitCode ?? explainNotExecuted(command);
  if (exitCode !== 0) tellDenial(exitCode, planned, refusals);
  return exitCode;
}

/** The command has the streams of this program, so nothing is known here of what it has printed. */
function tellDenial(exitCode: number, { plan, host }: LocalPlan, { newest }: Refusals): void {
  const command = { exitCode, cwd: process.cwd(), output: '', refusals: newest };
  const denial = judgeDenial(command, plan, host, () => false);
  if (denial === undefined) return;
  for (const line of describeDenial(denial, describeLocalRule)) complain(line);
}

/** What to say of, where it does not run, and what it has for itself. */
interface Wanted {
  readonly program: string;
  readonly searchPath: string;
  /** Its temporary directory. */
  readonly temporary: string | undefined;
}

/** How a launch has ended. */
interface Ending {
  /** Of the command; undefined where nobody has told it. */
  readonly exitCode: number | undefined;
  /** Whether its output is waited for however long that takes: it has come to an end, and nobody has asked for it. */
  readonly isPatient: boolean;
}

/** @throws Error where nobody could see what becomes of a sandbox, nor of the programs that carry its streams. */
function refuseForeignProcesses(): void {
  const problem = process.platform === 'linux' ? foreignProcesses() : undefined;
  if (problem !== undefined) throw new Error(`sandbox: ${problem}`);
}

/** From when a command runs until it has ended. */
async function endOf(
  { process: child, wrapper, command }: StartedWrapper,
  setUp: SetUp,
  streams: CarriedStreams,
  wrapperEnv: Surroundings['wrapperEnv'],
): Promise<Ending> {
  terminalIsShared();
  streams.handedOver();
  if (command !== undefined) streams.carryInput(wrapperEnv);
  setUp.end();
  const { result: isOver, wasSignalled } = await passingSignals({ child, wrapper }, wrapper.over);
  terminalWasLeft();
  const { exitCode, childPid } = wrapper.status;
  if (!isOver) complain(`process ${childPid ?? ''} of the sandbox does not end`);
  const wrapperCode = codeOf(child);
  return {
    exitCode: exitCode ?? (wrapperCode > 128 ? wrapperCode : undefined),
    isPatient: isOver && !wasSignalled,
  };
}

/** @returns the exit code. */
function explainNotRun({ complaint, isSetUp }: NotRun, command: Wanted): number {
  if (isSetUp) return explainNotExecuted(command);
  complain(`the sandbox could not be set up, so the command was not run: ${explainFault(complaint)}`);
  return EXIT_OWN_FAILURE;
}

function explainNotExecuted({ program, searchPath }: Wanted): number {
  const isThere = programExists(program, searchPath);
  complain(isThere ? `${program} cannot be executed in the sandbox` : `there is no program ${program}`);
  return isThere ? EXIT_NOT_EXECUTABLE : EXIT_NOT_FOUND;
}

interface Running {
  readonly child: ChildProcess;
  readonly wrapper: WrapperWatch;
}

/** Meanwhile the command gets the signals that would end this program, and those that mean to each program what it likes. */
async function passingSignals<T>(
  { child, wrapper }: Running,
  work: Promise<T>,
): Promise<{ readonly result: T; readonly wasSignalled: boolean }> {
  let wasSignalled = false;
  const pass = (signal: NodeJS.Signals): void => {
    wasSignalled = true;
    // On a terminal the command has had what was typed there already.
    const wasTyped = hasTerminal() && (signal === 'SIGINT' || signal === 'SIGQUIT');
    // Without a command nobody waits for anything but the end.
    if (!wasTyped && !wrapper.signalCommand(signal)) child.kill('SIGKILL');
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, pass);
  const release = passUserSignals((signal) => wrapper.signalCommand(signal));
  try {
    return { result: await work, wasSignalled };
  } finally {
    for (const signal of ENDING_SIGNALS) process.off(signal, pass);
    release();
  }
}

function codeOf({ exitCode, signalCode }: ChildProcess): number {
  return exitCode ?? 128 + (signalCode === null ? 0 : constants.signals[signalCode]);
}

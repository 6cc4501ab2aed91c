import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import {
  type ManagedNetwork,
  type OpenLaunch,
  openLaunch,
  openManagedNetwork,
  type SandboxPlan,
  type WrapperWatch,
} from '@holdfast/sandbox';
import { complain } from '../complain.js';
import { EXIT_OWN_FAILURE } from '../exit-codes.js';
import type { LocalPermissions } from './local-intent.js';
import { withOwnTemporary } from './own-temporary.js';
import { hasTerminal, planLocally } from './plan-locally.js';
import { programExists } from './program-exists.js';
import { RefusalTeller } from './refusal-teller.js';

// As shells have them.
const EXIT_NOT_EXECUTABLE = 126;
const EXIT_NOT_FOUND = 127;

/** Signals that end this program; the command gets them instead. */
const PASSED_ON = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const;

/** Runs a command in a sandbox with the streams of this program. @returns the exit code. */
export async function runLocally(
  argv: readonly [string, ...string[]],
  permissions: LocalPermissions,
): Promise<number> {
  return withOwnTemporary(permissions, async (own) => {
    const { plan, store, bwrap } = await planLocally(argv, own.env, own.permissions);
    for (const { text } of plan.policy.notes) complain(`note: ${text}`);
    const network = await networkOf(plan, bwrap);
    try {
      const launch = openLaunch(plan.launch, store, network);
      return await runLaunch(launch, argv[0], own.env['PATH'] ?? '');
    } finally {
      network?.close();
    }
  });
}

async function networkOf(
  { hosts: rules }: SandboxPlan,
  bwrap: string | undefined,
): Promise<ManagedNetwork | undefined> {
  if (rules === undefined || bwrap === undefined) return undefined;
  const teller = new RefusalTeller(complain);
  return openManagedNetwork({ bwrap, rules, onDecision: (decision) => teller.add(decision) });
}

async function runLaunch(launch: OpenLaunch, program: string, searchPath: string): Promise<number> {
  const isOnTerminal = hasTerminal();
  const child = spawn(launch.program, launch.args, {
    env: launch.env,
    stdio: ['inherit', 'inherit', 'inherit', ...launch.stdio],
    // Its own group, or the command could signal this one. On a terminal it must stay in the one in the foreground.
    detached: !isOnTerminal,
  });
  const wrapper = launch.watch(child);
  void wrapper.gone.then(() => launch.ended());
  const stopPassing = passSignals(child, wrapper, isOnTerminal);
  try {
    const isOver = await Promise.race([wrapper.over, failureOf(child)]);
    const { exitCode, childPid } = wrapper.status;
    if (!isOver) complain(`process ${childPid ?? ''} of the sandbox does not end`);
    const wrapperCode = codeOf(child);
    if (exitCode !== undefined) return exitCode;
    if (wrapperCode > 128) return wrapperCode;
    return explainNoStart(await wrapper.ready, program, searchPath);
  } catch (error) {
    launch.ended();
    throw error;
  } finally {
    stopPassing();
  }
}

/** Bubblewrap has printed its own complaint. */
function explainNoStart(isSetUp: boolean, program: string, searchPath: string): number {
  if (!isSetUp) {
    complain('the sandbox could not be set up, so the command was not run');
    return EXIT_OWN_FAILURE;
  }
  const isThere = programExists(program, searchPath);
  complain(isThere ? `${program} cannot be executed in the sandbox` : `there is no program ${program}`);
  return isThere ? EXIT_NOT_EXECUTABLE : EXIT_NOT_FOUND;
}

/** On a terminal the command has had what was typed there already. */
function passSignals(child: ChildProcess, wrapper: WrapperWatch, isOnTerminal: boolean): () => void {
  const pass = (signal: NodeJS.Signals): void => {
    const wasTyped = isOnTerminal && (signal === 'SIGINT' || signal === 'SIGQUIT');
    // Before there is a command nobody waits for anything but the end.
    if (!wasTyped && !wrapper.signalCommand(signal)) child.kill('SIGKILL');
  };
  for (const signal of PASSED_ON) process.on(signal, pass);
  return () => {
    for (const signal of PASSED_ON) process.off(signal, pass);
  };
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

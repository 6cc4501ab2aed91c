import { ExecError, type SandboxReport } from '@holdfast/exec-protocol';
import { abortable } from '../abortable.js';
import type { Client } from '../client.js';
import type { Clock } from '../clock.js';
import type { ProcessHandle, SpawnOptions } from '../process/handle.js';
import { decodeText, type OutputDecoder } from './decode-output.js';
import { ExitError } from './exit-error.js';
import type { ExecOptions, ExecResult } from './result.js';
import { type RunOutcome, runToEnd } from './run.js';

/** What `exec` is made of. */
export interface ExecHost extends Pick<Client, 'state' | 'on'> {
  readonly clock: Clock;
  /** @param startSignal Withdraws the start while that is not sent, and does nothing to the process. */
  spawn(argv: readonly string[], options: SpawnOptions, startSignal: AbortSignal | undefined): ProcessHandle;
  /** @throws ExecError `unsupported` when the server has no way to end stdin. */
  requireEndOfStdin(): void;
}

/**
 * Runs a command to its end.
 * @throws ExitError when it fails, unless `reject` is false; the reason of `signal`; ExecError when it could not be run.
 */
export async function exec<T extends string | Uint8Array>(
  host: ExecHost,
  argv: readonly string[],
  options: ExecOptions,
  decode: OutputDecoder<T>,
): Promise<ExecResult<T>> {
  const { input, signal, timeoutMs, killGraceMs, reject = true, encoding: _, ...spawnOptions } = options;
  signal?.throwIfAborted();
  if (timeoutMs !== undefined && !(timeoutMs >= 0)) {
    throw new ExecError('invalidParams', `timeoutMs is ${timeoutMs}; give milliseconds, or leave it out`);
  }
  if (input !== undefined) host.requireEndOfStdin();
  const stdin = input === undefined ? 'null' : 'pipe';
  const process = host.spawn(argv, { ...spawnOptions, stdin }, signal);
  const facts = factsOf(process);
  const run = runToEnd(process, {
    client: host,
    clock: host.clock,
    input,
    signal,
    timeoutMs,
    killGraceMs,
  });
  const outcome = await (reject ? abortable(run, signal) : run);
  const result = resultOf(facts, outcome, decode);
  if (reject && result.failed) throw new ExitError(argv, resultOf(facts, outcome, decodeText));
  return result;
}

/** What is known of a command from its start. */
interface StartFacts {
  readonly id: string;
  sandboxReport: SandboxReport | undefined;
}

/** Nobody waits for the answer to the start: a run that has come to its end has ended without it, too. */
function factsOf({ id, sandboxReport }: ProcessHandle): StartFacts {
  const facts: StartFacts = { id, sandboxReport: undefined };
  sandboxReport.then(
    (report) => {
      facts.sandboxReport = report;
    },
    () => undefined,
  );
  return facts;
}

function resultOf<T extends string | Uint8Array>(
  { id, sandboxReport }: StartFacts,
  { exit: { exitCode, signal, denial }, cause, drained, durationMs, collected }: RunOutcome,
  decode: OutputDecoder<T>,
): ExecResult<T> {
  return {
    id,
    exitCode,
    signal,
    cause,
    ...(denial === undefined ? {} : { denial }),
    ...(sandboxReport === undefined ? {} : { sandboxReport }),
    failed: exitCode !== 0 || cause !== 'exit',
    timedOut: cause === 'timeout',
    canceled: cause === 'canceled',
    truncated: collected.truncated,
    drained,
    ...decode(collected),
    durationMs,
  };
}

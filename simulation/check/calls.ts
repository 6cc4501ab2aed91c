import type { ExecResult, ProcessExit } from '@holdfast/exec-client';
import type { ChildRecord } from '../system/script.js';
import type { Call } from '../world/calls.js';
import type { SimulatedClient } from '../world/simulated-client.js';
import type { World } from '../world/world.js';

/** What calls say is true: success happened, failure did not, and only what nobody can know may be either. */
export function callViolations(world: World): string[] {
  return world.clients.flatMap((client) =>
    client.calls.all.flatMap((call) => {
      const found = violationOf(world, client, call);
      const { kind, process, detail } = call;
      return found === undefined ? [] : [`${kind} ${process} ${detail}, ${tellOutcome(call)}: ${found}`];
    }),
  );
}

function tellOutcome({ outcome }: Call): string {
  if (outcome === undefined) return 'pending';
  return outcome.type === 'success' ? 'success' : outcome.kind;
}

/** Whether what was asked for may or may not have happened when it failed like this. */
function isUncertain(client: SimulatedClient, kind: string): boolean {
  // Whoever leaves a process does not wait for what is still under way to it.
  return (
    kind === 'outcomeUnknown' || kind === 'clientClosed' || (kind === 'processUnknown' && client.hasLeft)
  );
}

function violationOf(world: World, client: SimulatedClient, call: Call): string | undefined {
  const { kind, outcome } = call;
  if (outcome?.type === 'failure' && outcome.kind === 'not an ExecError') return outcome.message;
  const record = world.childNamed(call.process);
  switch (kind) {
    case 'start':
      return startViolation(client, call, record);
    case 'write':
    case 'end':
    case 'signal':
    case 'resize':
      return onceViolation(client, call, effectsOf(client, call, record), isSureEffect(call, record));
    default:
      return outcome?.type === 'success' ? answerViolation(world, call, outcome.value, record) : undefined;
  }
}

/** What is wrong with what a call has answered. */
function answerViolation(
  world: World,
  call: Call,
  answer: unknown,
  record: ChildRecord | undefined,
): string | undefined {
  if (call.kind === 'terminate') return terminateViolation(call, answer, record);
  if (call.kind === 'exited') return exitViolation(world, answer as ProcessExit, record);
  if (call.kind === 'exec') return execViolation(answer as ExecResult<Uint8Array>, record);
  if (call.kind === 'closed' && record?.closedAtMs === undefined) return 'it has not closed';
  return undefined;
}

function startViolation(
  client: SimulatedClient,
  { outcome }: Call,
  record: ChildRecord | undefined,
): string | undefined {
  if (outcome?.type === 'success') return record === undefined ? 'nothing was started' : undefined;
  if (outcome === undefined || isUncertain(client, outcome.kind)) return undefined;
  return record === undefined ? undefined : 'it was started';
}

/** Whatever happened at most once, and surely where a call succeeded while `isSure`. */
function onceViolation(
  client: SimulatedClient,
  { outcome }: Call,
  count: number,
  isSure: boolean,
): string | undefined {
  if (count > 1) return `it happened ${count} times`;
  if (outcome?.type === 'success') return count === 0 && isSure ? 'it did not happen' : undefined;
  if (outcome === undefined || isUncertain(client, outcome.kind)) return undefined;
  return count === 0 ? undefined : 'it happened';
}

/** How often the system saw what a call asked for. */
function effectsOf(client: SimulatedClient, call: Call, record: ChildRecord | undefined): number {
  const { kind, process, detail } = call;
  if (record === undefined) return 0;
  if (kind === 'signal') return record.signals.filter((name) => name === detail).length;
  if (kind === 'end') return record.stdin.filter((chunk) => chunk === 'end').length;
  if (kind === 'resize') {
    return record.events.filter((event) => event.type === 'resized' && String(event.rows) === detail).length;
  }
  const write = client.writes.find((one) => one.process === process && String(one.number) === detail);
  if (write === undefined) return 0;
  return record.stdin.filter((chunk) => chunk !== 'end' && Buffer.compare(chunk, write.bytes) === 0).length;
}

/** Whether success of a call leaves no other way than that it had its effect. */
function isSureEffect({ kind, settledAtMs = 0 }: Call, record: ChildRecord | undefined): boolean {
  if (kind === 'write') return true;
  if (kind === 'end' && record?.hasStdin !== true) return false;
  if (kind === 'resize' && record?.isTerminal !== true) return false;
  return record !== undefined && (record.exitedAtMs === undefined || record.exitedAtMs > settledAtMs);
}

function terminateViolation(
  { madeAtMs, settledAtMs = Infinity }: Call,
  wasRunning: unknown,
  record: ChildRecord | undefined,
): string | undefined {
  const exitedAtMs = record?.exitedAtMs ?? Infinity;
  if (wasRunning === true) return exitedAtMs < madeAtMs ? 'it had ended before' : undefined;
  return exitedAtMs > settledAtMs ? 'it was running' : undefined;
}

function exitViolation(
  world: World,
  { exitCode, signal }: ProcessExit,
  record: ChildRecord | undefined,
): string | undefined {
  const exit = record?.events.find((event) => event.type === 'exited');
  if (exit === undefined) return 'it has not ended';
  const expected = world.scenario.program.extensions.includes('signals') ? exit.signal : null;
  if (exit.exitCode === exitCode && expected === signal) return undefined;
  return `told ${exitCode} ${signal} instead of ${exit.exitCode} ${expected}`;
}

function execViolation(result: ExecResult<Uint8Array>, record: ChildRecord | undefined): string | undefined {
  if (record === undefined) return 'nothing was started';
  const exit = record.events.find((event) => event.type === 'exited');
  if (exit?.exitCode !== result.exitCode) return `told exit ${result.exitCode} instead of ${exit?.exitCode}`;
  for (const stream of ['stdout', 'stderr'] as const) {
    const printed = Buffer.concat(
      record.events.flatMap((event) =>
        event.type === 'output' && event.stream === stream ? [event.bytes] : [],
      ),
    );
    const given = result[stream];
    const isShort = result.drained && given.length < printed.length;
    if (isShort || Buffer.compare(given, printed.subarray(0, given.length)) !== 0) {
      return `${given.length} bytes of ${stream} are not what was printed, ${printed.length} bytes`;
    }
  }
  return undefined;
}

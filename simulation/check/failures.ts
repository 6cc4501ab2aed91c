import { HANDSHAKE_TIMEOUT_MS, RETAINED_BYTES } from '@holdfast/exec-protocol';
import type { Fault } from '../faults/fault.js';
import type { ProcessPlan } from '../program/program.js';
import { bytesPrinted } from '../system/script.js';
import type { Call, Outcome } from '../world/calls.js';
import type { SimulatedClient } from '../world/simulated-client.js';
import { planOf, type World } from '../world/world.js';
import { isSurvivable } from './survivable.js';

/**
 * Where nothing went wrong that a session does not survive, nothing fails but what would fail on a link without faults,
 * and what nobody can know towards a peer without `replay`.
 */
export function failureViolations(world: World): string[] {
  if (!isSurvivable(world.scenario)) return [];
  return world.clients.flatMap((client) => {
    const calls = client.calls.all.map((call) => ({ ...call, isView: false }));
    const views = client.watched.map(({ process, plan, outcome, settledAtMs }) => ({
      ...{ kind: 'view' as const, process, detail: plan.kind, outcome, settledAtMs },
    }));
    return [...calls, ...views].flatMap((one) => {
      const { kind, process, detail, outcome } = one;
      if (outcome?.type !== 'failure' || isExcused(world, client, { ...one, outcome })) return [];
      return [`${kind} ${process} ${detail} fails although it need not: ${outcome.kind}: ${outcome.message}`];
    });
  });
}

interface Failed {
  readonly kind: Call['kind'] | 'view';
  readonly process: string;
  readonly settledAtMs: number | undefined;
  readonly outcome: Outcome & { readonly type: 'failure' };
}

function isExcused(world: World, client: SimulatedClient, failed: Failed): boolean {
  const { program, faults } = world.scenario;
  // The first connection is not the client's to get back.
  if (failed.kind === 'connect') return faults.length > 0;
  if (failed.outcome.kind === 'unsupported') return true;
  if (program.closeMs !== undefined || isAsleepInHandshake(world, client)) return true;
  const plan = planOf(program, failed.process);
  if (plan === undefined || isHandleExcused(world, client, plan, failed.process)) return true;
  const isInDoubt = !program.extensions.includes('replay') && faults.length > 0;
  switch (failed.outcome.kind) {
    case 'stdinBroken':
    case 'stdinClosed':
      return failed.kind === 'write' || failed.kind === 'end';
    case 'outcomeUnknown':
      return isInDoubt && failed.kind !== 'write' && failed.kind !== 'view';
    case 'gap':
      return mayMissOutput(failed, faults) && mayHaveGaps(world, client, plan, failed);
    case 'processUnknown':
      return isForgotten(world, failed);
    default:
      return false;
  }
}

/** A server keeps no connection for long that does not finish its handshake, and its session has nothing in it yet. */
function isAsleepInHandshake({ scenario, first }: World, client: SimulatedClient): boolean {
  const { settledAtMs = 0 } = client.calls.all.find(({ kind }) => kind === 'connect') ?? {};
  const name = client === first ? 'first' : 'guest';
  return scenario.faults.some(
    (fault) =>
      fault.type === 'sleep' &&
      fault.machine === name &&
      fault.atMs <= settledAtMs &&
      fault.forMs > HANDSHAKE_TIMEOUT_MS,
  );
}

/** Whether everything about the handle may fail, because the process never was, or is not known any more. */
function isHandleExcused(world: World, client: SimulatedClient, plan: ProcessPlan, name: string): boolean {
  if (plan.script.spawnMs === undefined) return true;
  if (client !== world.first) return isGuestExcused(world, client);
  const start = client.calls.all.find(({ kind, process }) => kind === 'start' && process === name);
  const kind = start?.outcome?.type === 'failure' ? start.outcome.kind : undefined;
  if (kind === 'unsupported') return true;
  const { extensions } = world.scenario.program;
  return kind === 'outcomeUnknown' && !extensions.includes('replay') && world.scenario.faults.length > 0;
}

/** A guest may come too early or too late, and may have left. */
function isGuestExcused(world: World, client: SimulatedClient): boolean {
  const join = client.calls.all.find(({ kind }) => kind === 'join');
  return join?.outcome?.type === 'failure' || world.scenario.program.guest?.leaveMs !== undefined;
}

/** Views may come late. A call that collects output reads from its start on, but not what a thief of its session was given. */
function mayMissOutput({ kind }: Failed, faults: readonly Fault[]): boolean {
  return kind === 'view' || (kind === 'exec' && faults.some(({ type }) => type === 'thief'));
}

/** Output is forgotten where nobody is owed it, or long after it was delivered. */
function mayHaveGaps(world: World, client: SimulatedClient, plan: ProcessPlan, failed: Failed): boolean {
  return (
    bytesPrinted(plan.script) > RETAINED_BYTES / 2 || client !== world.first || isForgotten(world, failed)
  );
}

const KEPT_MS = 75_000;

function isForgotten(world: World, { process, settledAtMs = 0 }: Failed): boolean {
  const closedAtMs = world.childNamed(process)?.closedAtMs;
  return closedAtMs !== undefined && settledAtMs > closedAtMs + KEPT_MS;
}

import type { ProcessEvent } from '@holdfast/exec-client';
import type { ChildRecord } from '../system/script.js';
import type { SimulatedClient } from '../world/simulated-client.js';
import type { Watched } from '../world/watcher.js';
import type { World } from '../world/world.js';
import { differenceOf, passagesOf, tailOf } from './event-sequence.js';

/** Whatever a view gave is what the child printed, in order, without holes or repeats. */
export function viewViolations(world: World): string[] {
  const violations: string[] = [];
  const bySeq = new Map<string, ProcessEvent>();
  for (const client of world.clients) {
    for (const view of client.watched) {
      const found = violationOf(world, client, view) ?? numberingViolation(view, bySeq);
      if (found !== undefined) violations.push(`view of ${view.process} (${view.plan.kind}): ${found}`);
    }
  }
  return violations;
}

function violationOf(world: World, client: SimulatedClient, view: Watched): string | undefined {
  const record = world.childNamed(view.process);
  const isComplete = view.outcome?.type === 'success' && !mayEndEarly(world, client, view);
  if (record === undefined) {
    return view.events.length + view.bytes.length > 0
      ? 'it gave something of a process that never ran'
      : undefined;
  }
  if (view.plan.kind !== 'events') return streamViolation(record, view, isComplete);
  const { extensions } = world.scenario.program;
  const tells = { signals: extensions.includes('signals'), sizes: extensions.includes('pty') };
  const given = passagesOf(view.events, tells);
  const whole = passagesOf(record.events, tells);
  if (view.plan.after === 0) return differenceOf(given, whole, isComplete);
  return isComplete ? differenceOf(given, tailOf(whole, given), true) : undefined;
}

/** Whoever leaves, the view or the process, has not everything. */
function mayEndEarly(world: World, client: SimulatedClient, { plan, events, bytes }: Watched): boolean {
  if (client !== world.first && world.scenario.program.guest?.leaveMs !== undefined) return true;
  return plan.leavesAfter === events.length + bytes.length;
}

function streamViolation(record: ChildRecord, view: Watched, isComplete: boolean): string | undefined {
  const isWanted = (stream: string): boolean => view.plan.kind === 'all' || stream !== 'stderr';
  const whole = Buffer.concat(
    record.events.flatMap((event) =>
      event.type === 'output' && isWanted(event.stream) ? [event.bytes] : [],
    ),
  );
  const given = Buffer.concat(view.bytes);
  if (isComplete && given.length < whole.length) return `${given.length} of ${whole.length} bytes`;
  if (given.equals(whole.subarray(0, given.length))) return undefined;
  return `its ${given.length} bytes are not the first of what was printed`;
}

/** Events have the numbers 1, 2, 3 …, and one number stands for the same event in every view. */
function numberingViolation(view: Watched, bySeq: Map<string, ProcessEvent>): string | undefined {
  let previous: number | undefined;
  for (const event of view.events) {
    if (previous !== undefined && event.seq !== previous + 1) return `${event.seq} follows ${previous}`;
    previous = event.seq;
    const key = `${view.process} ${event.seq}`;
    const known = bySeq.get(key) ?? event;
    bySeq.set(key, known);
    if (!isSameEvent(known, event)) return `${event.seq} is not the same in two views`;
  }
  return undefined;
}

function isSameEvent(a: ProcessEvent, b: ProcessEvent): boolean {
  if (a.type !== 'output' || b.type !== 'output') return a.type === b.type;
  return a.stream === b.stream && Buffer.compare(a.bytes, b.bytes) === 0;
}

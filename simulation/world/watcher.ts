import type { ProcessEvent, ProcessHandle } from '@holdfast/exec-client';
import type { ViewPlan } from '../program/program.js';
import type { Machine } from '../time/virtual-time.js';
import { failureOf, type Outcome } from './calls.js';

/** What one view of a process gave. */
export interface Watched {
  readonly process: string;
  readonly plan: ViewPlan;
  readonly events: ProcessEvent[];
  /** Of a view on a stream. */
  readonly bytes: Uint8Array[];
  /** How it ended; undefined while it is open. Success with `left` when the plan says so. */
  outcome: Outcome | undefined;
  settledAtMs: number | undefined;
}

/** Opens a view as planned and reads it to its end, at its own pace. */
export async function watch(
  handle: ProcessHandle,
  plan: ViewPlan,
  machine: Machine,
  process: string,
  watched: Watched[],
): Promise<void> {
  const view: Watched = { process, plan, events: [], bytes: [], outcome: undefined, settledAtMs: undefined };
  watched.push(view);
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      machine.after(ms, resolve);
    });
  try {
    let seen = 0;
    for await (const item of open(handle, plan)) {
      if (item instanceof Uint8Array) view.bytes.push(item);
      else view.events.push(item);
      seen += 1;
      if (plan.leavesAfter === seen) break;
      if (plan.perEventMs > 0) await wait(plan.perEventMs);
      if (plan.pause?.afterEvents === seen) await wait(plan.pause.forMs);
    }
    view.outcome = { type: 'success', value: seen };
  } catch (error) {
    view.outcome = failureOf(error);
  }
  view.settledAtMs = machine.now();
}

function open(handle: ProcessHandle, plan: ViewPlan): AsyncIterable<ProcessEvent | Uint8Array> {
  if (plan.kind === 'events') return handle.events({ after: plan.after });
  return plan.kind === 'stdout' ? handle.stdout : handle.all;
}

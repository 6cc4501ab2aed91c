import { denialIn } from '../denial.js';
import type { ClosedEvent, ExitedEvent, ProcessEvent } from '../events.js';
import { eventOf } from '../views/page-event.js';
import type { ReadAnswer } from '../views/view-source.js';

/** What is known of a process when it is asked what was missed. */
export interface KnownEvents {
  /** Everything up to this seq has arrived. */
  readonly afterSeq: number;
  readonly exited: ExitedEvent | undefined;
  readonly closed: ClosedEvent | undefined;
}

/** What happened meanwhile. */
export interface MissedEvents {
  /** In order. */
  readonly events: readonly ProcessEvent[];
  /** Events that are no longer retained. */
  readonly gap: { readonly from: number; readonly to: number } | undefined;
}

/**
 * Reads out of a page what happened after `afterSeq`. Pages do not hold the end of the process and of its output: these are
 * the numbers that the page leaves out. Servers drop the oldest output first, so what is missing before the first entry is
 * lost, but for one number when the end of the process is nowhere else.
 */
export function missedEvents(page: ReadAnswer, known: KnownEvents): MissedEvents {
  const first = known.afterSeq + 1;
  const content = page.chunks.filter(({ seq }) => seq >= first).map(eventOf);
  const closed = known.closed ?? closedIn(page, first);
  const newest = page.nextSeq - (closed?.seq === page.nextSeq - 1 ? 2 : 1);
  const exited = known.exited ?? exitIn(page, content, first, newest);
  const states = [
    known.exited === undefined ? exited : undefined,
    known.closed === undefined ? closed : undefined,
  ];
  const events = [...content, ...states.flatMap((state) => state ?? [])].sort((a, b) => a.seq - b.seq);
  return { events, gap: gapOf(first, (content[0]?.seq ?? newest + 1) - 1, exited?.seq) };
}

function closedIn({ closed, nextSeq }: ReadAnswer, first: number): ClosedEvent | undefined {
  return closed && nextSeq > first ? { type: 'closed', seq: nextSeq - 1 } : undefined;
}

// A server that does not tell the code has not told the end.
function exitIn(
  { exited, exitCode, signal = null, ...told }: ReadAnswer,
  content: readonly ProcessEvent[],
  first: number,
  newest: number,
): ExitedEvent | undefined {
  const seq = leftOut(content, newest) ?? (content[0]?.seq ?? newest + 1) - 1;
  if (!exited || exitCode === null || seq < first) return undefined;
  return { type: 'exited', seq, exitCode, signal, ...denialIn(told) };
}

/** The first number behind the first entry that no entry has. */
function leftOut([head, ...rest]: readonly ProcessEvent[], newest: number): number | undefined {
  if (head === undefined) return undefined;
  let next = head.seq + 1;
  for (const { seq } of rest) {
    if (seq > next) return next;
    next = seq + 1;
  }
  return next <= newest ? next : undefined;
}

function gapOf(from: number, to: number, exitedSeq: number | undefined): MissedEvents['gap'] {
  const start = exitedSeq === from ? from + 1 : from;
  const end = exitedSeq === to ? to - 1 : to;
  return start <= end ? { from: start, to: end } : undefined;
}

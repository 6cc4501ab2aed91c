import { MAX_READ_BYTES } from '@holdfast/exec-protocol';
import type { EventLog, LogEvent } from './event-log.js';

/** What one `process/read` answers. */
export interface ReadPage {
  readonly chunks: readonly (LogEvent & { readonly type: 'output' })[];
  readonly nextSeq: number;
  readonly exited: boolean;
  readonly exitCode: number | null;
  readonly closed: boolean;
}

/**
 * Reads the log after `afterSeq`.
 *
 * With a budget from the caller, the state is the one of now, as on the reference. Without one, an answer that had to be
 * cut says how things stood at `nextSeq`, so that a reader which trusts the state never stops early.
 */
export function readPage(log: EventLog, afterSeq: number, maxBytes: number | undefined): ReadPage {
  const { chunks, isCut } = collect(log, afterSeq, maxBytes ?? MAX_READ_BYTES);
  const last = chunks.at(-1);
  const endsAtLast = last !== undefined && (isCut || maxBytes !== undefined);
  const nextSeq = endsAtLast ? last.seq + 1 : log.nextSeq;
  const horizon = maxBytes === undefined ? nextSeq : log.nextSeq;
  const exited = log.exited !== undefined && log.exited.seq < horizon ? log.exited : undefined;
  return {
    chunks,
    nextSeq,
    exited: exited !== undefined,
    exitCode: exited?.exitCode ?? null,
    closed: log.closed !== undefined && log.closed.seq < horizon,
  };
}

/** Whether a read after `afterSeq` has something to say at once, or should wait when it may. */
export function hasNews(log: EventLog, afterSeq: number): boolean {
  if (log.closed !== undefined) return true;
  if (log.exited !== undefined && afterSeq < log.nextSeq - 1) return true;
  for (let event = log.after(afterSeq); event !== undefined; event = log.after(event.seq)) {
    if (event.type === 'output') return true;
  }
  return false;
}

function collect(
  log: EventLog,
  afterSeq: number,
  budget: number,
): { readonly chunks: (LogEvent & { readonly type: 'output' })[]; readonly isCut: boolean } {
  const chunks: (LogEvent & { readonly type: 'output' })[] = [];
  let left = budget;
  for (let event = log.after(afterSeq); event !== undefined; event = log.after(event.seq)) {
    if (event.type !== 'output') continue;
    if (chunks.length > 0 && event.bytes.length > left) return { chunks, isCut: true };
    chunks.push(event);
    left -= event.bytes.length;
  }
  return { chunks, isCut: false };
}

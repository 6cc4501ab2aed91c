import { ExecError, MAX_READ_BYTES, SPILL_READ_ATTEMPTS } from '@holdfast/exec-protocol';
import type { EventLog } from '../log/event-log.js';
import { isSpilled, type LogEntry, lengthOf, residentBytes } from '../log/log-entry.js';
import { SpilledRun } from './spilled-run.js';

/** An entry that a read answers; the others are told by the state. */
export type ReadEntry = Extract<LogEntry, { readonly type: 'output' | 'resized' }>;

/** What one `process/read` answers, as of one instant; the bytes may still lie in the spill. */
export interface ReadPage {
  readonly entries: readonly ReadEntry[];
  readonly nextSeq: number;
  readonly exited: boolean;
  readonly exitCode: number | null;
  readonly closed: boolean;
}

/** What one answer may hold; its first event always fits. */
export interface PageLimits {
  /** Raw bytes of output. */
  readonly bytes: number;
  readonly events: number;
}

/** So many small chunks make no answer that clients cannot take. */
export const USUAL_LIMITS: PageLimits = { bytes: MAX_READ_BYTES, events: 50_000 };

/**
 * What a read after `afterSeq` answers.
 *
 * Where the budget of the caller ends an answer the state is the one of now, as on the reference. One that our own limits
 * had to cut says how things stood at `nextSeq`, so that a reader which trusts the state never stops early.
 */
export function pickPage(
  log: EventLog,
  afterSeq: number,
  maxBytes: number | undefined,
  limits: PageLimits = USUAL_LIMITS,
): ReadPage {
  return pageOf(log, maxBytes, collect(log, afterSeq, maxBytes ?? Number.POSITIVE_INFINITY, limits));
}

/** The same, or undefined where the limits would have to cut it; that is found out without picking more than they allow. */
export function pickUncutPage(
  log: EventLog,
  afterSeq: number,
  maxBytes: number | undefined,
  limits: PageLimits,
): ReadPage | undefined {
  const picked = collect(log, afterSeq, maxBytes ?? Number.POSITIVE_INFINITY, limits);
  return picked.isCutByUs ? undefined : pageOf(log, maxBytes, picked);
}

function pageOf(
  log: EventLog,
  maxBytes: number | undefined,
  { entries, isCut, isCutByUs }: Picked,
): ReadPage {
  const last = entries.at(-1);
  const endsAtLast = last !== undefined && (isCut || maxBytes !== undefined);
  const nextSeq = endsAtLast ? last.seq + 1 : log.nextSeq;
  const horizon = isCutByUs ? nextSeq : log.nextSeq;
  const exited = log.exited !== undefined && log.exited.seq < horizon ? log.exited : undefined;
  return {
    entries,
    nextSeq,
    exited: exited !== undefined,
    exitCode: exited?.exitCode ?? null,
    closed: log.closed !== undefined && log.closed.seq < horizon,
  };
}

/**
 * Hands out the bytes of each output of a page, in order; they may be overwritten after each call. A few at a time are read
 * from the spill, so that a page takes no memory of its size.
 * @param signal Ends the wait for a disk that fails, with its reason when the reader has gone.
 * @returns false when some were given back meanwhile, so that another page is due.
 * @throws ExecError `outputUnreadable` when the disk failed each time.
 */
export async function readOutput(
  log: EventLog,
  { entries }: ReadPage,
  onBytes: (bytes: Uint8Array) => void,
  signal?: AbortSignal,
): Promise<boolean> {
  const run = new SpilledRun();
  for (const [at, entry] of entries.entries()) {
    if (isSpilled(entry) && run.bytesOf(entry) === undefined) {
      const fetch = (): Promise<void> => {
        let next = at;
        return run.fetch(log, entry, () => entries[(next += 1)]);
      };
      await patiently(log, entries.slice(at), fetch, signal);
    }
    const bytes = isSpilled(entry) ? run.bytesOf(entry) : residentBytes(entry);
    if (bytes === undefined) return false;
    if (entry.type === 'output') onBytes(bytes);
  }
  return true;
}

// Disks and networks come back, and the reader would only ask again.
async function patiently(
  log: EventLog,
  entries: readonly ReadEntry[],
  fetch: () => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await fetch();
      return;
    } catch (cause) {
      if (attempt === SPILL_READ_ATTEMPTS) throw unreadable(entries, cause);
    }
    await untilRetry(log, signal);
  }
}

function unreadable(entries: readonly ReadEntry[], cause: unknown): ExecError {
  const seqs = `${String(entries[0]?.seq)} to ${String(entries.at(-1)?.seq)}`;
  const message = `the disk that holds output of this process, events ${seqs}, cannot be read; read again when it can`;
  return new ExecError('outputUnreadable', message, { cause });
}

function untilRetry(log: EventLog, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject: (reason: unknown) => void) => {
    const abort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = log.retryLater(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Whether a read after `afterSeq` has something to say at once, or should wait when it may. */
export function hasNews(log: EventLog, afterSeq: number): boolean {
  if (log.closed !== undefined) return true;
  if (log.exited !== undefined && afterSeq < log.nextSeq - 1) return true;
  for (let entry = log.peek(afterSeq); entry !== undefined; entry = log.peek(entry.seq)) {
    if (isReadEntry(entry)) return true;
  }
  return false;
}

interface Picked {
  readonly entries: readonly ReadEntry[];
  readonly isCut: boolean;
  readonly isCutByUs: boolean;
}

function collect(log: EventLog, afterSeq: number, budget: number, limits: PageLimits): Picked {
  const entries: ReadEntry[] = [];
  let total = 0;
  for (let entry = log.after(afterSeq); entry !== undefined; entry = log.after(entry.seq)) {
    if (!isReadEntry(entry)) continue;
    total += lengthOf(entry);
    if (entries.length > 0) {
      if (total > Math.min(budget, limits.bytes)) return { entries, isCut: true, isCutByUs: total <= budget };
      if (entries.length >= limits.events) return { entries, isCut: true, isCutByUs: true };
    }
    entries.push(entry);
  }
  return { entries, isCut: false, isCutByUs: false };
}

function isReadEntry(entry: LogEntry): entry is ReadEntry {
  return entry.type === 'output' || entry.type === 'resized';
}

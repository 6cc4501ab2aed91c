import { ExecError, MAX_READ_BYTES, SPILL_READ_ATTEMPTS } from '@holdfast/exec-protocol';
import type { EventLog } from './event-log.js';
import { type LogEntry, type LogEvent, lengthOf, type OutputEntry, outputEvent } from './log-entry.js';
import { readEntries } from './spilled-run.js';

/** An event that a read answers; the others are told by the state. */
export type ReadEvent = Extract<LogEvent, { readonly type: 'output' | 'resized' }>;

type ReadEntry = Extract<LogEntry, { readonly type: 'output' | 'resized' }>;

/** What one `process/read` answers. */
export interface ReadPage {
  readonly chunks: readonly ReadEvent[];
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

/** How a page is read. */
export interface PageOptions {
  /** Default the usual ones. */
  readonly limits?: PageLimits | undefined;
  /** Ends the wait for a disk that fails, with its reason, when the reader has gone. */
  readonly signal?: AbortSignal | undefined;
}

/** So many small chunks make no answer that clients cannot take. */
const USUAL_LIMITS: PageLimits = { bytes: MAX_READ_BYTES, events: 50_000 };

/**
 * Reads the log after `afterSeq`.
 *
 * Where the budget of the caller ends an answer the state is the one of now, as on the reference. One that our own limits
 * had to cut says how things stood at `nextSeq`, so that a reader which trusts the state never stops early.
 * @throws ExecError `outputUnreadable` when the disk failed each time.
 */
export async function readPage(
  log: EventLog,
  afterSeq: number,
  maxBytes: number | undefined,
  { limits = USUAL_LIMITS, signal }: PageOptions = {},
): Promise<ReadPage> {
  for (;;) {
    const { entries, ...page } = pickPage(log, afterSeq, maxBytes, limits);
    const bytes = await readPatiently(log, entries.filter(isOutput), signal);
    // What was given back meanwhile is not retained any more, so another page is due.
    if (bytes === undefined) continue;
    let at = 0;
    return {
      ...page,
      chunks: entries.map((entry) =>
        entry.type === 'output' ? outputEvent(entry, bytes[at++] ?? NO_BYTES) : entry,
      ),
    };
  }
}

const NO_BYTES = new Uint8Array(0);

// Disks and networks come back, and the reader would only ask again.
async function readPatiently(
  log: EventLog,
  entries: readonly OutputEntry[],
  signal: AbortSignal | undefined,
): Promise<readonly Uint8Array[] | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await readEntries(log, entries);
    } catch (cause) {
      if (attempt === SPILL_READ_ATTEMPTS) throw unreadable(entries, cause);
    }
    await untilRetry(log, signal);
  }
}

function unreadable(entries: readonly OutputEntry[], cause: unknown): ExecError {
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

/** Everything about a page but its bytes, as of one instant. */
function pickPage(
  log: EventLog,
  afterSeq: number,
  maxBytes: number | undefined,
  limits: PageLimits,
): Omit<ReadPage, 'chunks'> & { readonly entries: readonly ReadEntry[] } {
  const { entries, isCut, isCutByUs } = collect(log, afterSeq, maxBytes ?? Number.POSITIVE_INFINITY, limits);
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

function isOutput(entry: ReadEntry): entry is OutputEntry {
  return entry.type === 'output';
}

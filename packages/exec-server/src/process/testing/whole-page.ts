import { pickPage, type ReadPage, readOutput } from '../follow/read-page.js';
import type { EventLog } from '../log/event-log.js';
import { type LogEvent, outputEvent } from '../log/log-entry.js';

/** A page with the bytes of its output. */
export interface WholePage extends Omit<ReadPage, 'entries'> {
  readonly chunks: readonly Extract<LogEvent, { readonly type: 'output' | 'resized' }>[];
}

/** Reads as a server does: another page is picked when something of one was given back meanwhile. */
export async function readPage(
  log: EventLog,
  afterSeq: number,
  maxBytes: number | undefined,
  signal?: AbortSignal,
): Promise<WholePage> {
  for (;;) {
    const { entries, ...state } = pickPage(log, afterSeq, maxBytes);
    const bytes: Uint8Array[] = [];
    const keep = (some: Uint8Array): unknown => bytes.push(Buffer.from(some));
    if (!(await readOutput(log, { entries, ...state }, keep, signal))) continue;
    const chunks = entries.map((entry) =>
      entry.type === 'output' ? outputEvent(entry, bytes.shift() ?? Buffer.alloc(0)) : entry,
    );
    return { ...state, chunks };
  }
}

import { RETAINED_BYTES } from '@holdfast/exec-protocol';
import type { EventLog } from './event-log.js';

/** The end of the output of all streams as text, as far as it is in memory: no more than what stays readable anyway. */
export function recentOutput(log: EventLog): string {
  const pieces: Uint8Array[] = [];
  const { firstSeq } = log;
  let bytes = 0;
  for (let seq = log.nextSeq - 1; seq >= firstSeq && bytes < RETAINED_BYTES; seq -= 1) {
    const entry = log.peek(seq - 1);
    if (entry?.type !== 'output') continue;
    if (typeof entry.at === 'number') break;
    pieces.push(entry.at);
    bytes += entry.length;
  }
  return Buffer.concat(pieces.reverse()).toString();
}

import type { Fault } from '../faults/fault.js';
import type { Program } from '../program/program.js';
import { bytesPrinted } from '../system/script.js';
import type { Scenario } from '../world/scenario.js';

/** What a fault may cost at most, in milliseconds. */
interface Cost {
  /** Until the client knows of it. */
  readonly unnoticedMs: number;
  /** During which it cannot get its session back although it tries. */
  readonly outageMs: number;
}

/** A client notices a silent link after 45 s, or a ping later. */
const SILENCE_MS = 62_000;

/** What a cut costs by itself: delays between attempts, and a predecessor that has to be given up. */
const RECOVERY_MS = 4_000;

/** Well below what a client is willing to try for, 45 s, and a server to keep, 80 s. */
const MOST_OUTAGE_MS = 25_000;
const MOST_AWAY_MS = 72_000;

/** A server takes a client that says nothing for a sleeping one for ten minutes. */
const MOST_SLEEP_MS = 500_000;

/** Below this rate a chunk of output may take longer than a client waits for a sign of life. */
const PASSABLE_BYTES_PER_MS = 10;

/** A run has 200 s before its processes are terminated: less than that for what has to pass. */
const MOST_PASSING_MS = 150_000;

/** What a byte of output costs on the wire at most: base64, its envelope, and some that come again. */
const WIRE_BYTES_PER_BYTE = 2;

/** Whether sessions must live through all of the faults, however they meet. */
export function isSurvivable({ program, faults }: Scenario): boolean {
  const [only, ...others] = faults;
  if (others.length === 0 && only?.type === 'sleep' && only.machine !== 'server') {
    return only.forMs <= MOST_SLEEP_MS;
  }
  const printedBytes = bytesPrintedBy(program);
  const costs = faults.map((fault) => costOf(fault, printedBytes));
  const unnoticedMs = costs.reduce((sum, cost) => sum + cost.unnoticedMs, 0);
  const outageMs = costs.reduce((sum, cost) => sum + cost.outageMs, 0);
  return outageMs <= MOST_OUTAGE_MS && unnoticedMs + outageMs <= MOST_AWAY_MS;
}

function costOf(fault: Fault, printedBytes: number): Cost {
  switch (fault.type) {
    case 'repeat':
      return { unnoticedMs: 0, outageMs: 0 };
    case 'cutAtByte':
    case 'cutAtTime':
      return { unnoticedMs: fault.notice.clientMs ?? SILENCE_MS, outageMs: RECOVERY_MS };
    case 'stall':
      return { unnoticedMs: Math.min(fault.forMs, SILENCE_MS), outageMs: RECOVERY_MS };
    case 'drip':
      return { unnoticedMs: 0, outageMs: canPass(printedBytes, fault.bytesPerMs) ? RECOVERY_MS : Infinity };
    case 'lag':
      return { unnoticedMs: 0, outageMs: 4 * fault.lagMs };
    case 'noDials':
      return { unnoticedMs: 0, outageMs: fault.forMs + 2 * RECOVERY_MS };
    case 'sleep':
      return {
        unnoticedMs: fault.forMs,
        outageMs: fault.machine === 'server' ? fault.forMs + RECOVERY_MS : 0,
      };
    case 'thief':
      return { unnoticedMs: 0, outageMs: fault.holdMs + RECOVERY_MS };
    case 'killServer':
    case 'killClient':
      return { unnoticedMs: Infinity, outageMs: Infinity };
  }
}

function canPass(printedBytes: number, bytesPerMs: number): boolean {
  return (
    bytesPerMs >= PASSABLE_BYTES_PER_MS &&
    (printedBytes * WIRE_BYTES_PER_BYTE) / bytesPerMs <= MOST_PASSING_MS
  );
}

function bytesPrintedBy({ processes }: Program): number {
  return processes.reduce((sum, { script }) => sum + bytesPrinted(script), 0);
}

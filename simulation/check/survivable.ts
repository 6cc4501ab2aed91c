import type { Fault } from '../faults/fault.js';

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

/** A run has 400 s: at this rate 4 MB pass, more than any program prints. What is slower may not be through by its end. */
const PASSABLE_BYTES_PER_MS = 10;

/** Whether sessions must live through all of these, however they meet. */
export function areSurvivable(faults: readonly Fault[]): boolean {
  const [only, ...others] = faults;
  if (others.length === 0 && only?.type === 'sleep' && only.machine !== 'server') {
    return only.forMs <= MOST_SLEEP_MS;
  }
  const costs = faults.map(costOf);
  const unnoticedMs = costs.reduce((sum, cost) => sum + cost.unnoticedMs, 0);
  const outageMs = costs.reduce((sum, cost) => sum + cost.outageMs, 0);
  return outageMs <= MOST_OUTAGE_MS && unnoticedMs + outageMs <= MOST_AWAY_MS;
}

function costOf(fault: Fault): Cost {
  switch (fault.type) {
    case 'repeat':
      return { unnoticedMs: 0, outageMs: 0 };
    case 'cutAtByte':
    case 'cutAtTime':
      return { unnoticedMs: fault.notice.clientMs ?? SILENCE_MS, outageMs: RECOVERY_MS };
    case 'stall':
      return { unnoticedMs: Math.min(fault.forMs, SILENCE_MS), outageMs: RECOVERY_MS };
    case 'drip':
      return { unnoticedMs: 0, outageMs: fault.bytesPerMs < PASSABLE_BYTES_PER_MS ? Infinity : RECOVERY_MS };
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

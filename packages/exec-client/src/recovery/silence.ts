/** How long a connection has been silent, in ticks: whole ones, after the one in which it was heard last. */
export type Silence = number;

/** What a tick or a sign of life calls for. */
export interface SilenceStep {
  readonly silence: Silence;
  readonly action: 'none' | 'ping' | 'giveUp';
}

/** A connection that was heard just now: the rest of this tick does not count. */
export const HEARD: Silence = -1;

/** Ticks in which a connection has to be silent before it is given up. */
export const TICKS_TO_VERDICT = 9;

/** Ticks of silence between two pings. */
const TICKS_TO_PING = 3;

/**
 * The silence after a tick. Ticks are counted and not time: after a program has been blocked or its machine asleep, there is
 * one late tick, and what arrived meanwhile is heard before the next.
 */
export function nextSilence(silence: Silence): SilenceStep {
  const ticks = silence + 1;
  if (ticks >= TICKS_TO_VERDICT) return { silence: ticks, action: 'giveUp' };
  return { silence: ticks, action: ticks > 0 && ticks % TICKS_TO_PING === 0 ? 'ping' : 'none' };
}

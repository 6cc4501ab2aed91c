import { AHEAD_BYTES, MAX_LOG_EVENTS, MAX_LOG_SIZES, RETAINED_BYTES } from '@holdfast/exec-protocol';
import { type Clock, systemClock } from '../../clock.js';
import type { LogMemory } from './log-memory.js';
import type { OpenSpill } from './log-spill.js';

/** Bounds of one log and what it works with; the defaults are the named limits. */
export interface EventLogOptions {
  /** What stays readable behind the owner, at least, unless memory is scarce. */
  readonly retainedBytes: number;
  /** What may wait in memory to be sent to the owner. */
  readonly aheadBytes: number;
  /** Events that stay readable behind the owner, at most. */
  readonly retainedEvents: number;
  /** Events that may wait to be sent to the owner, wherever they lie, before the log is full. */
  readonly aheadEvents: number;
  /** Sizes of the terminal among the events; at the limit the log takes another one only once the owner has taken the oldest. */
  readonly sizes: number;
  /** `keep` never forgets what the owner has not taken; `drop` never holds the child back. */
  readonly retention: Retention;
  /** Where more than `aheadBytes` goes; without it the log is full then. It is opened when it is needed. */
  readonly openSpill: OpenSpill | undefined;
  /** Called when a full log may have room again although the owner did not move. */
  readonly onRoom: () => void;
  /** What a cursor reads from the spill at once. */
  readonly fetchBytes: number;
  /** Shared by all logs; once it is scarce each keeps a sixteenth of `aheadBytes` and spills the rest. */
  readonly memory: LogMemory | undefined;
  readonly clock: Clock;
}

/** What gives way when more is printed than the owner takes: the child, or the oldest output. */
export type Retention = 'keep' | 'drop';

/** The reference keeps as many chunks. It bounds what a million one-byte chunks cost. */
const RETAINED_EVENTS = 50_000;

/** What holds for a log unless its maker says otherwise. */
export const LOG_DEFAULTS: EventLogOptions = {
  retainedBytes: RETAINED_BYTES,
  aheadBytes: AHEAD_BYTES,
  retainedEvents: RETAINED_EVENTS,
  aheadEvents: MAX_LOG_EVENTS,
  sizes: MAX_LOG_SIZES,
  retention: 'keep',
  openSpill: undefined,
  onRoom: () => undefined,
  fetchBytes: 128 * 1024,
  memory: undefined,
  clock: systemClock,
};

import type { Fault } from '../faults/fault.js';
import type { LinkOptions } from '../network/link.js';
import type { Program } from '../program/program.js';
import type { SpillOptions } from '../system/memory-spill.js';

/** One schedule: what clients do, what goes wrong, and how the world around is. */
export interface Scenario {
  /** Decides what comes first at one instant. */
  readonly ties: number;
  readonly links: LinkOptions;
  readonly spill: SpillOptions;
  readonly program: Program;
  readonly faults: readonly Fault[];
}

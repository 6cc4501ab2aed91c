import type { HostFacts, PlannedLaunch, SandboxPlan, SteadyPlan } from '@holdfast/sandbox';
import type { ConfinedNetwork } from './confined-networks.js';

/** A plan, and what it was made with. */
export interface Planned extends PlannedLaunch {
  readonly plan: SandboxPlan;
  readonly host: HostFacts;
  /** When it was begun, in Unix milliseconds: what is newer it may not know. */
  readonly sinceMs: number;
}

/** How one command is confined, whatever becomes of its files until it runs. */
export type ConfinedPlan = SteadyPlan<Planned, ConfinedNetwork>;

import type { ExtensionName, SignalName } from '@holdfast/exec-protocol';
import type { Script } from '../system/script.js';

/** Somebody who looks at a process. */
export interface ViewPlan {
  /** After the process was asked for. */
  readonly openMs: number;
  readonly kind: 'events' | 'stdout' | 'all';
  /** Only events with a higher seq; counts for `events` alone. */
  readonly after: number;
  /** How long it takes over each event. */
  readonly perEventMs: number;
  /** Stops to read for a while after so many events. */
  readonly pause: { readonly afterEvents: number; readonly forMs: number } | undefined;
  /** Leaves after so many events. */
  readonly leavesAfter: number | undefined;
}

/** Something that a client does with a process, after it was asked for. */
export type ActPlan =
  | { readonly type: 'write'; readonly atMs: number; readonly bytes: number }
  | { readonly type: 'end'; readonly atMs: number }
  | { readonly type: 'signal'; readonly atMs: number; readonly name: SignalName; readonly target: Target }
  | { readonly type: 'resize'; readonly atMs: number }
  | { readonly type: 'terminate'; readonly atMs: number; readonly graceMs: number | undefined };

type Target = 'process' | 'group' | 'tree';

/** A process, and what is done with it. */
export interface ProcessPlan {
  readonly startMs: number;
  readonly way: 'spawn' | 'exec';
  readonly isTerminal: boolean;
  readonly hasStdin: boolean;
  readonly lifetime: 'session' | 'server';
  readonly retention: 'keep' | 'drop' | undefined;
  readonly drainMs: number | undefined;
  readonly script: Script;
  readonly views: readonly ViewPlan[];
  readonly acts: readonly ActPlan[];
}

/** Another client, in a session of its own, that joins a process of the first. */
export interface GuestPlan {
  readonly connectMs: number;
  readonly joinMs: number;
  /** Which process of the first client. */
  readonly process: number;
  readonly after: number;
  readonly views: readonly ViewPlan[];
  readonly acts: readonly ActPlan[];
  readonly leaveMs: number | undefined;
}

/** Everything that clients do. */
export interface Program {
  /** What they offer; a server grants all of it. */
  readonly extensions: readonly ExtensionName[];
  readonly processes: readonly ProcessPlan[];
  readonly guest: GuestPlan | undefined;
  /** When the first client is closed whatever is under way; undefined once everything has ended. */
  readonly closeMs: number | undefined;
}

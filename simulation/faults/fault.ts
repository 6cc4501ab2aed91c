import type { CutNotice, Direction } from '../network/link.js';

/** How somebody asks for a session that is not his. */
export interface ThiefPlan {
  /** How long he holds what he gets. */
  readonly holdMs: number;
  readonly leaves: 'close' | 'destroy';
  /** Whether he offers extensions, or is of the reference's kind. */
  readonly isLegacy: boolean;
}

/** Whose links. */
export type Victim = 'first' | 'guest';

/** A link ends once so many bytes of one direction have arrived; what else was under way is lost. */
interface CutAtByte {
  readonly type: 'cutAtByte';
  readonly client: Victim;
  /** The n-th link that the client made. */
  readonly link: number;
  readonly direction: Direction;
  readonly byte: number;
  readonly notice: CutNotice;
}

/** At the start of a link, events that came over the one before come once more. */
interface Repeat {
  readonly type: 'repeat';
  readonly client: Victim;
  readonly link: number;
  readonly events: number;
}

/** What happens to the current link of a client at an instant. */
type LinkTrouble =
  | { readonly type: 'cutAtTime'; readonly notice: CutNotice }
  /** Nothing moves for a while, and nothing tells. */
  | { readonly type: 'stall'; readonly direction: Direction | 'both'; readonly forMs: number }
  /** It carries slowly from then on. */
  | { readonly type: 'drip'; readonly direction: Direction; readonly bytesPerMs: number }
  /** It has so much more latency from then on. */
  | { readonly type: 'lag'; readonly direction: Direction; readonly lagMs: number }
  /** The program of the client dies. */
  | { readonly type: 'killClient'; readonly notice: CutNotice };

/** What happens around at an instant. */
type Trouble =
  /** Nobody can dial: it is refused, or nobody answers. */
  | { readonly type: 'noDials'; readonly forMs: number; readonly mode: 'refused' | 'silent' }
  /** A machine stands still for a while. */
  | { readonly type: 'sleep'; readonly machine: Victim | 'server'; readonly forMs: number }
  /** Somebody else asks for the session of the first client. */
  | ({ readonly type: 'thief' } & ThiefPlan)
  /** The server dies, and another one takes its place. */
  | { readonly type: 'killServer'; readonly backMs: number };

/** What goes wrong at an instant. */
export type TimedFault = { readonly atMs: number } & (({ readonly client: Victim } & LinkTrouble) | Trouble);

/** Something that goes wrong. */
export type Fault = CutAtByte | Repeat | TimedFault;

import type { Clock } from '../../clock.js';
import type { BlockPool } from './block-pool.js';
import type { SpillBudget } from './spill-budget.js';
import type { SpillHandle } from './spill-segment.js';

/** What a directory closes at its end. */
export interface Closable {
  close(): Promise<void>;
}

/** What a spill file needs of its directory. */
export interface SpillStore {
  readonly clock: Clock;
  readonly budget: SpillBudget;
  /** Memory for what is on its way to the disk. */
  readonly blocks: BlockPool;
  readonly segmentBytes: number;
  /** A new file without a name. */
  openSegment(): Promise<SpillHandle>;
  /** One failure of many files is told once, so each says who it is. */
  failed(file: object, error: unknown): void;
  /** Also of a file that will not write any more. */
  worked(file: object): void;
  /** The file has given everything back. */
  closed(file: Closable): void;
}

import type { ProcessId, processRead, ResultOf } from '@holdfast/exec-protocol';
import type { ClosedEvent, ExitedEvent } from '../events.js';

/** What `process/read` answers. */
export type ReadAnswer = ResultOf<typeof processRead>;

/** Why nothing more will come. */
export interface Failure {
  readonly reason: unknown;
}

/** What a view knows of its process. */
export interface ViewSource {
  readonly id: ProcessId;
  /** Everything up to this seq was pushed, or will never be. */
  readonly position: number;
  readonly exited: ExitedEvent | undefined;
  readonly closed: ClosedEvent | undefined;
  /** Why nothing more will come. */
  readonly failure: Failure | undefined;
  /** Reads retained events after `afterSeq`, a page of them. */
  read(afterSeq: number, signal: AbortSignal): Promise<ReadAnswer>;
  /** A view has moved on. */
  onConsumed(): void;
}

/** Where a log puts what does not fit into memory. */
export interface LogSpill {
  /** The lowest offset that can still be read. */
  readonly start: number;
  /** Copies bytes and returns their offset; undefined when there is no room for now. */
  append(bytes: Uint8Array): number | undefined;
  /** Fills `into` with what was appended at `offset`; false when some of it was given back, before or meanwhile. */
  read(offset: number, into: Uint8Array): Promise<boolean>;
  /** What lies before `offset` may go when there is need of room. */
  delivered(offset: number): void;
  /** What lies before `offset` goes. */
  discardBefore(offset: number): void;
  /** Gives everything back. */
  close(): Promise<void>;
}

/** Makes a spill that calls `onRoom` when there may be room again after a refusal. */
export type OpenSpill = (onRoom: () => void) => LogSpill;

import type { RawClient } from './raw-client.js';
import type { BenchServer } from './servers.js';

/** A server that takes part, with the same plain client as the others have. */
export interface Contestant {
  readonly server: BenchServer;
  readonly client: RawClient;
}

/** Measures one thing for everybody who can do it, and prints it. The first contestant is ours. */
export type Bench = (contestants: readonly Contestant[]) => Promise<void>;

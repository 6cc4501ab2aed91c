import type { Transport } from '@holdfast/exec-protocol';

/** How the server under test is reached. */
export interface Carrier {
  /** Makes a connection on which nothing has been said. */
  dial(): Promise<Transport>;
  /** Whether a second connection reaches the same server; false where each dial starts one, as over stdio. */
  readonly canReconnect: boolean;
}

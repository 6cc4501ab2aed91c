import type { NetworkOverseer } from '../sandbox/network-order.js';

/** Nobody is there to be asked or told. */
export const NOBODY: NetworkOverseer = {
  decide: () => Promise.resolve({ type: 'deny' }),
  record: () => undefined,
};

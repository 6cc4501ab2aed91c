import type { Placeholder } from '../../../linux/plan-mounts.js';

/** What a holder is to do: hold and release so many times, then hold until it is killed. */
export interface HolderOrder {
  readonly folder: string;
  readonly placeholders: readonly Placeholder[];
  readonly rounds: number;
}

/** What a holder tells. `missing` counts placeholders that were not there although they were held. */
export type HolderReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'holding'; readonly missing: number };

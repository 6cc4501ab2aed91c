import { performance } from 'node:perf_hooks';

/** Counts what happens in each turn of the event loop in which something does. */
export function countTurns(): { readonly of: readonly number[]; add(count: number): void } {
  const of: number[] = [];
  let last: number | undefined;
  return {
    of,
    add(count) {
      const { loopCount } = performance.nodeTiming.uvMetricsInfo;
      if (loopCount !== last) of.push(0);
      last = loopCount;
      of.push((of.pop() ?? 0) + count);
    },
  };
}

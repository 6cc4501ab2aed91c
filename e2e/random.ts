/** Numbers that look random and that the same seed always gives again. */
export interface Random {
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** One of these. */
  pick<T>(options: readonly [T, ...T[]]): T;
}

/** The generator of a seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between: Random['between'] = (low, high) => low + Math.floor(next() * (high - low + 1));
  return { between, pick: (options) => options[between(0, options.length - 1)] ?? options[0] };
}

const LINE_END = 0x0a;

/** How many lines the start of some bytes ends, as far as it is looked at, and where the last of them ends or the bytes do. */
export interface Lines {
  readonly count: number;
  readonly end: number;
}

/** Finds at most so many ends of lines. */
export function firstLines(bytes: Buffer, most: number): Lines {
  let end = 0;
  for (let count = 0; count < most; count += 1) {
    const at = bytes.indexOf(LINE_END, end);
    if (at < 0) return { count, end: bytes.length };
    end = at + 1;
  }
  return { count: most, end };
}

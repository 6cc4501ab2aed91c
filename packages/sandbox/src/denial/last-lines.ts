import { MAX_JUDGED_CHARACTERS, MAX_JUDGED_LINE_LENGTH, MAX_JUDGED_LINES } from '../limits.js';

/** The last lines of an output, the last one first, each without what stands further from its end than is judged. */
export function* lastLines(output: string): Generator<string> {
  let left = MAX_JUDGED_CHARACTERS;
  let end = output.length;
  for (let count = 0; count < MAX_JUDGED_LINES && end >= 0 && left > 0; count += 1) {
    const newline = end === 0 ? -1 : output.lastIndexOf('\n', end - 1);
    const start = Math.max(newline + 1, end - MAX_JUDGED_LINE_LENGTH, end - left);
    yield output.slice(start, end);
    left -= end - start;
    end = newline;
  }
}

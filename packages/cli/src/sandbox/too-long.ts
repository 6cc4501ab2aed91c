/** What is said where the system takes no program with so many words, and what helps. */
const TOO_LONG =
  'the command and the options of its sandbox are longer than the system allows: a quarter of the stack limit (ulimit -s) for both; pass long data through stdin or a file, or raise that limit';

/** Says what a start could do about words that are too long; any other error stays what it is. */
export function explainTooLong(error: unknown): unknown {
  const isTooLong = error instanceof Error && 'code' in error && error.code === 'E2BIG';
  return isTooLong ? new Error(TOO_LONG, { cause: error }) : error;
}

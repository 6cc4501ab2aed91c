import { EXIT_BROKEN_PIPE } from '../exit-codes.js';

/** Ends the program, as a broken pipe ends others, when nobody reads what it prints and no command cares for that itself. */
export function endOnBrokenOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => {
      if (stream.listenerCount('error') === 1) process.exit(EXIT_BROKEN_PIPE);
    });
  }
}

/** Goes on when nobody reads what this program prints: its exit code is that of a command, which prints by itself. */
export function outliveBrokenOutput(): void {
  onBrokenOutput(ignore);
}

/** Calls `onBroken` when nobody reads what this program prints. @returns a function that stops listening. */
export function onBrokenOutput(onBroken: () => void): () => void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', onBroken);
  return () => {
    // Without any listener a late failure would be an uncaught one.
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', ignore);
      stream.off('error', onBroken);
    }
  };
}

function ignore(): void {
  // Whoever was to read it has gone.
}

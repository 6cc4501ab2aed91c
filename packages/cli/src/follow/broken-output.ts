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

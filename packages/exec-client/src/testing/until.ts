const TURNS = 200;
const PATIENCE_MS = 4_000;

/** Waits until `condition` holds, letting everything else run. @throws Error when that takes seconds. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let turn = 0; !condition(); turn += 1) {
    if (performance.now() > deadline) throw new Error('the condition did not come to hold');
    // What depends on another program needs time rather than turns.
    await new Promise((resolve) => (turn < TURNS ? setImmediate(resolve) : setTimeout(resolve, 2)));
  }
}

/** Lets everything that is ready run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

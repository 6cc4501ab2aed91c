import type { Client, StateChange } from '@holdfast/exec-client';

/** Where a person may be looking. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * Tells the person at the terminal that the link to the server is lost, and that it is back; nobody else, since nothing is
 * lost by it. When the session cannot be got back, what fails tells so.
 * @param isRaw Whether a program draws on that terminal, so that a note has to begin a line of its own.
 * @returns a function that stops it.
 */
export function noteLink(client: Pick<Client, 'on'>, screen: Screen, isRaw: () => boolean): () => void {
  if (screen.isTTY !== true) return () => undefined;
  return client.on('state', (change) => {
    const note = noteOf(change);
    if (note !== undefined) screen.write(`${isRaw() ? '\n' : ''}holdfast: ${note}\n`);
  });
}

function noteOf({ state, recovery }: StateChange): string | undefined {
  if (state === 'recovering') return 'the link to the server is lost; trying to get it back';
  if (state !== 'ready' || recovery === undefined) return undefined;
  return `the link to the server is back after ${(recovery.durationMs / 1_000).toFixed(1)} s`;
}

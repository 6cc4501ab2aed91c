import { EXEC_DRAIN_MS } from '@holdfast/exec-protocol';
import type { Client } from '../client.js';
import type { Clock, Timer } from '../clock.js';

/**
 * Calls `run` when output that is late has had its time, 2 s from now. While the link is lost none can come, so none of that
 * time passes: it begins anew with the next one.
 * @returns what gives the wait up.
 */
export function afterLateOutput(
  client: Pick<Client, 'state' | 'on'>,
  clock: Clock,
  run: () => void,
): () => void {
  let timer: Timer | undefined;
  const begin = (): void => {
    timer?.cancel();
    timer = client.state === 'ready' ? clock.after(EXEC_DRAIN_MS, run) : undefined;
  };
  const forget = client.on('state', begin);
  begin();
  return () => {
    forget();
    timer?.cancel();
  };
}

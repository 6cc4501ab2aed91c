import { TRANSFER_TIDY_MS } from '@holdfast/exec-protocol';
import { abortable } from '../abortable.js';
import type { Timer } from '../clock.js';
import type { Transfer } from './transfer-port.js';

/**
 * Waits until what a transfer leaves behind is removed. After an abort that is for a moment at most: without a link the
 * removal may take as long as the recovery, and goes on by itself. Never fails: what failed before counts for more.
 */
export async function tidy(
  { clock, signal }: Pick<Transfer, 'clock' | 'signal'>,
  removal: Promise<void>,
): Promise<void> {
  const enough = new AbortController();
  let timer: Timer | undefined;
  const hurry = (): void => {
    timer = clock.after(TRANSFER_TIDY_MS, () => {
      enough.abort();
    });
  };
  if (signal?.aborted === true) hurry();
  else signal?.addEventListener('abort', hurry, { once: true });
  try {
    await abortable(removal, enough.signal).catch(() => undefined);
  } finally {
    timer?.cancel();
    signal?.removeEventListener('abort', hurry);
  }
}

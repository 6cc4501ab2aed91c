import { BUSY_RETRY_MS, MAX_RESUME_RETRY_MS, RESUME_RETRY_MS } from '@holdfast/exec-protocol';

/**
 * How long to wait after so many failures in a row: none after none, then twice as long each time.
 * @param random From 0 to 1. The wait is half its full length at least, so that clients of one server spread.
 */
export function backoffMs(failures: number, random: number): number {
  if (failures === 0) return 0;
  return spread(Math.min(RESUME_RETRY_MS * 2 ** (failures - 1), MAX_RESUME_RETRY_MS), random);
}

/** How long to wait while the server still holds on to the session's last connection. @param random From 0 to 1. */
export function busyRetryMs(random: number): number {
  return spread(BUSY_RETRY_MS, random);
}

function spread(ms: number, random: number): number {
  return ms * (0.5 + random / 2);
}

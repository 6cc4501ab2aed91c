import type { SeatbeltProfile } from './profile.js';

const SANDBOX_EXEC = '/usr/bin/sandbox-exec';

/** How a command is started under a profile. The program is called by its path, whatever the PATH says. */
export function seatbeltCall(
  { text, parameters }: SeatbeltProfile,
  argv: readonly [string, ...string[]],
): readonly [string, ...string[]] {
  const values = Object.entries(parameters).map(([name, value]) => `-D${name}=${value}`);
  return [SANDBOX_EXEC, '-p', text, ...values, '--', ...argv];
}

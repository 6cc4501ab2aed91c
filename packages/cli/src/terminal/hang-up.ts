import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

const STDIO = [0, 1, 2] as const;

/**
 * Lets this program end in good order when its terminal has hung up: Node puts the modes of the terminals that it began
 * with back at its exit, and aborts where one has none any more, unless that is closed.
 */
export function surviveHangUp(): void {
  const terminals = STDIO.filter((fd) => isatty(fd));
  process.on('exit', () => {
    for (const fd of terminals) if (!isatty(fd)) closeQuietly(fd);
  });
}

function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // Someone else has closed it.
  }
}

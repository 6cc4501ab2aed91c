import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { SYSTEM_PATH } from '@holdfast/sandbox/internal';

let terminal: 'own' | 'shared' | 'left' = 'own';

/** To be called when a command begins that has the terminal of this program: it may put another group in front. */
export function terminalIsShared(): void {
  terminal = 'shared';
}

/** To be called when a command has ended that had the terminal of this program: it may have left that in any state. */
export function terminalWasLeft(): void {
  terminal = 'left';
}

/** Writes to stderr, also on a terminal that a command has, and so that it can be read on one that a command has left. */
export function writeToStderr(text: string): void {
  if (terminal === 'own' || !process.stderr.isTTY) {
    process.stderr.write(text);
    return;
  }
  const readable = terminal === 'left' ? `${READABLE}${text}` : text;
  if (!isInBackground() || !writeFromBackground(readable)) process.stderr.write(readable);
}

/** Ends a control string (CAN, ST), a character set of other glyphs (SI, ASCII as G0) and colours, concealment and the like (SGR 0). */
const READABLE = '\u0018\u001b\\\u000f\u001b(B\u001b[0m';

/** Whether the terminal has another group than that of this program in front, which a command can see to. */
function isInBackground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const [, , group, , , front] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return front !== group;
  } catch {
    // Only Linux has it.
    return false;
  }
}

/**
 * A terminal with TOSTOP stops a group in the background that writes there, or fails it, unless the one who writes ignores that signal;
 * Node cannot. @returns whether all has been written.
 */
function writeFromBackground(text: string): boolean {
  const { status } = spawnSync('sh', ['-c', `trap '' TTOU; exec cat >&2`], {
    input: text,
    env: { PATH: SYSTEM_PATH },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  return status === 0;
}

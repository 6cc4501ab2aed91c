import { spawnSync } from 'node:child_process';
import { SYSTEM_PATH } from '@holdfast/sandbox/internal';

let areLinesVerbatim = false;

/**
 * What ends a line of our own: while a terminal changes nothing, it does not return to the first column by itself.
 */
export function lineEnd(): string {
  return areLinesVerbatim ? '\r\n' : '\n';
}

/**
 * Has the terminal of this program show its output as it is, until the returned function is called; does nothing where
 * stdout is none. What another terminal put out has its carriage returns already, and what a full-screen program draws
 * must not get any; Node's raw mode adds them all the same.
 *
 * Begin it before raw mode and end it after, because each puts the terminal back as it was; so does Node at the exit.
 * Where there is no `stty` lines get a second carriage return, which most people never see.
 */
export function passOutputVerbatim(): () => void {
  const { fd, isTTY } = process.stdout;
  if (!isTTY) return () => undefined;
  const before = stty(fd, '-g');
  if (before === undefined || stty(fd, '-opost') === undefined) return () => undefined;
  areLinesVerbatim = true;
  return () => {
    areLinesVerbatim = false;
    stty(fd, before);
  };
}

/** What stty printed; undefined where it failed. */
function stty(fd: number, argument: string): string | undefined {
  const { status, stdout } = spawnSync('stty', [argument], {
    env: { PATH: SYSTEM_PATH },
    stdio: [fd, 'pipe', 'ignore'],
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : undefined;
}

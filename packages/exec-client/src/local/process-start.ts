import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pid, platform } from 'node:process';
import { promisify } from 'node:util';

/**
 * When a process of this machine began, in 16 hexadecimal digits: with its number it tells it from all others, those of earlier
 * boots and of other containers on the machine included. undefined where there is no such process, or the system does not say.
 */
export async function startOf(process: number): Promise<string | undefined> {
  const ask = platform === 'linux' ? startOnLinux : startByPs;
  const told = await ask(process).catch(() => undefined);
  return told === undefined ? undefined : createHash('sha256').update(told).digest('hex').slice(0, DIGITS);
}

const DIGITS = 16;
const PS_TIMEOUT_MS = 5_000;
/** Where the clock ticks from the boot to its start stand in what follows the name of a program. */
const START_FIELD = 19;

async function startOnLinux(process: number): Promise<string | undefined> {
  // A process that has its number in a namespace may see the numbers of another one in /proc; itself it always finds.
  const directory = process === pid ? '/proc/self' : `/proc/${String(process)}`;
  const [boot, stat] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'latin1'),
    readFile(`${directory}/stat`, 'latin1'),
  ]);
  // The name of a program may hold anything, blanks and brackets too.
  const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_FIELD];
  return ticks === undefined ? undefined : `${boot} ${ticks}`;
}

/** What POSIX has for it, to the second; Windows has no such program. */
async function startByPs(process: number): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(process)], {
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    timeout: PS_TIMEOUT_MS,
  });
  return stdout.trim() || undefined;
}

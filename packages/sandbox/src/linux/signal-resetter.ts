import { spawnSync } from 'node:child_process';
import { PROBE_TIMEOUT_MS } from '../limits.js';

const ENV = '/usr/bin/env';

/**
 * A program that starts another one with the signals of the keyboard in their default state; undefined where the env of
 * this system is too simple. Looked for until there is an answer: that it could not be started is none.
 */
export function findSignalResetter(): string | undefined {
  known ??= resetsSignals(ENV);
  return known === true ? ENV : undefined;
}

let known: boolean | undefined;

function resetsSignals(program: string): boolean | undefined {
  const args = [RESET_KEYBOARD_SIGNALS, ENV, '--version'];
  const { status } = spawnSync(program, args, { stdio: 'ignore', timeout: PROBE_TIMEOUT_MS });
  return status === null ? undefined : status === 0;
}

/** The option that does it. */
export const RESET_KEYBOARD_SIGNALS = '--default-signal=INT,QUIT';

import { spawnSync } from 'node:child_process';
import { PROBE_TIMEOUT_MS } from '../limits.js';

const ENV = '/usr/bin/env';

/**
 * A program that starts another one with the signals of the keyboard in their default state; undefined where the env of
 * this system is too simple. Looked for once.
 */
export function findSignalResetter(): string | undefined {
  known ??= [ENV].filter(resetsSignals);
  return known[0];
}

let known: readonly string[] | undefined;

function resetsSignals(program: string): boolean {
  const args = [RESET_KEYBOARD_SIGNALS, ENV, '--version'];
  return spawnSync(program, args, { stdio: 'ignore', timeout: PROBE_TIMEOUT_MS }).status === 0;
}

/** The option that does it. */
export const RESET_KEYBOARD_SIGNALS = '--default-signal=INT,QUIT';

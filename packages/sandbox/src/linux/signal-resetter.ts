import { execFile } from 'node:child_process';
import { PROBE_TIMEOUT_MS } from '../limits.js';

const ENV = '/usr/bin/env';

/** What may be sent to the process group of a command, by itself or a terminal, and would end a wrapper in it. */
const GROUP_SIGNALS = ['HUP', 'INT', 'QUIT', 'USR1', 'USR2', 'PIPE', 'ALRM', 'TERM'];

/** A script that becomes its arguments, with these signals ignored. */
export const IGNORE_GROUP_SIGNALS = `trap "" ${GROUP_SIGNALS.join(' ')}; exec "$@"`;

/**
 * A program that starts another one with these signals in their default state; undefined where the env of
 * this system is too simple. Looked for until there is an answer: that it could not be started is none.
 */
export async function findSignalResetter(): Promise<string | undefined> {
  known ??= await resetsSignals(ENV);
  return known === true ? ENV : undefined;
}

let known: boolean | undefined;

function resetsSignals(program: string): Promise<boolean | undefined> {
  const args = [RESET_GROUP_SIGNALS, ENV, '--version'];
  return new Promise((resolve) => {
    execFile(program, args, { timeout: PROBE_TIMEOUT_MS, killSignal: 'SIGKILL' }, (error) => {
      const isAnswer = error === null || typeof error.code === 'number';
      resolve(isAnswer ? error === null : undefined);
    });
  });
}

/** The option that does it. */
export const RESET_GROUP_SIGNALS = `--default-signal=${GROUP_SIGNALS.join(',')}`;

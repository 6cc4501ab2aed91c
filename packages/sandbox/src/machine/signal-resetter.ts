import { execFile } from 'node:child_process';
import { PROBE_TIMEOUT_MS } from '../limits.js';
import { RESET_GROUP_SIGNALS } from '../linux/group-signals.js';

const ENV = '/usr/bin/env';

/**
 * A program that starts another one with the signals that a group may get in their default state; undefined where the env of
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

import { execFile } from 'node:child_process';
import { errorCode } from '../files/error-code.js';
import { PROBE_TIMEOUT_MS } from '../limits.js';

/** What enters a sandbox on macOS; nothing else is ever looked for, so that nobody can put another one in its place. */
const SANDBOX_EXEC = '/usr/bin/sandbox-exec';

const TRIAL = ['-p', '(version 1)(allow default)', '/usr/bin/true'];

/** What it says where the program that calls it is in a sandbox already. */
const NESTED = /sandbox_apply: Operation not permitted/;

/**
 * Whether this program runs inside of Seatbelt, which lets nobody enter another sandbox. Found out by trying; false as well
 * where that cannot be tried.
 * @param signal Ends the trial. @throws its reason.
 */
export function isInsideSeatbelt(signal?: AbortSignal, program: string = SANDBOX_EXEC): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const options = { timeout: PROBE_TIMEOUT_MS, killSignal: 'SIGKILL', signal, env: {} } as const;
    execFile(program, TRIAL, options, (error, _, complaint) => {
      if (error !== null && errorCode(error) === 'ABORT_ERR' && signal?.aborted === true) {
        reject(signal.reason as Error);
      } else resolve(error !== null && NESTED.test(complaint));
    });
  });
}

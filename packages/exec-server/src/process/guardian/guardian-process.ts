import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { SYSTEM_PATH } from '@holdfast/sandbox/internal';
import type { Clock } from '../../clock.js';
import { withoutHidden } from '../spawn/pty/pty-descriptors.js';
import { GUARDIAN_SCRIPT } from './guardian-script.js';

/** One run of the guardian's program. */
export interface GuardianProcess {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  /** Tells it something, in whole lines; one that has stopped reading is killed. */
  send(lines: string): void;
  /** Lets it end without doing anything; settles when it has ended. */
  dismiss(): Promise<void>;
}

/**
 * Starts the program; `onEnd` is called once, never before this returns, with the reason why it ended or did not start.
 * @throws Error when the system refuses at once, for lack of memory for instance.
 */
export function startGuardianProcess(
  cookie: string,
  clock: Clock,
  onEnd: (reason: string) => void,
): GuardianProcess {
  // Its own session: what is sent to the server's terminal or group does not reach it. It gets neither the server's
  // environment, which may carry an outer server's cookie, nor its directory, which could then not be unmounted.
  const child = spawn('/bin/sh', ['-c', GUARDIAN_SCRIPT, 'holdfast-guardian'], {
    cwd: '/',
    detached: true,
    env: { PATH: SYSTEM_PATH, LC_ALL: 'C' },
    stdio: withoutHidden(['ignore', 'ignore', 'ignore', 'pipe']),
  });
  // Without a free descriptor Node makes no streams, whatever the type says.
  const { stdio } = child as { readonly stdio?: ChildProcess['stdio'] };
  const pipe = stdio?.[3] instanceof Socket ? stdio[3] : undefined;
  const ended = new Promise<void>((resolve) => {
    const end = (reason: string): void => {
      pipe?.destroy();
      resolve();
      onEnd(reason);
    };
    child.once('error', (error) => {
      end(error.message);
    });
    child.once('exit', (code, signal) => {
      end(signal === null ? `it exited with code ${code ?? 0}` : `it was ended by ${signal}`);
    });
  });
  // Its end says what there is to say.
  pipe?.on('error', () => undefined);
  pipe?.write(`${cookie}\n`);
  child.unref();
  pipe?.unref();

  return {
    pid: child.pid,
    send(lines) {
      // Killed, it ends without doing anything, and a new one gets the whole list.
      if (pipe !== undefined && pipe.writableLength > MAX_UNREAD_BYTES) child.kill('SIGKILL');
      else if (pipe?.writable === true) pipe.write(lines);
    },
    async dismiss() {
      child.ref();
      if (pipe?.writable === true) pipe.end('bye\n');
      const deadline = clock.after(DISMISS_LIMIT_MS, () => child.kill('SIGKILL'));
      await ended;
      deadline.cancel();
    },
  };
}

// Some forty thousand lines: nobody who reads lets so many wait.
const MAX_UNREAD_BYTES = 1024 * 1024;

const DISMISS_LIMIT_MS = 1000;

import { tmpdir } from 'node:os';
import { systemClock } from '../../clock.js';
import { createCookie } from '../guardian/cookie.js';
import { LogMemory } from '../log/log-memory.js';
import { ProcessDirectory } from '../process-directory.js';
import type { ProcessHost } from '../process-table.js';
import { createOsProcesses } from '../spawn/os-processes.js';
import { createPipePool, type PipePool } from '../spawn/pipe/pipe-pool.js';
import { createSpillDirectory } from '../spill/spill-directory.js';
import { NO_SANDBOXES } from './no-sandboxes.js';

/** What processes need from a server, without the server, and with nobody who would end them after it. */
export interface TestHost extends ProcessHost, AsyncDisposable {
  /** From now on no process gets pipes. @returns a function that lets the starts that wait for them fail. */
  cutPipes(): () => void;
}

/** Makes a host of real parts. Its processes are ended by whoever started them. */
export function createTestHost(): TestHost {
  const pool = createPipePool({ directory: tmpdir() });
  const spill = createSpillDirectory({ clock: systemClock, onFailure: () => undefined });
  const waiting: ((reason: Error) => void)[] = [];
  let isCut = false;
  const pipes: PipePool = {
    size: 0,
    take: (kind) => (isCut ? undefined : pool.take(kind)),
    ready: () => (isCut ? new Promise((_, reject) => waiting.push(reject)) : pool.ready()),
    close: () => pool.close(),
  };
  const failStarts = (): void => {
    for (const fail of waiting.splice(0)) fail(new Error('there are no more pipes'));
  };
  const nothing = (): void => undefined;
  return {
    clock: systemClock,
    processes: createOsProcesses(pipes),
    directory: new ProcessDirectory(systemClock),
    guardian: { watch: nothing, forget: nothing },
    shortages: { met: nothing },
    looks: { look: () => Promise.resolve() },
    spill,
    logMemory: new LogMemory(),
    env: {},
    cookie: createCookie(undefined),
    sandboxes: NO_SANDBOXES,
    cutPipes: () => {
      isCut = true;
      return failStarts;
    },
    async [Symbol.asyncDispose]() {
      failStarts();
      await spill.close();
      await pool.close();
    },
  };
}

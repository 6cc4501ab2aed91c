import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { realTimeDeathOf } from './process-tree.js';

const onLinux = process.platform === 'linux';
const WAIT = { timeout: 10_000, interval: 5 };

function stateOf(pid: number): string {
  const line = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
  return line.charAt(line.lastIndexOf(')') + 2);
}

// A shell would reap what ends before it has become the program that does not.
const AFTER_PARENT = 'until read name < /proc/$PPID/comm; [ "$name" = sleep ]; do :; done';

/** A process that has come to this state and stays in it: its parent waits for nobody. */
async function neglected(script: string, state: string): Promise<AsyncDisposable & { readonly pid: number }> {
  const parent = spawn('/bin/sh', ['-c', `sh -c '${AFTER_PARENT}; ${script}' & echo $!; exec sleep 60`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  await vi.waitFor(() => {
    expect(stateOf(pid)).toBe(state);
  }, WAIT);
  return {
    pid,
    async [Symbol.asyncDispose]() {
      if (state !== 'Z') process.kill(pid, 'SIGKILL');
      parent.kill('SIGKILL');
      await once(parent, 'close');
    },
  };
}

test.runIf(onLinux).each([
  ['killed by the first signal that is free for use', 'kill -34 $$', 'Z', 34],
  ['killed by the last one', 'kill -64 $$', 'Z', 64],
  ['killed by a signal that has a name', 'kill -TERM $$', 'Z', undefined],
  ['that has exited', 'exit 35', 'Z', undefined],
  ['that is stopped', 'kill -STOP $$', 'T', undefined],
  ['that runs', 'exec sleep 60', 'S', undefined],
])('of a process %s it is known which real-time signal ended it', async (_name, script, state, signal) => {
  await using child = await neglected(script, state);
  expect(realTimeDeathOf(child.pid)).toBe(signal);
});

test('of a process that is not there nothing is known', () => {
  expect(realTimeDeathOf(0)).toBeUndefined();
});

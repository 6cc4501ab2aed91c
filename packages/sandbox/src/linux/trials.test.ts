import { type ExecFileException, execFile } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { isTrialWon } from './trials.js';

describe('a trial', () => {
  const SAYS_NOTHING = /did not come to its end \(.*\); try again when this machine has less to do$/;

  test.each<[string, string, boolean]>([
    ['that works', 'exit 0', true],
    ['that says no', 'exit 1', false],
  ])('%s', async (_, script, isWon) => {
    expect(isTrialWon(await endOf('/bin/sh', ['-c', script]), '/usr/bin/unshare')).toBe(isWon);
  });

  test('without its program', async () => {
    expect(isTrialWon(await endOf('/does/not/exist', []), '/usr/bin/unshare')).toBe(false);
  });

  test('that is ended by its limit or by somebody says nothing', async () => {
    const late = await endOf('/bin/sleep', ['60'], 1);
    expect(() => isTrialWon(late, '/usr/bin/unshare')).toThrow(SAYS_NOTHING);
    const killed = await endOf('/bin/sh', ['-c', 'kill -9 $$']);
    expect(() => isTrialWon(killed, '/usr/bin/unshare')).toThrow(SAYS_NOTHING);
  });

  test('for which there was no room says nothing', () => {
    expect(() => isTrialWon({ code: 'EAGAIN' }, '/usr/bin/unshare')).toThrow(SAYS_NOTHING);
  });

  function endOf(program: string, args: readonly string[], timeout = 0): Promise<ExecFileException | null> {
    return new Promise((resolve) => {
      execFile(program, args, { timeout, killSignal: 'SIGKILL' }, resolve);
    });
  }
});

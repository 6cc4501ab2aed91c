import { execFile } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { StalePlan } from '../files/stale-plan.js';
import { isTrialWon, type TrialEnd } from './trials.js';

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
    const end: TrialEnd = { failure: { code: 'EAGAIN' }, complaint: '' };
    expect(() => isTrialWon(end, '/usr/bin/unshare')).toThrow(SAYS_NOTHING);
  });

  test('that lost a mount of this machine, which somebody moved, says nothing and can be made anew', async () => {
    const complaint = `bwrap: Can't bind mount /oldroot/ on /newroot/: Unable to find "/newroot/disk" in mount table`;
    const end = await endOf('/bin/sh', ['-c', `echo '${complaint.replaceAll("'", `'\\''`)}' >&2; exit 1`]);
    expect(() => isTrialWon(end, '/usr/bin/unshare')).toThrow(
      new StalePlan('what this machine has mounted', 'was moved'),
    );
  });

  test('that cannot make a directory says no, though nothing was moved', async () => {
    const end = await endOf('/bin/sh', [
      '-c',
      'echo "bwrap: Can\'t mkdir /sys: Read-only file system" >&2; exit 1',
    ]);
    expect(isTrialWon(end, '/usr/bin/unshare')).toBe(false);
  });

  function endOf(program: string, args: readonly string[], timeout = 0): Promise<TrialEnd> {
    return new Promise((resolve) => {
      execFile(program, args, { timeout, killSignal: 'SIGKILL' }, (failure, _, complaint) =>
        resolve({ failure, complaint }),
      );
    });
  }
});

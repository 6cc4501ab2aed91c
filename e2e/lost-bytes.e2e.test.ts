import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Command } from './command.js';
import { type CommandOutcome, PROGRAM } from './harness.js';
import { PATH } from './runs.js';
import { describeConfined, WHOEVER_TESTS } from './sandbox/sandbox-users.js';

let place = '';

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'holdfast-bytes-'));
});

afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

/** Runs `holdfast` with what a shell makes of a line; Node cannot hand such words on itself. */
async function holdfast(line: string): Promise<CommandOutcome> {
  const script = `bytes=$(printf 'caf\\351'); holdfast() { exec '${process.execPath}' '${PROGRAM}' "$@"; }; ${line}`;
  const child = spawn('/bin/sh', ['-c', script], {
    cwd: place,
    env: { PATH, HOME: place, TMPDIR: tmpdir() },
  });
  return await new Command(child).ended;
}

test.each(['run', 'sandbox --write .'])(
  'an argument of %s that is not UTF-8 is refused, not changed',
  async (command) => {
    expect(await holdfast(`holdfast ${command} -- touch "$bytes"`)).toEqual({
      code: 125,
      stdout: '',
      stderr:
        "holdfast: the argument caf\ufffd is not UTF-8 and would be changed; let a shell name it by a pattern (sh -c 'rm caf*')\n",
    });
    expect(readdirSync(place)).toEqual([]);
  },
);

describeConfined('in a sandbox', WHOEVER_TESTS, () => {
  test('a variable that is not UTF-8 is refused, not changed', async () => {
    expect(await holdfast('NAME=$bytes holdfast sandbox -- env')).toEqual({
      code: 125,
      stdout: '',
      stderr: 'holdfast: the variable NAME is not UTF-8 and would be changed; leave it out (env -u NAME)\n',
    });
  });

  test('what holds U+FFFD of itself is handed on', async () => {
    const line = `MARK='\ufffd' holdfast sandbox -- sh -c 'echo "$0 $MARK"' 'caf\ufffd'`;
    expect(await holdfast(line)).toEqual({ code: 0, stdout: 'caf\ufffd \ufffd\n', stderr: '' });
  });
});

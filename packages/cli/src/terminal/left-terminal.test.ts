import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const SCRIPT = '/usr/bin/script';
const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const PROGRAM = [
  `const { terminalIsShared, terminalWasLeft } = await import(${JSON.stringify(join(import.meta.dirname, 'left-terminal.ts'))});`,
  `const { complain } = await import(${JSON.stringify(join(import.meta.dirname, '..', 'complain.ts'))});`,
  `if (process.argv[1] !== 'shared') complain('before');`,
  `terminalIsShared(); complain('while'); terminalWasLeft(); complain('one'); complain('two');`,
].join(' ');

const run = promisify(execFile);
const ARGUMENTS = ['--import', 'tsx', '--input-type=module', '-e', PROGRAM];

test.runIf(existsSync(SCRIPT))(
  'what is said on a terminal that a command has left can be read in whatever state that is',
  async () => {
    const env = { ...process.env, NODE: process.execPath, PROGRAM, SHELL: '/bin/sh' };
    const words = '"$NODE" --import tsx --input-type=module -e "$PROGRAM"';
    const { stdout } = await run(SCRIPT, ['-qec', words, '/dev/null'], { cwd: ROOT, env });
    const readable = '\u0018\u001b\\\u000f\u001b(B\u001b[0m';
    expect(stdout).toBe(
      `holdfast: before\r\nholdfast: while\r\n${readable}holdfast: one\r\n${readable}holdfast: two\r\n`,
    );
  },
  20_000,
);

test.runIf(existsSync(SCRIPT))(
  'what is said while a command has the terminal stops nobody, though another group is in front and others are stopped for writing',
  async () => {
    const env = { ...process.env, NODE: process.execPath, PROGRAM, SHELL: '/bin/sh' };
    // Of a job in the background the shell that has it is in front.
    const words =
      'stty tostop; set -m; "$NODE" --import tsx --input-type=module -e "$PROGRAM" shared & wait $!; echo ended';
    const { stdout } = await run(SCRIPT, ['-qec', words, '/dev/null'], { cwd: ROOT, env });
    const readable = '\u0018\u001b\\\u000f\u001b(B\u001b[0m';
    expect(stdout.slice(0, stdout.indexOf('ended'))).toBe(
      `holdfast: while\r\n${readable}holdfast: one\r\n${readable}holdfast: two\r\n`,
    );
  },
  20_000,
);

test('elsewhere it is said as it is', async () => {
  const { stderr } = await run(process.execPath, ARGUMENTS, { cwd: ROOT });
  expect(stderr).toBe('holdfast: before\nholdfast: while\nholdfast: one\nholdfast: two\n');
});

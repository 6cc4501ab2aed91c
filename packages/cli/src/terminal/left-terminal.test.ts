import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const SCRIPT = '/usr/bin/script';
const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const PROGRAM = [
  `const { terminalWasLeft } = await import(${JSON.stringify(join(import.meta.dirname, 'left-terminal.ts'))});`,
  `const { complain } = await import(${JSON.stringify(join(import.meta.dirname, '..', 'complain.ts'))});`,
  `complain('before'); terminalWasLeft(); complain('one'); complain('two');`,
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
    expect(stdout).toBe(`holdfast: before\r\n${readable}holdfast: one\r\n${readable}holdfast: two\r\n`);
  },
  20_000,
);

test('elsewhere it is said as it is', async () => {
  const { stderr } = await run(process.execPath, ARGUMENTS, { cwd: ROOT });
  expect(stderr).toBe('holdfast: before\nholdfast: one\nholdfast: two\n');
});

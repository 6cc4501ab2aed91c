import { ExecError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import type { CommandToRun } from './command-to-run.js';
import { plainIntent } from './intent/plain-intent.js';
import { SandboxRunner } from './sandbox-runner.js';

const ARGV = 'argv: names no program; give it and its arguments, as texts';
const CWD = 'cwd: is no absolute path; name the directory to run in';
const ENV = 'env: is no object of texts; give all variables of the command, such as { PATH }';

test.each([
  [{ argv: [] }, ARGV],
  [{ argv: [''] }, ARGV],
  [{ argv: 'ls' }, ARGV],
  [{ argv: ['ls', 1] }, ARGV],
  [{ cwd: 'here' }, CWD],
  [{ cwd: undefined }, CWD],
  [{ env: undefined }, ENV],
  [{ env: { PATH: undefined } }, ENV],
])('a command that is none is refused by name: %j', async (wrong, problem) => {
  // As a caller in JavaScript may have it.
  const command = { argv: ['true'], cwd: '/', env: {}, ...wrong } as unknown as CommandToRun;
  await expect(new SandboxRunner().start(plainIntent({}), command)).rejects.toThrow(
    new ExecError('invalidParams', problem),
  );
});

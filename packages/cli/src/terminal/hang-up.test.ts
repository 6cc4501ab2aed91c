import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const MODULE = JSON.stringify(join(import.meta.dirname, 'hang-up.ts'));
const HAS_PYTHON = spawnSync('python3', ['-c', 'import pty']).status === 0;

/** Starts a program on a terminal, hangs up once it says that it is there, and prints how it ended. */
const HANG_UP = `
import os, pty, subprocess, sys
master, slave = pty.openpty()
program = subprocess.Popen(sys.argv[1:], stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
while b"there" not in os.read(master, 4096): pass
os.close(master)
print(program.wait())
`;

test.runIf(HAS_PYTHON)(
  'a program whose terminal hangs up ends with its own exit code',
  async () => {
    const program = [
      `const { surviveHangUp } = await import(${MODULE});`,
      `const { isatty } = await import('node:tty');`,
      'surviveHangUp();',
      `process.stdout.write('there');`,
      'setInterval(() => { if (!isatty(0)) process.exit(7); }, 5);',
    ].join(' ');
    const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', program];
    const { stdout } = await promisify(execFile)('python3', ['-c', HANG_UP, ...node], { cwd: ROOT });
    expect(stdout).toBe('7\n');
  },
  20_000,
);

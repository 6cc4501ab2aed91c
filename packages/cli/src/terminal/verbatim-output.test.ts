import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const SCRIPT = '/usr/bin/script';
const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const BEFORE = [
  `const { passOutputVerbatim } = await import(${JSON.stringify(join(import.meta.dirname, 'verbatim-output.ts'))});`,
  `const { RawMode } = await import(${JSON.stringify(join(import.meta.dirname, 'raw-mode.ts'))});`,
  `const { complain } = await import(${JSON.stringify(join(import.meta.dirname, '..', 'complain.ts'))});`,
  `const print = (text) => process.stdout.write(text);`,
].join(' ');

/** What a terminal is sent by a program, and then by another one. */
async function terminalOf(program: string): Promise<string> {
  const run = `"$NODE" --import tsx --input-type=module -e "$PROGRAM" 2>&1; echo after`;
  const { stdout } = await promisify(execFile)(SCRIPT, ['-qec', run, '/dev/null'], {
    cwd: ROOT,
    env: { ...process.env, NODE: process.execPath, PROGRAM: `${BEFORE} ${program}`, SHELL: '/bin/sh' },
  });
  return stdout;
}

test.runIf(existsSync(SCRIPT)).each([
  [
    'lines of a terminal and of a full-screen program pass as they are, in raw mode as well',
    String.raw`const restore = passOutputVerbatim(); print('a\r\nb\nc\r\n');
      const raw = new RawMode(process.stdin); print('d\r\ne\n'); raw.restore(); restore(); print('end\n');`,
    'a\r\nb\nc\r\nd\r\ne\nend\r\nafter\r\n',
  ],
  [
    'what this program says meanwhile ends its lines by itself',
    String.raw`const restore = passOutputVerbatim(); complain('one'); restore(); complain('two');`,
    'holdfast: one\r\nholdfast: two\r\nafter\r\n',
  ],
  [
    'a program that just exits leaves the terminal as it was',
    String.raw`passOutputVerbatim(); new RawMode(process.stdin); print('a\r\n'); process.exit();`,
    'a\r\nafter\r\n',
  ],
])(
  '%s',
  async (_name, program, shown) => {
    expect(await terminalOf(program)).toBe(shown);
  },
  20_000,
);

test('nothing happens where stdout is no terminal', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', `${BEFORE} passOutputVerbatim()(); print('a\\n');`],
    { cwd: ROOT },
  );
  expect(stdout).toBe('a\n');
});

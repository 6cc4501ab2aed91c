import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const SCRIPT = '/usr/bin/script';
const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const MODULE = JSON.stringify(join(import.meta.dirname, 'raw-mode.ts'));

/** Lets a program end in raw mode on a terminal of its own. @returns the modes before, within and after. */
async function modesAround(ending: string): Promise<string[]> {
  const mode = `stty -a | grep -o -- '-\\?icanon'`;
  const program = [
    `const { RawMode } = await import(${MODULE});`,
    `const { execSync } = await import('node:child_process');`,
    'new RawMode(process.stdin);',
    `execSync(${JSON.stringify(mode)}, { stdio: 'inherit' });`,
    ending,
  ].join(' ');
  const run = `"$NODE" --import tsx --input-type=module -e "$PROGRAM" 2>/dev/null`;
  const { stdout } = await promisify(execFile)(SCRIPT, ['-qec', `${mode}; ${run}; ${mode}`, '/dev/null'], {
    cwd: ROOT,
    env: { ...process.env, NODE: process.execPath, PROGRAM: program, SHELL: '/bin/sh' },
  });
  return stdout.match(/-?icanon/g) ?? [];
}

test.runIf(existsSync(SCRIPT)).each([
  ['at its end', ''],
  ['with process.exit', 'process.exit(3);'],
  ['by an error that nobody caught', 'throw new Error("oops");'],
  ['by a rejection that nobody caught', 'await Promise.reject(new Error("oops"));'],
  ['from a later turn', 'setImmediate(() => { throw new Error("oops"); });'],
])(
  'a program that ends %s leaves a real terminal as it was',
  async (_name, ending) => {
    expect(await modesAround(ending)).toEqual(['icanon', '-icanon', 'icanon']);
  },
  20_000,
);

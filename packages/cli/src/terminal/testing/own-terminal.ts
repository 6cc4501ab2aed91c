import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SCRIPT = '/usr/bin/script';
const ROOT = join(import.meta.dirname, '..', '..', '..', '..', '..');
const FLAGS = ['--import', 'tsx', '--input-type=module', '-e'];

/** Whether programs can be given terminals of their own here. */
export const HAS_TERMINALS = existsSync(SCRIPT);

/** What runs the program, in a line of the shell for `shownOnTerminal`. */
export const RUN = `"$NODE" ${FLAGS.join(' ')} "$PROGRAM"`;

/** A statement of such a program. @param file Of this package, below its sources. */
export function importOf(names: string, file: string): string {
  return `const { ${names} } = await import(${JSON.stringify(join(import.meta.dirname, '..', '..', file))});`;
}

/** What a line of the shell shows on a terminal of its own. */
export async function shownOnTerminal(line: string, program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(SCRIPT, ['-qec', line, '/dev/null'], {
    cwd: ROOT,
    env: { ...process.env, NODE: process.execPath, PROGRAM: program, SHELL: '/bin/sh' },
  });
  return stdout;
}

/** What a program prints that has no terminal. */
export async function printedElsewhere(program: string): Promise<{ stdout: string; stderr: string }> {
  return await promisify(execFile)(process.execPath, [...FLAGS, program], { cwd: ROOT });
}

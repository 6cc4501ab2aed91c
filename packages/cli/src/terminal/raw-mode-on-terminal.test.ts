import { expect, test } from 'vitest';
import { HAS_TERMINALS, importOf, RUN, shownOnTerminal } from './testing/own-terminal.js';

/** Lets a program end in raw mode on a terminal of its own. @returns the modes before, within and after. */
async function modesAround(ending: string): Promise<string[]> {
  const mode = `stty -a | grep -o -- '-\\?icanon'`;
  const program = [
    importOf('RawMode', 'terminal/raw-mode.ts'),
    `const { execSync } = await import('node:child_process');`,
    'new RawMode(process.stdin);',
    `execSync(${JSON.stringify(mode)}, { stdio: 'inherit' });`,
    ending,
  ].join(' ');
  const shown = await shownOnTerminal(`${mode}; ${RUN} 2>/dev/null; ${mode}`, program);
  return shown.match(/-?icanon/g) ?? [];
}

test.runIf(HAS_TERMINALS).each([
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

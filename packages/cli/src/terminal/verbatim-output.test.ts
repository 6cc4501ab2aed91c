import { expect, test } from 'vitest';
import { HAS_TERMINALS, importOf, printedElsewhere, RUN, shownOnTerminal } from './testing/own-terminal.js';

const BEFORE = [
  importOf('passOutputVerbatim', 'terminal/verbatim-output.ts'),
  importOf('RawMode', 'terminal/raw-mode.ts'),
  importOf('complain', 'complain.ts'),
  `const print = (text) => process.stdout.write(text);`,
].join(' ');

test.runIf(HAS_TERMINALS).each([
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
    // What another program shows there comes behind it.
    expect(await shownOnTerminal(`${RUN} 2>&1; echo after`, `${BEFORE} ${program}`)).toBe(shown);
  },
  20_000,
);

test('nothing happens where stdout is no terminal', async () => {
  expect((await printedElsewhere(`${BEFORE} passOutputVerbatim()(); print('a\\n');`)).stdout).toBe('a\n');
});

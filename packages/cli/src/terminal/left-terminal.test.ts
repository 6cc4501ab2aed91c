import { expect, test } from 'vitest';
import { HAS_TERMINALS, importOf, printedElsewhere, RUN, shownOnTerminal } from './testing/own-terminal.js';

const PROGRAM = [
  importOf('terminalIsShared, terminalWasLeft', 'terminal/left-terminal.ts'),
  importOf('complain', 'complain.ts'),
  `if (process.argv[1] !== 'shared') complain('before');`,
  `terminalIsShared(); complain('while'); terminalWasLeft(); complain('one'); complain('two');`,
].join(' ');

const READABLE = '\u0018\u001b\\\u000f\u001b(B\u001b[0m';

test.runIf(HAS_TERMINALS)(
  'what is said on a terminal that a command has left can be read in whatever state that is',
  async () => {
    expect(await shownOnTerminal(RUN, PROGRAM)).toBe(
      `holdfast: before\r\nholdfast: while\r\n${READABLE}holdfast: one\r\n${READABLE}holdfast: two\r\n`,
    );
  },
  20_000,
);

test.runIf(HAS_TERMINALS)(
  'what is said while a command has the terminal stops nobody, though another group is in front and others are stopped for writing',
  async () => {
    // Of a job in the background the shell that has it is in front.
    const line = `stty tostop; set -m; ${RUN} shared & wait $!; echo ended`;
    const shown = await shownOnTerminal(line, PROGRAM);
    expect(shown.slice(0, shown.indexOf('ended'))).toBe(
      `holdfast: while\r\n${READABLE}holdfast: one\r\n${READABLE}holdfast: two\r\n`,
    );
  },
  20_000,
);

test('elsewhere it is said as it is', async () => {
  expect((await printedElsewhere(PROGRAM)).stderr).toBe(
    'holdfast: before\nholdfast: while\nholdfast: one\nholdfast: two\n',
  );
});

import { closeSync, openSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { writeTerminal } from './pty-writer.js';

test('of many short writes a turn of the event loop takes so many, and all of them are written', async () => {
  const fd = openSync('/dev/null', 'w');
  const writer = writeTerminal(fd, { isOpen: true }, () => undefined);
  let written = 0;
  const write = (bytes: number): void => {
    writer.write(Buffer.alloc(bytes), () => {
      written += 1;
    });
  };
  // One byte more than a turn takes, so what follows waits for the next one.
  write(256 * 1024 + 1);
  for (let at = 0; at < 5000; at += 1) write(at % 2);
  const turns: number[] = [];
  while (written < 5001) {
    const before = written;
    await nextTurn();
    turns.push(written - before);
  }
  closeSync(fd);
  expect(turns.filter((taken) => taken > 0)).toEqual([1024, 1024, 1024, 1024, 905]);
});

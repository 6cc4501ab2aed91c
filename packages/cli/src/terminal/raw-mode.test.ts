import { expect, test } from 'vitest';
import { RawMode, type RawTerminal } from './raw-mode.js';

class FakeTerminal implements RawTerminal {
  isRaw: boolean;
  readonly changes: boolean[] = [];

  constructor(isRaw = false) {
    this.isRaw = isRaw;
  }

  setRawMode(isRaw: boolean): void {
    this.isRaw = isRaw;
    this.changes.push(isRaw);
  }
}

test('a terminal is put back once, and nothing is left to be done at the exit', () => {
  const terminal = new FakeTerminal();
  const listeners = process.listenerCount('exit');
  const raw = new RawMode(terminal);
  expect(process.listenerCount('exit')).toBe(listeners + 1);
  raw.restore();
  raw.restore();
  expect({ changes: terminal.changes, left: process.listenerCount('exit') - listeners }).toEqual({
    changes: [true, false],
    left: 0,
  });
});

test('a terminal that was raw stays raw', () => {
  const terminal = new FakeTerminal(true);
  new RawMode(terminal).restore();
  expect(terminal.isRaw).toBe(true);
});

test('a terminal that hung up is no failure', () => {
  const terminal = new FakeTerminal();
  const raw = new RawMode(terminal);
  terminal.setRawMode = () => {
    throw new Error('EIO');
  };
  expect(raw.restore).not.toThrow();
});

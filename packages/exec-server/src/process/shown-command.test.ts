import { MAX_SHOWN_ARGUMENTS, MAX_SHOWN_COMMAND_CHARACTERS } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { shownCommand } from './shown-command.js';

const cwd = 'file:///srv';

test('a command within its room is shown as it is', () => {
  const argv = ['a', '', 'x'.repeat(MAX_SHOWN_COMMAND_CHARACTERS - cwd.length - 1)];
  expect(shownCommand({ argv, cwd })).toEqual({ argv, cwd, truncated: false });
});

test('the argument that passes the room is cut, those after it are left out, and that is said', () => {
  const argv = ['sh', '-c', 'echo hello', 'more'];
  expect(shownCommand({ argv, cwd }, { characters: 24, args: 9 })).toEqual({
    argv: ['sh', '-c', 'echo hell'],
    cwd,
    truncated: true,
  });
});

test('a directory has half of the room', () => {
  expect(shownCommand({ argv: ['make', 'all'], cwd }, { characters: 16, args: 9 })).toEqual({
    argv: ['make', 'all'],
    cwd: 'file:///',
    truncated: true,
  });
});

test('more arguments than are shown are left out', () => {
  const argv = Array.from({ length: MAX_SHOWN_ARGUMENTS + 1 }, () => 'a');
  expect(shownCommand({ argv, cwd })).toEqual({ argv: argv.slice(1), cwd, truncated: true });
});

test('no character is cut in half', () => {
  expect(shownCommand({ argv: ['a😀'], cwd: '' }, { characters: 2, args: 9 }).argv).toEqual(['a']);
});

test('what was cut before stays so', () => {
  expect(shownCommand({ argv: ['a'], cwd, truncated: true })).toEqual({ argv: ['a'], cwd, truncated: true });
});

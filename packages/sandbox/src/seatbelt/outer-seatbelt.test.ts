import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isInsideSeatbelt } from './outer-seatbelt.js';

const DEADLINE_MS = 60_000;

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-seatbelt-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What stands in for the program of macOS. */
function sandboxExec(script: string): string {
  const file = path.join(folder, 'sandbox-exec');
  writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}

test.each([
  [
    'it cannot be entered again',
    'echo "sandbox-exec: sandbox_apply: Operation not permitted" >&2; exit 71',
    true,
  ],
  ['it can be entered', 'test "$1" = -p && exec "$3"', false],
  ['the trial fails for another reason', 'echo "sandbox-exec: no such file" >&2; exit 71', false],
  ['a command that succeeds says the words', 'echo "sandbox_apply: Operation not permitted" >&2', false],
])(
  'S13 where %s',
  async (_, script, isInside) => {
    expect(await isInsideSeatbelt(undefined, sandboxExec(script))).toBe(isInside);
  },
  DEADLINE_MS,
);

test('where there is no such program nobody is inside of it', async () => {
  expect(await isInsideSeatbelt(undefined, path.join(folder, 'none'))).toBe(false);
});

test('a trial that is called off ends with the reason', async () => {
  const caller = new AbortController();
  const trial = isInsideSeatbelt(caller.signal, sandboxExec('exec sleep 1000'));
  caller.abort(new Error('enough'));
  await expect(trial).rejects.toThrow('enough');
});

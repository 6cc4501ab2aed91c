import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemProgram } from './system-programs.js';
import { findTreeCloser } from './tree-closer.js';

/** A mount with two below it, one of which covers the other; then their options when the first has been closed. */
const SCRIPT = `
  top=$1; shift
  mount -t tmpfs none "$top" && mkdir -p "$top/a/b"
  mount -t tmpfs none "$top/a/b" && mount -t tmpfs none "$top/a"
  "$@" "$top" && cut -d' ' -f5,6 /proc/self/mountinfo | grep "^$top"`;

describe.each(['perl', 'python3'])('%s', (name) => {
  const closer = findTreeCloser((other) => (other === name ? systemProgram(name) : undefined));
  const isPossible = closer !== undefined && systemProgram('unshare') !== undefined;

  test.skipIf(!isPossible)(
    `closes a tree of mounts, covered ones too${isPossible ? '' : ' (skipped: it or unshare is not here)'}`,
    () => {
      const top = mkdtempSync(path.join(tmpdir(), 'holdfast-tree-'));
      try {
        const enter = ['--user', '--map-root-user', '--mount', '--', 'sh', '-c', SCRIPT, 'sh', top];
        const told = execFileSync('unshare', [...enter, ...(closer ?? [])], { encoding: 'utf8' });
        const closed = (below: string): string => `${top}${below} ro,nosuid,nodev,relatime\n`;
        expect(told).toBe(closed('') + closed('/a/b') + closed('/a'));
      } finally {
        rmSync(top, { recursive: true });
      }
    },
  );
});

test('there is none without such a program', () => {
  expect(findTreeCloser(() => undefined)).toBeUndefined();
});

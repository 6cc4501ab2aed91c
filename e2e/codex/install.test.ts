import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { installCodex, RegistryUnreachable } from './install.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-install-'));
  vi.stubEnv('XDG_CACHE_HOME', join(root, 'cache'));
  vi.stubEnv('PATH', `${root}:${process.env['PATH'] ?? ''}`);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

/** Stands in for npm. `$prefix` is the folder that it is told to install into. */
function npmThat(script: string): void {
  const file = join(root, 'npm');
  writeFileSync(file, `#!/bin/sh\nwhile [ "$1" != --prefix ]; do shift; done; prefix=$2\n${script}\n`);
  chmodSync(file, 0o755);
}

test('installs once, and leaves nothing but the whole', () => {
  npmThat('mkdir -p "$prefix/node_modules/.bin"; touch "$prefix/node_modules/.bin/codex"');
  const program = installCodex();
  expect(existsSync(program)).toBe(true);
  npmThat('exit 1');
  expect(installCodex()).toBe(program);
  expect(readdirSync(join(root, 'cache', 'holdfast'))).toHaveLength(1);
});

test('tells a registry that cannot be reached from an install that fails', () => {
  npmThat('echo "npm error code ENOTFOUND" >&2; exit 1');
  expect(() => installCodex()).toThrow(
    new RegistryUnreachable('the npm registry cannot be reached (ENOTFOUND)'),
  );
  npmThat('touch "$prefix/half"; echo "npm error code ENOSPC" >&2; exit 1');
  expect(() => installCodex()).toThrow(/could not be installed:\nnpm error code ENOSPC/);
  expect(readdirSync(join(root, 'cache', 'holdfast'))).toEqual([]);
});

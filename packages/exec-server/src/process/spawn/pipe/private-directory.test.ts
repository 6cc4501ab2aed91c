import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makePrivateDirectory } from './private-directory.js';

let place = '';

beforeEach(() => {
  place = mkdtempSync(path.join(tmpdir(), 'holdfast-private-'));
});

afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

test.runIf(process.platform === 'linux')(
  'a private directory is one that its user may use, whatever the umask',
  async () => {
    const before = process.umask(0o277);
    try {
      const made = await makePrivateDirectory(place, 'pipes-');
      expect(statSync(made).mode & 0o7777).toBe(0o700);
    } finally {
      process.umask(before);
    }
  },
);

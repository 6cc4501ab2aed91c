import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { INVENTORY_USERS } from './inventory/testing/users.js';

const README = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
const PROJECT = '/srv/project';
const [{ obstacle } = { obstacle: 'nobody' }] = INVENTORY_USERS.filter(
  ({ uid }) => uid === process.getuid?.(),
);
const why = obstacle === undefined ? '' : ` (skipped: ${obstacle})`;

/** The examples, in their order. */
const EXAMPLES = [...README.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => code);

test.skipIf(obstacle !== undefined)(
  `the examples of the README run as they stand, but for the names of their project and programs${why}`,
  async () => {
    const project = mkdtempSync('/var/tmp/holdfast-readme-');
    const told = EXAMPLES.map(async (example, at) => {
      const code = example
        .replaceAll(PROJECT, project)
        .replaceAll('make test', 'echo made > result')
        .replaceAll("'npm', 'ci'", "'touch', 'installed'");
      // Below the package, whose name it imports.
      const file = join(import.meta.dirname, `readme-${process.pid}-${at}.mts`);
      writeFileSync(file, code);
      try {
        const child = spawn(process.execPath, ['--conditions', 'source', '--import', 'tsx', file], {
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        return await Promise.all([text(child.stdout), text(child.stderr)]);
      } finally {
        rmSync(file);
      }
    });
    expect(await Promise.all(told)).toEqual([
      ['ended with 0\n', ''],
      ['', ''],
    ]);
    expect(readFileSync(join(project, 'result'), 'utf8')).toBe('made\n');
    expect(readFileSync(join(project, 'installed'), 'utf8')).toBe('');
    rmSync(project, { recursive: true });
  },
  60_000,
);

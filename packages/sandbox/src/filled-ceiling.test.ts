import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ceilingSource, parseCeiling } from './ceiling/operator-ceiling.js';
import { plainIntent } from './intent/plain-intent.js';
import type { SandboxIntent } from './intent/schema.js';
import { INVENTORY_USERS } from './inventory/testing/users.js';
import { SandboxRunner } from './sandbox-runner.js';

const [{ obstacle } = { obstacle: 'nobody' }] = INVENTORY_USERS.filter(
  ({ uid }) => uid === process.getuid?.(),
);

const DEADLINE_MS = 60_000;

let folder = '';
let gaps: readonly string[] = [];

beforeEach(() => {
  folder = mkdtempSync('/var/tmp/holdfast-filled-');
  for (const name of ['own', 'own/d', 'other']) mkdirSync(join(folder, name));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a script in one of the folders, below a ceiling that denies keys in `own`. */
async function run(name: 'own' | 'own/d' | 'other', script: string, intent?: SandboxIntent): Promise<string> {
  const allowed = ['own', 'other'].map((path) => ({
    path: { type: 'path', path: `file://${folder}/${path}` },
    access: 'write',
  }));
  const entries = [
    { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
    ...allowed,
    { path: { type: 'glob_pattern', pattern: `${folder}/own/**/*.key` }, access: 'deny' },
  ];
  const permissions = {
    type: 'managed',
    file_system: { type: 'restricted', entries },
    network: 'restricted',
  };
  const cwd = join(folder, name);
  const roots = { cwd, tmpdir: undefined, slashTmp: '/tmp', minimal: [] };
  const runner = new SandboxRunner({
    ceiling: ceilingSource(parseCeiling(JSON.stringify({ permissions })), roots),
    warn: (problem) => {
      throw new Error(problem);
    },
  });
  const command = { argv: ['/bin/sh', '-c', script], cwd, env: { PATH: '/usr/bin:/bin' } } as const;
  const started = await runner.start(intent ?? plainIntent({ write: [cwd] }), command);
  ({ gaps } = started.plan);
  started.stdin.end();
  const [stdout, , { exitCode }] = await Promise.all([
    text(started.stdout),
    text(started.stderr),
    started.ended,
  ]);
  return `${stdout}${exitCode}`;
}

const UNCONFINED: SandboxIntent = { permissions: { type: 'disabled' }, windowsSandboxLevel: 'disabled' };

describe.skipIf(obstacle !== undefined)(
  `below a ceiling with a pattern${obstacle === undefined ? '' : ` (skipped: ${obstacle})`}`,
  () => {
    test.each([
      ['a name that is not UTF-8', 'mkdir "$(printf \'\\377\')"'],
      ['too many files that match', 'seq -f %g.key 8200 | xargs touch'],
      ['files with long names', 'for i in $(seq 2000); do echo $(printf %0200d $i).key; done | xargs touch'],
      [
        'files that match in many directories',
        'for i in $(seq 320); do mkdir -p $i/a/b/c/d/e/f/g/h; : > $i/a/b/c/d/e/f/g/h/x.key; done',
      ],
    ])('%s, left by a command, stops none elsewhere', { timeout: DEADLINE_MS }, async (_, script) => {
      await run('own/d', 'echo secret > ../a.key; echo secret > b.key');
      expect(await run('own/d', script)).toBe('0');
      expect(await run('other', 'echo ran')).toBe('ran\n0');
      const read = `cat ${folder}/own/a.key ${folder}/own/d/b.key 2> /dev/null; echo ran`;
      expect(await run('other', read, UNCONFINED)).toBe('ran\n0');
    });

    test('who works where something is denied as a whole is told why', async () => {
      await run('own/d', 'mkdir "$(printf \'\\377\')"');
      await expect(run('own/d', 'true')).rejects.toThrow(
        `cwd: ${folder}/own/d cannot be read in the sandbox, since ceiling: permissions.file_system.entries.3 denies ${folder}/own/d as a whole: ${folder}/own/d/\ufffd has a name that is not UTF-8 and may match ${folder}/own/**/*.key; rename it`,
      );
      expect(await run('own', 'echo ran')).toBe('ran\n0');
    });

    test.each(['/', '/bin/sh', '../../other'])(
      'a link to %s, left by a command, denies nothing there, and is told',
      async (target) => {
        expect(await run('own/d', `ln -s ${target} x.key`)).toBe('0');
        expect(await run('other', 'echo ran', UNCONFINED)).toBe('ran\n0');
        expect(gaps).toEqual([
          `the link ${folder}/own/d/x.key denies nothing, since a command may have made it, and it leads out of ${folder}/own; name where it leads, or remove it`,
        ]);
      },
    );
  },
);

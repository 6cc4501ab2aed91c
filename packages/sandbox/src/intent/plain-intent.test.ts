import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ExecError } from '@holdfast/exec-protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { realFileFacts } from '../files/real-file-facts.js';
import { restrictedFilesOf } from './glob-scans.js';
import { normalise } from './normalise.js';
import { type PlainPermissions, plainIntent } from './plain-intent.js';

test.each(['write', 'read', 'deny'] as const)(
  'an empty path does not stand for the working directory: %s',
  (access) => {
    expect(() => plainIntent({ [access]: ['/srv', ''] })).toThrow(
      new ExecError(
        'sandboxUnsupported',
        `${access}: a path is empty; name one, such as . for the working directory`,
      ),
    );
  },
);

/** What the paths of an intent are. */
function pathsOf(permissions: PlainPermissions): readonly string[] {
  const [, ...entries] = restrictedFilesOf(plainIntent(permissions))?.entries ?? [];
  return entries.flatMap(({ path }) => (path.type === 'path' ? [path.path.replace('file://', '')] : []));
}

describe('a path with ..', () => {
  let place = '';

  beforeAll(() => {
    place = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-plain-')));
    for (const name of ['real/deep', 'ws/dir']) mkdirSync(join(place, name), { recursive: true });
    for (const name of ['real/secret', 'ws/secret']) writeFileSync(join(place, name), name);
    symlinkSync('../real/deep', join(place, 'ws/link'));
    symlinkSync('ws', join(place, 'way'));
  });

  afterAll(() => {
    rmSync(place, { recursive: true });
  });

  test.each([
    ['ws/link/../secret', 'real/secret'],
    ['ws/link/..', 'real'],
    ['ws/link/../missing/x/', 'real/missing/x'],
    ['ws/dir/../secret', 'ws/secret'],
    ['ws/./dir/.././/link', 'ws/link'],
    ['way/link/../../ws/dir', 'ws/dir'],
    ['way/secret', 'way/secret'],
  ])('%s is what programs find there: %s', (typed, found) => {
    const absolute = `${place}/${typed}`;
    const fromHere = `${relative(process.cwd(), place)}/${typed}`;
    const all = { write: [absolute], read: [absolute], deny: [absolute, fromHere] };
    expect(pathsOf(all)).toEqual(Array.from({ length: 4 }, () => join(place, found)));
  });

  test('above the root there is only the root', () => {
    expect(pathsOf({ write: ['/..', '/../../usr/..'] })).toEqual(['/', '/']);
  });

  test.each([
    ['missing/../secret', 'missing/..', 'ENOENT'],
    ['secret/../secret', 'secret/..', 'ENOTDIR'],
  ])('%s names nothing, as for programs', (typed, head, code) => {
    for (const access of ['write', 'read', 'deny'] as const) {
      const path = `${place}/ws/${typed}`;
      expect(() => plainIntent({ [access]: [path] })).toThrow(
        new ExecError(
          'sandboxUnsupported',
          `${access}: ${path} names nothing, for ${place}/ws/${head} leads nowhere (${code}); name it without ..`,
        ),
      );
    }
  });

  test('a link that a command may replace before it is told', () => {
    const typed = `${place}/ws/link/../secret`;
    const intent = plainIntent({ write: [`${place}/ws`], deny: [typed] });
    const roots = { cwd: '/', tmpdir: undefined, slashTmp: '/tmp', minimal: [] };
    const policy = normalise(intent, { roots, files: realFileFacts, patterns: new Map() });
    expect(policy?.notes).toEqual([
      {
        origin: { source: 'intent', entry: 'sandbox.permissions.file_system.entries.2' },
        text: `${typed} leads to ${place}/real/secret by the link ${place}/ws/link, which a command may replace: the next start denies what it leads to then; name ${place}/real/secret`,
        isGap: true,
      },
    ]);
  });
});

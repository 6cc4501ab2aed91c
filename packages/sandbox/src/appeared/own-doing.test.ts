import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isUnwritableInside } from '../files/closed-inside.js';
import type { FileView } from '../files/file-facts.js';
import type { Rights } from '../files/hands.js';
import { ancestorsOf } from '../files/paths.js';
import { fakeFiles } from '../files/testing/fake-files.js';
import { temporaryDirectory } from '../files/testing/temporary-directory.js';
import { ownDoings } from './own-doing.js';

const OWN_UID = 1000;
const OPEN = { mode: 0o777 };
const OWN = { uid: OWN_UID };
const THEIRS = { uid: 1001 };
/** As `/tmp` is. */
const STICKY = { mode: 0o1777 };

/** What is of somebody else may be written as its mode says. */
function filesWith(rights: Readonly<Record<string, Partial<Rights>>>): FileView {
  const table = {
    '/w/x/.git': 'directory',
    '/w/x/file/.git': { text: 'gitdir: /elsewhere' },
    '/w/bare.git': 'directory',
  } as const;
  const files = fakeFiles(table, rights);
  return {
    ...files,
    isOwn: ({ uid }) => uid === OWN_UID,
    mayCreateIn: (directory) => {
      const found = files.look(directory);
      const isOpen = found !== undefined && (found.uid === OWN_UID || (found.mode & 0o002) !== 0);
      return isOpen ? 'now' : 'never';
    },
  };
}

describe('a command may have made', () => {
  test.each([
    ['its own', { '/w/x/.git': OWN }],
    ['what it can rename to its name', { '/w/x': OWN, '/w/x/.git': THEIRS }],
    [
      'what it can rename in a directory of somebody else',
      { '/w/x': { ...THEIRS, ...OPEN }, '/w/x/.git': THEIRS },
    ],
    ['what lies in a directory that it can rename', { '/w': OWN, '/w/x': THEIRS, '/w/x/.git': THEIRS }],
    [
      'what it can rename in a sticky directory of its own',
      { '/w/x': { ...OWN, ...STICKY }, '/w/x/.git': THEIRS },
    ],
    ['what it can fill', { '/w': STICKY, '/w/x': THEIRS, '/w/x/.git': { ...THEIRS, ...OPEN } }],
    ['what lies in its own in a sticky directory', { '/w': STICKY, '/w/x': OWN, '/w/x/.git': THEIRS }],
    [
      'what lies in one that it can move into a sticky directory',
      { '/w': STICKY, '/w/x': { ...THEIRS, ...STICKY }, '/w/x/.git': THEIRS },
    ],
  ])('%s', (_, rights) => {
    expect(ownDoings('/w', filesWith(rights))('/w/x/.git')).toBe(true);
  });

  test.each([
    ['what is in a directory of somebody else', { '/w/x': THEIRS, '/w/x/.git': THEIRS }],
    ['what is in one in a sticky directory', { '/w': STICKY, '/w/x': THEIRS, '/w/x/.git': THEIRS }],
    ['what is in a sticky directory itself', { '/w/x': STICKY, '/w/x/.git': THEIRS }],
  ])('and not %s', (_, rights) => {
    expect(ownDoings('/w', filesWith(rights))('/w/x/.git')).toBe(false);
  });

  test('a file of somebody else that it can move into a sticky directory, and no directory', () => {
    const isOwnDoing = ownDoings(
      '/w',
      filesWith({ '/w': STICKY, '/w/x/file': STICKY, '/w/bare.git': THEIRS }),
    );
    expect([isOwnDoing('/w/x/file/.git'), isOwnDoing('/w/bare.git')]).toEqual([true, false]);
  });

  test('nothing that is above what it can write, or that is not there', () => {
    const isOwnDoing = ownDoings('/w/x', filesWith({ '/w': OPEN, '/w/x': THEIRS, '/w/x/.git': THEIRS }));
    expect([isOwnDoing('/w/x'), isOwnDoing('/w/x/.git'), isOwnDoing('/w/x/none')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('nothing of others that only root could write, who has no rights over it in a sandbox', () => {
    const files = filesWith({ '/w': { uid: 1001 }, '/w/x': { uid: 1001 }, '/w/x/.git': { uid: 1001 } });
    const root = {
      ...files,
      isOwn: ({ uid }: { readonly uid: number }) => uid === 0,
      mayCreateIn: () => 'now' as const,
    };
    const isUnwritable: FileView['isUnwritable'] = (found) =>
      isUnwritableInside(found, { uid: 0, gid: 0, groups: [0] });
    expect([
      ownDoings('/w', { ...root, isUnwritable })('/w/x/.git'),
      ownDoings('/w', root)('/w/x/.git'),
    ]).toEqual([false, true]);
  });
});

/** As root this can ask for another user, who must be able to read this program. */
const CAN_BE_ANOTHER =
  process.getuid?.() === 0 &&
  ancestorsOf(import.meta.filename).every((path) => (statSync(path).mode & 0o001) !== 0);

test.runIf(CAN_BE_ANOTHER)(
  'to an ordinary user, what others have made in directories of their own is not by a command of theirs',
  () => {
    const [ordinary, other] = [64_321, 64_322];
    const root = temporaryDirectory();
    chmodSync(root, 0o1777);
    for (const [name, uid, mode] of [
      ['readable', other, 0o755],
      ['shut', other, 0o700],
      ['open', other, 0o777],
      ['own', ordinary, 0o755],
      ['own-closed', ordinary, 0o555],
    ] as const) {
      mkdirSync(join(root, name, '.git'), { recursive: true });
      chownSync(join(root, name, '.git'), other, other);
      chownSync(join(root, name), uid, uid);
      chmodSync(join(root, name), mode);
    }
    const from = (name: string): string => JSON.stringify(join(import.meta.dirname, name));
    const program = `
      const { ownDoings, withoutLinks } = await import(${from('own-doing.ts')});
      const { realFileFacts } = await import(${from('../files/real-file-facts.ts')});
      const isOwnDoing = ownDoings(${JSON.stringify(root)}, withoutLinks(realFileFacts));
      const paths = ['readable', 'readable/.git', 'shut', 'open/.git', 'own/.git', 'own-closed/.git'];
      console.log(paths.filter((path) => isOwnDoing(${JSON.stringify(root)} + '/' + path)).join(' '));`;
    const out = execFileSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', program],
      { cwd: import.meta.dirname, uid: ordinary, gid: ordinary, encoding: 'utf8', env: { TMPDIR: root } },
    );
    expect(out).toBe('open/.git own/.git own-closed/.git\n');
  },
  20_000,
);

import { describe, expect, test } from 'vitest';
import type { FileFacts } from '../files/file-facts.js';
import { nameOfHand, type Rights } from '../files/hands.js';
import type { OwnUser } from '../files/own-user.js';
import { fakeFiles } from '../files/testing/fake-files.js';
import { exposedDenials } from './exposed-denials.js';
import { rule } from './testing/rules.js';

const OWN: OwnUser = { uid: 1000, gid: 1000, systemUid: 0 };
const THEIRS = { uid: 1001, gid: 1001 };
const PRIVATE = { mode: 0o600 };
const CLOSED = { mode: 0o700 };

const TABLE = { '/srv/u/app/file': { text: '' }, '/srv/u/app/keys': 'directory' } as const;
const FILE = ['read /', 'deny /srv/u/app/file'];

/** Who may exchange what, below `/srv/u/app`. */
function exposed(
  rights: Readonly<Record<string, Partial<Rights>>>,
  lines: readonly string[] = FILE,
  own = OWN,
): readonly string[] {
  const rules = lines.map((line) => rule(line));
  return exposedDenials(rules, own, fakeFiles(TABLE, rights)).map(
    ({ rule: { path }, hand, exchanged }) => `${path}: ${nameOfHand(hand)}, ${exchanged}`,
  );
}

describe('a private file is exposed', () => {
  test.each<[what: string, rights: Readonly<Record<string, Partial<Rights>>>, hand: string]>([
    ['in a directory of another user', { '/srv/u/app': THEIRS }, 'user 1001, /srv/u/app/file'],
    [
      'below one, by what is furthest up there',
      { '/srv/u': THEIRS, '/srv/u/app': THEIRS },
      'user 1001, /srv/u/app',
    ],
    ['where a group may write', { '/srv/u': { gid: 50, mode: 0o775 } }, 'group 50, /srv/u/app'],
    ['where everybody may write', { '/srv/u': { mode: 0o777 } }, 'every user, /srv/u/app'],
    [
      'in a sticky directory of another user',
      { '/srv/u/app': { ...THEIRS, mode: 0o1777 } },
      'user 1001, /srv/u/app/file',
    ],
    [
      'below an entry of another user in a sticky directory',
      { '/srv/u': { mode: 0o1777 }, '/srv/u/app': { ...THEIRS, mode: 0o755 } },
      'user 1001, /srv/u/app',
    ],
    [
      'in a directory of another user, who may not exchange that',
      { '/srv/u': { mode: 0o1755 }, '/srv/u/app': THEIRS },
      'user 1001, /srv/u/app/file',
    ],
  ])('%s', (_, rights, hand) => {
    expect(exposed({ '/srv/u/app/file': PRIVATE, ...rights })).toEqual([`/srv/u/app/file: ${hand}`]);
  });

  test('although another user owns it than who may exchange it', () => {
    const rights = { '/srv/u/app': THEIRS, '/srv/u/app/file': { uid: 1002, ...PRIVATE } };
    expect(exposed(rights)).toEqual(['/srv/u/app/file: user 1001, /srv/u/app/file']);
  });

  test.each([
    ['that everybody may read', {}],
    ['of the user who may exchange what is above', { uid: 1001, ...PRIVATE }],
  ])('%s, where a directory on the way is closed', (_, file) => {
    const rights = { '/srv/u': THEIRS, '/srv/u/app': CLOSED, '/srv/u/app/file': file };
    expect(exposed(rights)).toEqual(['/srv/u/app/file: user 1001, /srv/u/app']);
  });
});

describe('a file is not exposed', () => {
  test.each<[what: string, rights: Readonly<Record<string, Partial<Rights>>>]>([
    ['where all belongs to root', {}],
    ['where all belongs to this user', { '/srv/u': { uid: 1000 }, '/srv/u/app': { uid: 1000 } }],
    [
      'where the own group or that of root may write',
      { '/srv/u': { gid: 1000, mode: 0o775 }, '/srv/u/app': { mode: 0o775 } },
    ],
    ['in a sticky directory', { '/srv/u/app': { mode: 0o1777 } }],
    [
      'in a directory of its owner',
      { '/srv/u': THEIRS, '/srv/u/app': THEIRS, '/srv/u/app/file': { ...THEIRS, ...PRIVATE } },
    ],
    ['that everybody may read', { '/srv/u': THEIRS, '/srv/u/app/file': { mode: 0o644 } }],
    [
      'that the group may read that may write its directory',
      { '/srv/u/app': { gid: 50, mode: 0o775 }, '/srv/u/app/file': { gid: 50, mode: 0o640 } },
    ],
  ])('%s', (_, rights) => {
    expect(exposed({ '/srv/u/app/file': PRIVATE, ...rights })).toEqual([]);
  });

  test('that this user owns, where root of the machine seems to be an unknown user', () => {
    const unknown = { uid: 65534, gid: 65534 };
    const rights = { '/srv': unknown, '/srv/u': unknown, '/srv/u/app/file': { uid: 1000, ...PRIVATE } };
    expect(exposed(rights, FILE, { ...OWN, systemUid: 65534 })).toEqual([]);
    expect(exposed(rights)).toEqual(['/srv/u/app/file: user 65534, /srv/u']);
  });
});

test.each([
  ['of others', { ...THEIRS, ...CLOSED }, []],
  ['that everybody may list', { mode: 0o755 }, []],
  ['that everybody may list and not enter', { mode: 0o744 }, ['/srv/u/app/keys: user 1001, /srv/u/app/keys']],
  ['that is closed', CLOSED, ['/srv/u/app/keys: user 1001, /srv/u/app/keys']],
])('a directory %s', (_, keys, found) => {
  expect(
    exposed({ '/srv/u/app': THEIRS, '/srv/u/app/keys': keys }, ['read /', 'deny /srv/u/app/keys']),
  ).toEqual(found);
});

test('what is missing is not exposed, nor what may be read', () => {
  const rights = { '/srv/u': THEIRS, '/srv/u/app/file': PRIVATE };
  expect(exposed(rights, ['write /', 'read /srv/u/app/file', 'deny /srv/u/app/none/'])).toEqual([]);
});

test('where nothing but a directory is shown, who may exchange that or what is above it exposes nothing', () => {
  const rights = { '/srv': THEIRS, '/srv/u': THEIRS, '/srv/u/app/file': PRIVATE };
  expect(exposed(rights, ['read /srv/u/app', 'deny /srv/u/app/file'])).toEqual([]);
  expect(exposed(rights, ['read /srv/u', 'deny /srv/u/app/file'])).toEqual([
    '/srv/u/app/file: user 1001, /srv/u/app',
  ]);
});

test('each directory is looked at as often for a thousand files in it as for one', () => {
  const names = Array.from({ length: 1000 }, (_, at) => `/srv/u/app/file-${at}`);
  const files = fakeFiles(Object.fromEntries(names.map((name) => [name, { text: '' }])));
  const looksFor = (paths: readonly string[]): number => {
    let looks = 0;
    const look: FileFacts['look'] = (path) => {
      looks += path === '/srv' ? 1 : 0;
      return files.look(path);
    };
    exposedDenials([rule('read /'), ...paths.map((path) => rule(`deny ${path}`))], OWN, { look });
    return looks;
  };
  expect(looksFor(names)).toBe(looksFor(names.slice(0, 1)));
});

test('the way to a file may have as many directories as a path can', () => {
  const file = `${'/d'.repeat(2000)}/file`;
  const files = fakeFiles({ '/d/file': { text: '' } }, { '/d': THEIRS, '/d/file': PRIVATE });
  const deep: FileFacts['look'] = (path) => files.look(path === file ? '/d/file' : path.slice(0, 2));
  const found = exposedDenials([rule('read /'), rule(`deny ${file}`)], OWN, { look: deep });
  expect(found.map(({ exchanged }) => exchanged)).toEqual(['/d/d']);
});

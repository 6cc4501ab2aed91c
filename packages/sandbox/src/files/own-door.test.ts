import { expect, test } from 'vitest';
import type { FileFacts } from './file-facts.js';
import { doorTo, ownDoor } from './own-door.js';
import { resolvePath } from './resolve-path.js';
import { fakeFiles } from './testing/fake-files.js';

const TREE = fakeFiles({
  '/ws/own/a': 'directory',
  '/ws/own': 'shut',
  '/ws/theirs': 'shutByOthers',
  '/tmp/app': 'directory',
});

/** Another user has mounted something at /tmp/app, and for nobody else. */
const FILES: FileFacts = {
  ...TREE,
  look(path) {
    if (path.startsWith('/tmp/app')) throw Object.assign(new Error(path), { code: 'EACCES' });
    return TREE.look(path);
  },
};

test('what this user has shut is a door of theirs; what others have shut or mounted for nobody else is none', () => {
  const doors = ['/ws/own/a/b/c', '/ws/theirs/a', '/tmp/app', '/tmp/app/inner'].map(
    (path) => ownDoor(path, FILES)?.path,
  );
  expect(doors).toEqual(['/ws/own', undefined, undefined, undefined]);
});

test('whoever has shut it, it is the door to what lies below', () => {
  const doors = ['/ws/own/a/b/c', '/ws/theirs/a', '/tmp/app/inner', '/ws/open'].map(
    (path) => doorTo(path, FILES)?.path,
  );
  expect(doors).toEqual(['/ws/own', '/ws/theirs', undefined, undefined]);
});

test('the error names what cannot be looked at, and not what holds it', () => {
  expect([resolvePath('/tmp/app/file', FILES), resolvePath('/ws/own/a', FILES)]).toEqual([
    {
      kind: 'deadEnd',
      at: '/tmp/app',
      isLink: false,
      isShut: false,
      why: '/tmp/app cannot be looked at (EACCES)',
    },
    {
      kind: 'deadEnd',
      at: '/ws/own',
      isLink: false,
      isShut: true,
      why: '/ws/own cannot be looked into (EACCES)',
    },
  ]);
});

import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { has, INVENTORY_USERS } from './testing/users.js';
import { createWorld, type World } from './testing/world.js';

const OTHER_UID = 1001;
const isRoot = process.getuid?.() === 0;
const lack = isRoot ? '' : ' (skipped: only root can give files away)';

describe.each(INVENTORY_USERS)('as $name', (user) => {
  const isPossible = isRoot && user.obstacle === undefined;
  let world: World;
  let theirs = '';

  beforeAll(() => {
    if (isPossible) world = createWorld(user);
  });

  beforeEach(() => {
    if (!isPossible) return;
    theirs = path.join(world.bare, 'theirs');
    mkdirSync(theirs, { recursive: true });
    chownSync(theirs, OTHER_UID, OTHER_UID);
  });

  afterAll(async () => {
    if (isPossible) await world.close();
  });

  /** A secret in their directory. */
  function put(name: string, uid: number, mode: number): string {
    const file = path.join(theirs, name);
    writeFileSync(file, 'secret\n');
    chownSync(file, uid, uid);
    chmodSync(file, mode);
    return file;
  }

  /** What a command finds in a file, or why it is not started. */
  function found(file: string, denied: string): Promise<string> {
    const run = world.run(`cat '${file}' 2> /dev/null; echo ran`, { deny: [denied] });
    return run.then(({ stdout }) => stdout, String);
  }

  test.skipIf(!isPossible)(`a private file in a directory of somebody else${lack}`, async () => {
    const file = put('private', user.uid, 0o600);
    expect(await found(file, file)).toMatch(
      `: ${file} cannot be denied for certain: user ${OTHER_UID} may exchange ${file} while it is covered; deny ${theirs} instead,`,
    );
    expect(await found(file, theirs)).toBe('ran\n');
    chownSync(theirs, user.uid, user.uid);
    expect(await found(file, file)).toBe('ran\n');
  });

  test.skipIf(!isPossible)(`a file there that is theirs, or that everybody may read${lack}`, async () => {
    const files = [put('own', OTHER_UID, 0o600), put('open', user.uid, 0o644)] as const;
    expect([await found(files[0], files[0]), await found(files[1], files[1])]).toEqual(['ran\n', 'ran\n']);
  });

  test.skipIf(!isPossible || user.uid === 0)(
    `one that may be filled and not listed, which nobody could look for repositories${lack}`,
    async () => {
      const drop = path.join(theirs, 'drop');
      mkdirSync(drop);
      chownSync(drop, OTHER_UID, OTHER_UID);
      chmodSync(drop, 0o1733);
      const fill = (...write: readonly string[]): Promise<string> =>
        world
          .run(`mkdir '${drop}/made' 2> /dev/null && echo made || echo refused`, { write })
          .then(({ stdout }) => stdout);
      expect([await fill(world.bare), await fill(world.bare, drop)]).toEqual(['refused\n', 'made\n']);
    },
  );

  test.skipIf(!isPossible || !['unshare', 'nsenter', 'setpriv'].every(has))(
    `what is mounted in a directory that somebody else may shut${lack}`,
    async () => {
      const shared = createWorld(user, { sharesMounts: true });
      try {
        const directory = path.join(shared.outside, 'theirs');
        const disk = path.join(directory, 'disk');
        mkdirSync(disk, { recursive: true });
        chownSync(directory, OTHER_UID, OTHER_UID);
        const attempt = async (): Promise<unknown> => {
          const { stdout, exitCode } = await shared.run('touch "$OUT/theirs/disk/file" || echo refused');
          return [stdout, exitCode];
        };
        // Whoever runs the commands is there from the first one on.
        const refused = ['refused\n', 0];
        expect(await attempt()).toEqual(refused);
        shared.mount(['-t', 'tmpfs', '-o', 'mode=777', 'none', disk]);
        expect(await attempt()).toEqual(refused);
        chmodSync(directory, 0o700);
        expect(await attempt()).toEqual(refused);
      } finally {
        await shared.close();
      }
    },
  );
});

import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { has, INVENTORY_USERS } from './testing/users.js';
import { createWorld, type World } from './testing/world.js';

const OTHER_UID = 1002;

// Mounting is for root.
const canMount = process.getuid?.() === 0 && ['unshare', 'nsenter', 'setpriv'].every(has);
const lack = canMount ? '' : ' (skipped: only root can mount, with util-linux)';

describe.each(INVENTORY_USERS)('as $name', (user) => {
  const isPossible = canMount && user.obstacle === undefined;
  let world: World;

  beforeAll(async () => {
    if (!isPossible) return;
    world = createWorld(user, { sharesMounts: true });
    // Whoever runs the commands is there from the first one on.
    await world.run('true');
  });

  afterAll(async () => {
    if (isPossible) await world.close();
  });

  function mountNew(place: string): string {
    mkdirSync(place, { recursive: true });
    world.mount(['-t', 'tmpfs', '-o', 'mode=777,size=64k', 'none', place]);
    return place;
  }

  test.skipIf(!isPossible)(
    `nothing of the kernel shows but in trees of the sandbox's own${lack}`,
    async () => {
      const places = [world.outside, world.workspace].map((above) => path.join(above, 'root'));
      for (const place of places) {
        for (const [kind, name] of Object.entries({ proc: 'proc', sysfs: 'sys' })) {
          const at = path.join(place, name);
          mkdirSync(at, { recursive: true });
          world.mount(['-t', kind, 'none', at]);
        }
      }
      const { stdout } = await world.run(
        'for at in "$OUT" .; do ls $at/root/*/; cat $at/root/proc/sys/kernel/ostype; done 2> /dev/null; ls "$OUT/root"',
      );
      expect(stdout.replace(/^.*:$/gm, '').trim()).toBe('proc\nsys');
    },
  );

  test.skipIf(!isPossible)(
    `commands run where the kernel tells what it traces, and root's see nothing of it${lack}`,
    async () => {
      const places = ['/sys/kernel/debug', '/sys/kernel/tracing'];
      for (const [at, kind] of ['debugfs', 'tracefs'].entries()) {
        world.mount(['-t', kind, 'none', places[at] ?? '']);
      }
      const { exitCode, stdout } = await world.run(
        `ls -A ${places.join(' ')} 2>&1 | grep -c -e trace -e sched; echo ran`,
      );
      expect([exitCode, stdout]).toEqual([0, '0\nran\n']);
    },
  );

  test.skipIf(!isPossible)(`all of the host is closed, whoever shuts or covers it${lack}`, async () => {
    const shut = path.join(world.outside, 'shut');
    const covered = path.join(world.outside, 'covered');
    const places = [mountNew(path.join(shut, 'disk')), mountNew(path.join(covered, 'below/disk'))];
    chownSync(shut, OTHER_UID, OTHER_UID);
    chmodSync(shut, 0o700);
    places.push(mountNew(covered));
    const { stdout } = await world.run('cut -d" " -f5,6 /proc/self/mountinfo');
    const seen = stdout.split('\n').filter((line) => places.includes(line.split(' ')[0] ?? ''));
    expect(seen.sort()).toEqual(places.map((place) => `${place} ro,nosuid,nodev,relatime`).sort());
  });

  test.skipIf(!isPossible)(`what is denied is denied wherever it is mounted${lack}`, async () => {
    const { bare, outside } = world;
    const secret = path.join(bare, 'kept/key');
    mkdirSync(path.dirname(secret));
    writeFileSync(secret, 'secret\n', { mode: 0o644 });
    const elsewhere = path.join(outside, 'elsewhere');
    mkdirSync(elsewhere);
    world.mount(['--bind', bare, elsewhere]);
    const { stdout } = await world.run(
      `for at in '${bare}' "$OUT/elsewhere"; do cat "$at/kept/key" 2> /dev/null || echo refused; done; ls "$OUT/elsewhere"`,
      { deny: [secret] },
    );
    expect(stdout).toBe('refused\nrefused\nkept\n');
  });

  test.skipIf(!isPossible)(
    `so it is in an overlay of it, and in the layers of an overlay${lack}`,
    async () => {
      const overlay = path.join(world.outside, 'overlay');
      const at = (name: string): string => path.join(overlay, name);
      for (const name of ['one', 'two', 'merged']) mkdirSync(at(name), { recursive: true });
      for (const name of ['one/key', 'two/kept']) writeFileSync(at(name), `${name}\n`);
      world.mount(['-t', 'overlay', '-o', `lowerdir=${at('one')}:${at('two')}`, 'none', at('merged')]);
      const reading =
        'for at in one merged; do cat $at/key 2> /dev/null || echo refused; done; cat merged/kept';
      const read: string[] = [];
      for (const secret of [at('one/key'), at('merged/key')]) {
        const { stdout } = await world.run(reading, { deny: [secret], cwd: overlay });
        read.push(stdout);
      }
      expect(read).toEqual(Array(2).fill('refused\nrefused\ntwo/kept\n'));
    },
  );

  test.skipIf(!isPossible)(`also where it is protected by its name${lack}`, async () => {
    const { bare, outside } = world;
    const secret = path.join(bare, '.envrc');
    writeFileSync(secret, 'secret\n', { mode: 0o644 });
    const elsewhere = path.join(outside, 'written');
    mkdirSync(elsewhere);
    world.mount(['--bind', bare, elsewhere]);
    const { stdout } = await world.run('cat "$OUT/written/.envrc" 2> /dev/null || echo refused', {
      deny: [secret],
      write: [elsewhere],
      cwd: outside,
    });
    expect(stdout).toBe('refused\n');
  });

  test.skipIf(!isPossible)(`nobody in a sandbox moves what the host has mounted there${lack}`, async () => {
    chownSync(path.dirname(mountNew(path.join(world.workspace, 'disks/one'))), user.uid, user.uid);
    const { stdout } = await world.run(
      'mv disks elsewhere 2> /dev/null || echo refused; echo written > disks/one/file && cat disks/one/file',
    );
    expect(stdout).toBe('refused\nwritten\n');
  });

  test.skipIf(!isPossible)(
    `what is denied and could come to light from below another mount is refused${lack}`,
    async () => {
      const secret = path.join(world.bare, 'vault');
      const covered = path.join(world.outside, 'theirs/covered');
      const elsewhere = path.join(covered, 'moved/vault');
      for (const directory of [secret, elsewhere]) mkdirSync(directory, { recursive: true });
      world.mount(['--bind', secret, elsewhere]);
      mountNew(covered);
      await expect(world.run('true', { deny: [secret] })).rejects.toThrow(
        `${secret} is mounted at ${elsewhere} as well, in whole or in part, and covered there by another mount`,
      );
    },
  );

  test.skipIf(!isPossible)(`who shuts a directory with what is hidden stops nobody${lack}`, async () => {
    const shutBy = (name: string, uid: number, gid: number): string => {
      const shut = path.join(world.outside, name);
      mkdirSync(path.join(shut, 'proc'), { recursive: true });
      world.mount(['-t', 'proc', 'none', path.join(shut, 'proc')]);
      chownSync(shut, uid, gid);
      chmodSync(shut, 0o700);
      return shut;
    };
    const theirs = shutBy('shut-by-others', OTHER_UID, OTHER_UID);
    chmodSync(shutBy('shut-by-this-one', user.uid, OTHER_UID), 0);
    const { stdout } = await world.run('ls shut-by-*/proc 2> /dev/null || echo hidden', {
      deny: [path.join(theirs, 'secret')],
      cwd: world.outside,
    });
    expect(stdout).toBe('hidden\n');
  });
});

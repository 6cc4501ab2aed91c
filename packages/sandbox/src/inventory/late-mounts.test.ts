import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { has, INVENTORY_USERS } from './testing/users.js';
import { createWorld } from './testing/world.js';

const WAIT = { timeout: 60_000, interval: 20 };

// Sharing mounts and mounting is for root.
const isPossible = process.getuid?.() === 0 && ['unshare', 'nsenter', 'setpriv'].every(has);

const ATTEMPT = `
  exec 2> /dev/null
  : > up; until [ -e mounted ]; do sleep 0.05; done; rm up mounted
  echo planted > "$OUT/disk/file" || echo refused
  cat "$OUT/other/key" || echo refused
  ls "$OUT/disk" "$OUT/other" | grep -c .
`;

describe.each(INVENTORY_USERS)('as $name', (user) => {
  test.skipIf(!isPossible || user.obstacle !== undefined)(
    'F42 what is mounted on a machine whose mounts are shared does not appear in a sandbox that runs',
    async () => {
      const world = createWorld(user, { sharesMounts: true });
      try {
        const { workspace, outside } = world;
        const [disk, other] = ['disk', 'other'].map((name) => path.join(outside, name)) as [string, string];
        for (const place of [disk, other]) mkdirSync(place);
        const running = world.run(ATTEMPT);
        await vi.waitUntil(() => existsSync(path.join(workspace, 'up')), WAIT);
        world.mount(['-t', 'tmpfs', 'none', disk]);
        world.mount(['--bind', path.join(outside, 'denied'), other]);
        writeFileSync(path.join(workspace, 'mounted'), '');
        const { stdout } = await running;
        // Two names of directories and an empty line between them.
        expect(stdout).toBe('refused\nrefused\n2\n');
      } finally {
        await world.close();
      }
    },
    120_000,
  );
});

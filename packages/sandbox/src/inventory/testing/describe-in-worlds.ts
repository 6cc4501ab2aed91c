import { afterAll, beforeAll, describe, test } from 'vitest';
import { has, INVENTORY_USERS, type InventoryUser } from './users.js';
import { createWorld, type World } from './world.js';

/** For one case: commands are started for real, and package managers take their time. */
const DEADLINE_MS = 120_000;

/** Without which a case cannot be tried. */
interface Needs {
  readonly programs?: readonly string[];
  /** As Node names it. */
  readonly arch?: string;
}

/** What the cases of a suite work with. */
export interface Cases {
  readonly user: InventoryUser;
  /** Their world, which is built before the first case and cleared away after the last. */
  readonly there: () => World;
  /** A case; skipped where the user cannot be tried or something that it needs is not there, and its name says so. */
  readonly it: (name: string, body: () => Promise<void>, needs?: Needs) => void;
  /** A case that nothing can pass yet: it is skipped, and its name says why. */
  readonly lacking: (name: string, why: string) => void;
}

/** Declares a suite once for each user, each in a world of its own. */
export function describeInWorlds(suite: (cases: Cases) => void): void {
  describe.each(INVENTORY_USERS)('as $name', (user) => {
    let world: World | undefined;

    beforeAll(() => {
      if (user.obstacle === undefined) world = createWorld(user);
    }, DEADLINE_MS);

    afterAll(async () => {
      await world?.close();
    }, DEADLINE_MS);

    suite({
      user,
      there: () => {
        if (world === undefined) throw new Error('there is no world');
        return world;
      },
      it: (name, body, needs = {}) => {
        const lack = lackOf(needs);
        const shown = lack === undefined ? name : `${name} (skipped: ${lack})`;
        test.skipIf(user.obstacle !== undefined || lack !== undefined)(shown, body, DEADLINE_MS);
      },
      lacking: (name, why) => {
        test.skip(`${name} (skipped: ${why})`);
      },
    });
  });
}

function lackOf({ programs = [], arch = process.arch }: Needs): string | undefined {
  const missing = programs.filter((program) => !has(program));
  if (missing.length > 0) return `there is no ${missing.join(', ')}`;
  return arch === process.arch ? undefined : `this is no ${arch}`;
}

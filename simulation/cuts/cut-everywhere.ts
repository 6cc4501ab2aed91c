import type { Fault } from '../faults/fault.js';
import type { CutNotice, Direction } from '../network/link.js';
import { play } from '../world/run.js';
import { World } from '../world/world.js';
import { cutScenario } from './script.js';

/** A cut of one link, and what came of it. */
export interface CutReport {
  readonly runs: number;
  /** Of the first run that went wrong: where it was cut, and what was not as it has to be. */
  readonly failure: { readonly faults: readonly Fault[]; readonly violations: readonly string[] } | undefined;
}

/** Places in one direction of one link. */
interface Place {
  readonly direction: Direction;
  readonly byte: number;
}

/** Cuts the first link at every frame boundary and inside every frame, once in each run. */
export async function cutOnceEverywhere(notice: CutNotice): Promise<CutReport> {
  const calm = await run([]);
  let runs = 1;
  for (const place of placesOf(calm.world, 0)) {
    const { faults, violations } = await run([cutAt(0, place, notice)]);
    runs += 1;
    if (violations.length > 0) return { runs, failure: { faults, violations } };
  }
  return { runs, failure: undefined };
}

/** Cuts the first link as above, and after each of these cuts the second link, too. */
export async function cutTwiceEverywhere(
  notice: CutNotice,
  isWanted: (first: number, second: number) => boolean = () => true,
): Promise<CutReport> {
  const calm = await run([]);
  let runs = 1;
  for (const [first, place] of placesOf(calm.world, 0).entries()) {
    const once = await run([cutAt(0, place, notice)]);
    runs += 1;
    for (const [second, next] of placesOf(once.world, 1).entries()) {
      if (!isWanted(first, second)) continue;
      const { faults, violations } = await run([cutAt(0, place, notice), cutAt(1, next, notice)]);
      runs += 1;
      if (violations.length > 0) return { runs, failure: { faults, violations } };
    }
  }
  return { runs, failure: undefined };
}

async function run(faults: readonly Fault[]): Promise<{
  readonly world: World;
  readonly faults: readonly Fault[];
  readonly violations: readonly string[];
}> {
  const world = new World(cutScenario(faults));
  return { world, faults, violations: await play(world) };
}

function cutAt(link: number, { direction, byte }: Place, notice: CutNotice): Fault {
  return { type: 'cutAtByte', client: 'first', link, direction, byte, notice };
}

/** Before anything, at the end of every frame, and in the middle of every frame. */
function placesOf(world: World, link: number): readonly Place[] {
  const made = world.linksOf('first')[link];
  if (made === undefined) return [];
  return (['toServer', 'toClient'] as const).flatMap((direction) => {
    const ends = direction === 'toServer' ? made.server.frameEnds : made.client.frameEnds;
    const bytes = ends.flatMap((end, index) => [Math.floor(((ends[index - 1] ?? 0) + end) / 2), end]);
    return [0, ...bytes].map((byte) => ({ direction, byte }));
  });
}

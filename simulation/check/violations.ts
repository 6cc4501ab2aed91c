import type { World } from '../world/world.js';
import { callViolations } from './calls.js';
import { childViolations } from './children.js';
import { failureViolations } from './failures.js';
import { leftoverViolations } from './leftovers.js';
import { stateViolations } from './states.js';
import { viewViolations } from './views.js';

/** Everything in a world that has come to its end that is not as it has to be. */
export function findViolations(world: World): readonly string[] {
  return [
    ...childViolations(world),
    ...callViolations(world),
    ...viewViolations(world),
    ...stateViolations(world),
    ...failureViolations(world),
    ...leftoverViolations(world),
  ];
}

import type { ClientState } from '@holdfast/exec-client';
import type { World } from '../world/world.js';

/** What may follow what; a client begins to tell when it is ready. */
const FOLLOWING: Readonly<Record<ClientState, readonly ClientState[]>> = {
  connecting: ['ready', 'failed', 'closed'],
  ready: ['recovering', 'failed', 'closed'],
  recovering: ['ready', 'failed', 'closed'],
  failed: [],
  closed: [],
};

/** Clients tell of each change of their state, once and in an order that there is. */
export function stateViolations(world: World): string[] {
  return world.clients.flatMap(({ name, states }) => {
    const all: readonly ClientState[] = ['ready', ...states];
    const wrong = all.findIndex((state, at) => {
      const next = all[at + 1];
      return next !== undefined && !FOLLOWING[state].includes(next);
    });
    return wrong === -1 ? [] : [`${name} told of the states ${all.join(', ')}`];
  });
}

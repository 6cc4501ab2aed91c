import type { World } from '../world/world.js';

/** When everybody has gone and the time is over for which things are kept, nothing is kept. */
export function leftoverViolations(world: World): string[] {
  const { server, clients, network } = world;
  const counts: Readonly<Record<string, number>> = {
    ...server.core.held,
    children: server.processes.alive,
    spills: server.openSpills,
    'timers of the server': server.machine.pendingTimers,
    'open links': network.openLinks.length,
    ...Object.fromEntries(
      clients
        .filter(({ isDead }) => !isDead)
        .map(({ name, machine }) => [`timers of ${name}`, machine.pendingTimers]),
    ),
  };
  return Object.entries(counts).flatMap(([what, count]) => (count === 0 ? [] : [`${count} left: ${what}`]));
}

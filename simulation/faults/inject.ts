import type { Link } from '../network/link.js';
import type { Machine } from '../time/virtual-time.js';
import type { World } from '../world/world.js';
import type { Fault, TimedFault, Victim } from './fault.js';
import { sendThief } from './thief.js';

/** Makes everything go wrong that is planned. */
export function injectFaults(world: World): void {
  const machine = world.createMachine();
  const later: Later = (delayMs, run) => {
    machine.after(delayMs, run);
  };
  for (const fault of world.scenario.faults) {
    if ('atMs' in fault) {
      later(fault.atMs, () => {
        world.trace.add('fault', JSON.stringify(fault));
        strike(world, fault, later);
      });
    } else {
      world.onLink((name, index, link) => {
        if (name === fault.client && index === fault.link) prepare(world, fault, link);
      });
    }
  }
}

type Later = (delayMs: number, run: () => void) => void;

function prepare(world: World, fault: Exclude<Fault, TimedFault>, link: Link): void {
  if (fault.type === 'cutAtByte') {
    link[fault.direction].cutAt(fault.byte, () => {
      world.trace.add('fault', JSON.stringify(fault));
      link.cut(fault.notice);
    });
    return;
  }
  const previous = world.linksOf(fault.client)[fault.link - 1];
  const events = previous?.client.receivedEvents.slice(-fault.events) ?? [];
  link.server.repeatEvents(events);
}

function strike(world: World, fault: TimedFault, later: Later): void {
  switch (fault.type) {
    case 'cutAtTime':
      currentLink(world, fault.client)?.cut(fault.notice);
      return;
    case 'stall':
      for (const pipe of currentLink(world, fault.client)?.pipes(fault.direction) ?? []) {
        later(fault.forMs, pipe.stall());
      }
      return;
    case 'drip':
      currentLink(world, fault.client)?.[fault.direction].limitRate(fault.bytesPerMs);
      return;
    case 'lag':
      currentLink(world, fault.client)?.[fault.direction].addLag(fault.lagMs);
      return;
    case 'killClient':
      machineOf(world, fault.client)?.kill();
      currentLink(world, fault.client)?.cut(fault.notice);
      return;
    case 'noDials':
      later(fault.forMs, world.network.closeTo(fault.mode));
      return;
    case 'sleep':
      machineOf(world, fault.machine)?.sleep(fault.forMs);
      return;
    case 'thief':
      sendThief(world, fault);
      return;
    case 'killServer':
      world.killServer();
      later(fault.backMs, () => {
        world.startServer();
      });
  }
}

function currentLink(world: World, client: Victim): Link | undefined {
  return world.linksOf(client).at(-1);
}

function machineOf(world: World, name: Victim | 'server'): Machine | undefined {
  return name === 'server' ? world.server.machine : world[name]?.machine;
}

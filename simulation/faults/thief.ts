import {
  createPeer,
  initialize,
  initialized,
  offeredExtensions,
  type Transport,
} from '@holdfast/exec-protocol';
import type { World } from '../world/world.js';
import type { ThiefPlan } from './fault.js';

/** Dials and asks for the session of the first client, with its own id. */
export function sendThief(world: World, plan: ThiefPlan): void {
  const sessionId = world.first.client?.sessionId;
  if (sessionId === undefined) return;
  const machine = world.createMachine();
  const dialer = world.createDialer('thief', machine);
  const leave = (transport: Transport): void => {
    if (plan.leaves === 'close') transport.close('normal', '');
    else transport.destroy();
  };
  const rob = async (): Promise<void> => {
    const transport = await world.network.dial(dialer, new AbortController().signal);
    const peer = createPeer({
      transport,
      routes: new Map(),
      onNotification: () => undefined,
      onUnmatchedAnswer: () => undefined,
      onMalformed: () => undefined,
      onInternalError: () => undefined,
      onDrain: () => undefined,
      onClose: () => undefined,
    });
    const extensions = plan.isLegacy
      ? {}
      : { clientInstance: 'thief', extensions: { ...offeredExtensions() } };
    try {
      await peer.request(initialize, { clientName: 'thief', resumeSessionId: sessionId, ...extensions });
    } catch (error) {
      world.trace.add('thief', `was refused: ${String(error)}`);
      leave(transport);
      return;
    }
    world.trace.add('thief', 'has the session');
    peer.notify(initialized, {});
    machine.after(plan.holdMs, () => {
      leave(transport);
    });
  };
  // Nobody answers where nobody listens.
  rob().catch(() => undefined);
}

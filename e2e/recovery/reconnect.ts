import { expect } from 'vitest';
import { eventually } from '../deadline.js';
import type { RawClient } from '../raw-client.js';

/** What `initialize` says besides the name of the session. */
export interface Handshake {
  readonly clientInstance?: string;
  readonly extensions?: Readonly<Record<string, number>>;
}

/** Opens a session. @returns its id. */
export async function openSession(wire: RawClient, handshake: Handshake = {}): Promise<string> {
  const { result } = await wire.request('initialize', { clientName: 'e2e', ...handshake });
  wire.notify('initialized', {});
  return (result as { readonly sessionId: string }).sessionId;
}

/** Connects until the session can be had again, as every client does. `initialized` is left to the caller. */
export async function reconnect(
  connect: () => Promise<RawClient>,
  resumeSessionId: string,
  handshake: Handshake = {},
): Promise<RawClient> {
  return await eventually('the session', async () => {
    const wire = await connect();
    const { error } = await wire.request('initialize', { clientName: 'e2e', resumeSessionId, ...handshake });
    if (error === undefined) return wire;
    wire.end();
    // Whatever is not "busy" is final.
    expect(error).toMatchObject({ code: -32010 });
    return undefined;
  });
}

/** Destroys a socket and waits until it is gone on this side. */
export async function cut(wire: RawClient): Promise<void> {
  wire.cut();
  await wire.ended();
}

import {
  asSessionId,
  CLOSE_RECONNECT_MS,
  ExecError,
  initialize,
  MAX_RESUME_RETRY_MS,
  processSignal,
  RECOVER_DEADLINE_MS,
  sessionClose,
  sessionReplay,
  TAKEOVER_PONG_MS,
} from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import type { Client } from '../client.js';
import { createDeferred } from '../deferred.js';
import type { SessionOptions } from '../open-session.js';
import { FakeServer } from '../testing/fake-server.js';
import { ManualClock } from '../testing/manual-clock.js';
import { outcomeKinds } from '../testing/outcome-kinds.js';
import { settle, until } from '../testing/until.js';
import type { StateChange } from './state-change.js';

interface World extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly server: FakeServer;
  readonly client: Client;
  readonly changes: readonly StateChange[];
  /** Moves the clock in small steps, and lets everything else run in between. */
  pass(ms: number, step?: number): Promise<void>;
}

async function startWorld(
  options: SessionOptions = {},
  server: FakeServer = new FakeServer(),
): Promise<World> {
  const clock = new ManualClock();
  const client = await server.connect({ silenceMs: 0, random: () => 1, ...options }, clock);
  const changes: StateChange[] = [];
  client.on('state', (change) => changes.push(change));
  return {
    clock,
    server,
    client,
    changes,
    async pass(ms, step = 50) {
      for (let passed = 0; passed < ms; passed += step) {
        clock.advance(Math.min(step, ms - passed));
        await settle();
      }
    },
    async [Symbol.asyncDispose]() {
      server.isDown = false;
      await client.close();
      expect(clock.pending).toBe(0);
    },
  };
}

describe('a session that cannot be got back', () => {
  test('is given up at the deadline, and everything fails with what is known of it', async () => {
    await using world = await startWorld();
    const { client, server, clock, changes } = world;
    const process = client.spawn(['x'], { id: 'p', stdin: 'pipe' });
    const next = process.events().next();
    await process.started;
    server.stall();
    const sent = [process.signal('SIGHUP'), process.write('a'), client.processes()];
    await settle();
    server.isDown = true;
    server.cut();
    await until(() => client.state === 'recovering');
    const waiting = [process.signal('SIGHUP'), client.spawn(['x']).started, client.exec(['x'])];
    const all = outcomeKinds([...sent, ...waiting, next, process.exited, process.closed]);
    await world.pass(RECOVER_DEADLINE_MS - 1, 250);
    expect([client.state, changes.length]).toEqual(['recovering', 1]);
    await world.pass(1);
    expect(await all).toEqual([
      'outcomeUnknown',
      'outcomeUnknown',
      ...Array<string>(7).fill('connectionLost'),
    ]);
    const reason = await client.closed;
    expect([reason.message, reason.cause, client.state, clock.pending]).toEqual([
      'the session could not be resumed within 45000 ms: nothing listens there',
      new ExecError('connectFailed', 'nothing listens there'),
      'failed',
      0,
    ]);
    expect(changes.at(-1)).toEqual({
      state: 'failed',
      previous: 'recovering',
      cause: reason,
      recovery: {
        attempts: server.dials - 1,
        durationMs: RECOVER_DEADLINE_MS,
        replayedEvents: 0,
        gaps: 0,
        repeatedRequests: 0,
        lostProcesses: 0,
      },
    });
    // At once, then after 0.1, 0.2, 0.4, 0.8, 1.6 s, and every 2 s from then on.
    expect(server.dials - 1).toBe(6 + Math.floor((RECOVER_DEADLINE_MS - 3_100) / MAX_RESUME_RETRY_MS));
    expect(await outcomeKinds([client.processes(), process.terminate()])).toEqual(
      Array(2).fill('connectionLost'),
    );
  });

  test('is not given up by a client that stood still for as long, and has not asked since', async () => {
    await using world = await startWorld();
    const { client, server, clock } = world;
    server.isDown = true;
    server.cut();
    await until(() => client.state === 'recovering');
    server.isDown = false;
    clock.advance(RECOVER_DEADLINE_MS * 2);
    await until(() => client.state !== 'recovering');
    expect(client.state).toBe('ready');
  });

  test('is given up at once when the server does not know it', async () => {
    await using world = await startWorld();
    const { client, server } = world;
    server.on(initialize, () => {
      throw new ExecError('sessionUnknown', 'unknown session');
    });
    server.cut();
    const { kind, message, cause } = await client.closed;
    expect([kind, message, (cause as ExecError).kind, server.dials]).toEqual([
      'connectionLost',
      'the session could not be resumed: unknown session',
      'sessionUnknown',
      2,
    ]);
  });

  test.each([
    ['another session', { sessionId: asSessionId('session-2') }, /another session instead of resuming/],
    [
      'other extensions',
      { sessionId: asSessionId('session-1'), extensions: { flow: 1 } },
      /other extensions/,
    ],
  ])('is given up when the server answers with %s', async (_, answer, message) => {
    await using world = await startWorld();
    world.server.on(initialize, () => answer);
    world.server.cut();
    expect((await world.client.closed).message).toMatch(message);
  });

  test('is given up when the server refuses to replay', async () => {
    await using world = await startWorld();
    world.server.on(sessionReplay, () => {
      throw new ExecError('internal', 'no');
    });
    world.server.cut();
    expect((await world.client.closed).message).toBe('the session could not be resumed: no');
    await settle();
    expect(world.clock.pending).toBe(0);
  });

  test('is not looked for without recovery, and what was sent has an unknown outcome', async () => {
    await using world = await startWorld({ recoverTimeoutMs: 0 });
    const { client, server } = world;
    const process = client.spawn(['x']);
    await process.started;
    server.stall();
    const all = outcomeKinds([process.signal('SIGHUP'), client.processes(), process.exited]);
    await settle();
    server.cut();
    expect(await all).toEqual(['outcomeUnknown', 'connectionLost', 'connectionLost']);
    expect([client.state, server.dials]).toEqual(['failed', 1]);
  });
});

describe('a session that is busy', () => {
  test('is asked for again soon, so that a half-open connection delays it by little', async () => {
    await using world = await startWorld();
    const { client, server, clock } = world;
    const freeAt = TAKEOVER_PONG_MS;
    server.on(initialize, ({ extensions }) => {
      if (clock.now() < freeAt) throw new ExecError('sessionBusy', 'attached elsewhere');
      return { sessionId: client.sessionId, extensions };
    });
    server.cut();
    await world.pass(TAKEOVER_PONG_MS + 250);
    expect([client.state, world.changes.at(-1)?.recovery?.durationMs]).toEqual(['ready', TAKEOVER_PONG_MS]);
  });
});

describe('a silent connection', () => {
  test('is pinged, given up and replaced, and what it brings later changes nothing', async () => {
    const first = new FakeServer();
    const second = new FakeServer();
    let current = first;
    const clock = new ManualClock();
    const { openSession } = await import('../open-session.js');
    const client = await openSession(() => current.dial(), { silenceMs: 900 }, clock);
    const process = client.spawn(['x'], { id: 'p' });
    const view = process.events();
    await process.started;
    first.stall();
    const signalled = process.signal('SIGHUP');
    current = second;
    for (let at = 0; at < 10; at += 1) {
      clock.advance(100);
      await settle();
    }
    await until(() => client.state === 'ready' && second.dials === 1);
    await signalled;
    // The first server is heard again: its frames, its answer, its end.
    first.output('p', 1, 'from before');
    first.exited('p', 2, 99);
    first.unstall();
    await settle();
    first.cut();
    await settle();
    expect([client.state, second.dials]).toEqual(['ready', 1]);
    second.output('p', 1, 'from now');
    const { value } = await view.next();
    expect(value).toMatchObject({ seq: 1, bytes: new TextEncoder().encode('from now') });
    await client.close();
    expect(clock.pending).toBe(0);
  });

  test('is kept as long as it answers, and asked by a request where the carrier has no pings', async () => {
    const server = new FakeServer();
    const clock = new ManualClock();
    const { openSession } = await import('../open-session.js');
    const dial = async () => {
      const transport = await server.dial();
      transport.ping = () => false;
      return transport;
    };
    const client = await openSession(dial, { silenceMs: 900 }, clock);
    for (let at = 0; at < 40; at += 1) {
      clock.advance(100);
      await settle();
    }
    expect([client.state, server.dials]).toEqual(['ready', 1]);
    expect(server.paramsOf('environment/status').length).toBe(10);
    await client.close();
    expect(clock.pending).toBe(0);
  });
});

describe('closing while the link is lost', () => {
  async function startLost(options?: SessionOptions, server?: FakeServer): Promise<World> {
    const world = await startWorld(options, server);
    await world.client.spawn(['x'], { id: 'p' }).started;
    world.server.isDown = true;
    world.server.cut();
    await until(() => world.client.state === 'recovering' && world.server.dials === 2);
    return world;
  }

  test('fails everything at once and tells the server over one more connection', async () => {
    await using world = await startLost();
    const { client, server, changes } = world;
    const process = client.spawn(['x'], { id: 'q' });
    const waiting = outcomeKinds([process.started, client.processes()]);
    server.isDown = false;
    const closed = client.close();
    expect(client.state).toBe('closed');
    expect(await waiting).toEqual(['clientClosed', 'clientClosed']);
    await closed;
    expect(server.wire.filter((line) => /^2/.test(line)).map((line) => line.split(' ').at(-1))).toEqual([
      'initialize',
      'initialized',
      'session/close',
    ]);
    expect([(await client.closed).kind, changes.map(({ state }) => state)]).toEqual([
      'clientClosed',
      ['recovering', 'closed'],
    ]);
  });

  test('ends the processes one by one where the server cannot end a session', async () => {
    await using world = await startLost({ extensions: {} }, new FakeServer({ extensions: {} }));
    world.server.isDown = false;
    await world.client.close();
    expect(world.server.paramsOf('process/terminate')).toEqual([{ processId: 'p' }]);
  });

  test('does not wait for a server that is not there', async () => {
    await using world = await startLost();
    await world.client.close();
    expect(world.server.dials).toBe(3);
  });

  test('waits a moment for a session that is busy, and no longer', async () => {
    await using world = await startLost();
    const { client, server, clock } = world;
    server.isDown = false;
    server.on(initialize, () => {
      throw new ExecError('sessionBusy', 'attached elsewhere');
    });
    const closed = client.close();
    let isClosed = false;
    void closed.then(() => (isClosed = true));
    await world.pass(CLOSE_RECONNECT_MS - 1);
    expect(isClosed).toBe(false);
    await world.pass(1);
    await closed;
    expect(clock.pending).toBe(0);
  });

  test('a session that is closed when its link is lost is closed over the next one', async () => {
    await using world = await startWorld();
    const { client, server } = world;
    server.on(sessionClose, () => {
      if (server.dials === 1) server.cut();
      return { processes: 0 };
    });
    await client.close();
    expect([server.dials, server.paramsOf('session/close').length]).toEqual([2, 2]);
    expect((await client.closed).kind).toBe('clientClosed');
  });
});

describe('listeners', () => {
  test('hear of every change in order, until they stop, whatever others do', async () => {
    await using world = await startWorld();
    const { client, server } = world;
    const heard: string[] = [];
    let closing: Promise<void> | undefined;
    client.on('state', ({ state }) => {
      if (state === 'recovering') closing = client.close();
    });
    const stop = client.on('state', ({ state }) => heard.push(`first ${state}`));
    client.on('state', ({ state }) => {
      heard.push(`second ${state}`);
      stop();
    });
    server.cut();
    await until(() => closing !== undefined);
    await closing;
    expect(heard).toEqual(['first recovering', 'second recovering', 'second closed']);
  });
});

test('a connection that ends while it is being made counts as a failed attempt', async () => {
  await using world = await startWorld();
  const { client, server } = world;
  let attempts = 0;
  server.on(initialize, ({ extensions }) => {
    attempts += 1;
    if (attempts < 3) server.hangUp('protocolError');
    return { sessionId: client.sessionId, extensions };
  });
  const gate = createDeferred<undefined>();
  server.on(processSignal, async () => {
    await gate.promise;
    return {};
  });
  const process = client.spawn(['x']);
  await process.started;
  const signalled = process.signal('SIGHUP');
  await settle();
  server.cut();
  await world.pass(400);
  expect([client.state, world.changes.at(-1)?.recovery?.attempts]).toEqual(['ready', 3]);
  gate.resolve(undefined);
  // It was on none of the connections that were refused.
  await signalled;
});

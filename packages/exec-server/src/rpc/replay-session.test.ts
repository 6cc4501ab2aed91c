import {
  AHEAD_BYTES,
  asProcessId,
  CLOSED_PROCESS_TTL_MS,
  DETACHED_SESSION_TTL_MS,
} from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import { type CoreClient, CoreWorld, FLOW, REPLAY, settle } from '../testing/core-world.js';
import { type ReplayScope, replaySession } from './replay-session.js';

const KIB = 1024;

function replay(client: CoreClient, ...cursors: readonly object[]): Promise<unknown> {
  return client.ask('session/replay', { cursors });
}

describe('after a resume', () => {
  test('nothing is pushed before it is known where each process goes on', async () => {
    await using world = new CoreWorld();
    const client = await world.client(REPLAY);
    await client.start('p');
    await client.cut();
    world.processes.child('p').print('while away');
    const again = await world.resumed(client, REPLAY);
    world.processes.child('p').print('later');
    world.clock.advanceInSteps(10_000);
    expect(await again.events()).toEqual([]);
    expect(await replay(again, { processId: 'p', afterSeq: 0 })).toEqual({
      processes: [{ processId: 'p', firstSeq: 1, nextSeq: 2 }],
      missing: [],
    });
    expect(await again.events()).toEqual(['p 1 while awaylater']);
  });

  test('each process goes on where the client is, and what was lost on its way comes again', async () => {
    await using world = new CoreWorld();
    const client = await world.client(REPLAY);
    await client.start('p');
    const p = world.processes.child('p');
    p.print('one');
    expect(await client.events()).toEqual(['p 1 one']);
    client.pause();
    p.print('two');
    await settle();
    p.print('err', 'stderr');
    await settle();
    await client.cut();
    p.end(3);
    const again = await world.resumed(client, REPLAY);
    await replay(again, { processId: 'p', afterSeq: 1 });
    expect(await again.events()).toEqual(['p 2 two', 'p 3 err', 'p 4 exited', 'p 5 closed']);
  });

  test('a process that is not named goes on without output being pushed, and without holding its child back', async () => {
    await using world = new CoreWorld();
    const client = await world.client(FLOW);
    await client.start('p', { windowBytes: 1000 });
    await client.cut();
    const p = world.processes.child('p');
    p.print('while away');
    const again = await world.resumed(client, FLOW);
    expect(await replay(again)).toEqual({ processes: [], missing: [] });
    p.print(new Uint8Array(AHEAD_BYTES * 3));
    await settle();
    p.print('end');
    p.end(0);
    const [exited, closed, ...rest] = await again.events();
    expect([exited, closed, rest]).toEqual([
      expect.stringMatching(/^p \d+ exited$/),
      expect.stringMatching(/^p \d+ closed$/),
      [],
    ]);
  });

  test('what is not there is missing; what is just starting is waited for, and the others do not wait', async () => {
    await using world = new CoreWorld();
    const client = await world.client(REPLAY);
    await client.start('p');
    const release = world.processes.hold();
    client.send('process/start', { processId: 'late', argv: ['late'], cwd: 'file:///', env: {}, tty: false });
    await settle();
    await client.cut();
    const again = await world.resumed(client, REPLAY);
    const cursors = ['late', 'never', 'p'].map((processId) => ({ processId, afterSeq: 0 }));
    const id = again.send('session/replay', { cursors });
    await settle();
    world.processes.child('p').print('here');
    expect(await again.events()).toEqual(['p 1 here']);
    release();
    expect((await again.answer(id)).result).toEqual({
      processes: [
        { processId: 'late', firstSeq: 1, nextSeq: 1 },
        { processId: 'p', firstSeq: 1, nextSeq: 1 },
      ],
      missing: ['never'],
    });
    world.processes.child('late').print('too');
    expect(await again.events()).toEqual(['late 1 too']);
  });

  test.each([
    ['before the client has come back', 'detached'],
    ['before it has said where everything goes on', 'resumed'],
    ['after that', 'replayed'],
  ])('a process that starts on behalf of the lost connection %s is as any other', async (_name, moment) => {
    await using world = new CoreWorld();
    const client = await world.client(FLOW);
    const release = world.processes.hold();
    const start = { processId: 'p', argv: ['p'], cwd: 'file:///', env: {}, tty: false, windowBytes: 100 };
    client.send('process/start', start, 7);
    await settle();
    await client.cut();
    const begin = async (): Promise<void> => {
      release();
      await settle();
      world.processes.child('p').print('hello');
    };
    if (moment === 'detached') await begin();
    const again = await world.resumed(client, FLOW);
    if (moment === 'resumed') await begin();
    expect(await again.events()).toEqual([]);
    const id = again.send('session/replay', { cursors: [{ processId: 'p', afterSeq: 0, windowBytes: 100 }] });
    again.send('process/start', start, 7);
    await settle();
    if (moment === 'replayed') await begin();
    expect(await again.answer(id)).toMatchObject({
      result: { processes: [{ processId: 'p' }], missing: [] },
    });
    expect(await again.answer(7)).toMatchObject({ result: { processId: 'p' } });
    expect(await again.events()).toEqual(['p 1 hello']);
    expect(world.processes.started).toEqual(['p']);
  });

  test('windows begin anew behind the position, and output beyond them waits', async () => {
    await using world = new CoreWorld();
    const client = await world.client(FLOW);
    await client.start('p', { windowBytes: 5 });
    const p = world.processes.child('p');
    p.print('12345');
    p.print('err', 'stderr');
    p.print('67890');
    expect(await client.events()).toEqual(['p 1 12345']);
    await client.cut();
    p.end(0);
    const again = await world.resumed(client, FLOW);
    await replay(again, { processId: 'p', afterSeq: 1, windowBytes: 2 });
    expect(await again.events()).toEqual(['p 2 err', 'p 4 exited', 'p 5 closed']);
    again.notify('process/window', { processId: 'p', ackSeq: 2, windowBytes: 10 });
    expect(await again.events()).toEqual(['p 3 67890']);
  });

  test('a client that comes without windows gets everything, whatever the window was', async () => {
    await using world = new CoreWorld();
    const client = await world.client(FLOW);
    await client.start('p');
    await client.cut();
    world.processes.child('p').print('hello');
    const again = await world.resumed(client, REPLAY);
    await replay(again, { processId: 'p', afterSeq: 0 });
    expect(await again.events()).toEqual(['p 1 hello']);
  });

  test('a joined process goes on as well, and a viewer that was overtaken is told how much it has missed', async () => {
    await using world = new CoreWorld();
    const owner = await world.client(FLOW);
    await owner.start('p', { windowBytes: 1_000_000, retention: 'drop' });
    const viewer = await world.client({ ...FLOW, clientInstance: 'viewer' });
    await viewer.ask('process/attach', { processId: 'v', ref: 'p', windowBytes: 1_000_000 });
    const p = world.processes.child('p');
    p.print('1234567890');
    expect(await viewer.events()).toEqual(['v 1 1234567890']);
    await viewer.cut();
    for (let turn = 0; turn < 200; turn += 1)
      p.print(new Uint8Array(24 * KIB), turn % 2 === 0 ? 'stderr' : 'stdout');
    const again = await world.resumed(viewer, { ...FLOW, clientInstance: 'viewer' });
    await replay(again, { processId: 'v', afterSeq: 1, windowBytes: 4_000_000 });
    await settle();
    const [gap, ...rest] = again.received.splice(0);
    expect(gap).toEqual({
      method: 'process/gap',
      params: { processId: 'v', fromSeq: 2, toSeq: 201 - rest.length, bytes: (200 - rest.length) * 24 * KIB },
    });
    expect(rest.length).toBeGreaterThan(40);
  });
});

describe('while the client is away', () => {
  test('output that it wants waits, and the child with it in the end', async () => {
    await using world = new CoreWorld();
    const client = await world.client(FLOW);
    await client.start('p', { windowBytes: 1000 });
    await client.cut();
    const p = world.processes.child('p');
    for (let turn = 0; turn < 300_000 && !p.isPaused; turn += 1) {
      p.print('x', turn % 2 === 0 ? 'stderr' : 'stdout');
    }
    expect(p.isPaused).toBe(true);
    const again = await world.resumed(client, FLOW);
    await replay(again);
    await settle();
    expect(p.isPaused).toBe(false);
  });

  test('output that it does not want is passed over, and how the process ended is told when it is back', async () => {
    await using world = new CoreWorld();
    const client = await world.client(FLOW);
    await client.start('p');
    await client.cut();
    const p = world.processes.child('p');
    for (let turn = 0; turn < 1000; turn += 1)
      p.print(new Uint8Array(24 * KIB), turn % 2 === 0 ? 'stderr' : 'stdout');
    p.end(4);
    expect(p.isPaused).toBe(false);
    const again = await world.resumed(client, FLOW);
    await replay(again, { processId: 'p', afterSeq: 0, windowBytes: 0 });
    expect(await again.events()).toEqual(['p 1001 exited', 'p 1002 closed']);
  });
});

describe('a process that has closed', () => {
  test('is kept until it is known that its client has heard of it, however long that takes', async () => {
    await using world = new CoreWorld({ sessionTtlMs: CLOSED_PROCESS_TTL_MS * 100 });
    const client = await world.client(FLOW);
    await client.start('p', { windowBytes: 100 });
    world.processes.child('p').print('hello');
    await settle();
    client.pause();
    world.processes.child('p').end(0);
    await settle();
    await client.cut();
    world.clock.advanceInSteps(CLOSED_PROCESS_TTL_MS * 50, 10_000);
    const again = await world.resumed(client, FLOW);
    await replay(again, { processId: 'p', afterSeq: 1, windowBytes: 100 });
    expect(await again.events()).toEqual(['p 2 exited', 'p 3 closed']);
    world.clock.advance(250);
    await settle();
    world.clock.advance(CLOSED_PROCESS_TTL_MS - 1);
    expect(await again.ask('process/read', { processId: 'p' })).toMatchObject({ closed: true });
    world.clock.advance(1);
    expect(await again.ask('process/read', { processId: 'p' })).toBe('processUnknown');
    expect(await replay(again, { processId: 'p', afterSeq: 1 })).toEqual({ processes: [], missing: ['p'] });
  });

  test('and was delivered stays again from the beginning when its client has to hear of it once more', async () => {
    await using world = new CoreWorld();
    const client = await world.client(REPLAY);
    await client.start('p');
    world.processes.child('p').print('hello');
    world.processes.child('p').end(0);
    expect(await client.events()).toEqual(['p 1 hello', 'p 2 exited', 'p 3 closed']);
    world.clock.advance(250);
    await settle();
    world.clock.advance(CLOSED_PROCESS_TTL_MS - 1);
    await client.cut();
    const again = await world.resumed(client, REPLAY);
    await replay(again, { processId: 'p', afterSeq: 1 });
    again.pause();
    await settle();
    world.clock.advance(CLOSED_PROCESS_TTL_MS - 1);
    again.resume();
    expect(await again.events()).toEqual(['p 2 exited', 'p 3 closed']);
    expect(await again.ask('process/read', { processId: 'p' })).toMatchObject({ closed: true });
  });

  test('goes with its session when nobody comes back', async () => {
    await using world = new CoreWorld();
    const client = await world.client(REPLAY);
    await client.start('p');
    await client.cut();
    world.processes.child('p').end(0);
    const other = await world.client({ ...REPLAY, clientInstance: 'other' });
    expect(await other.ask('process/list', {})).toMatchObject({ processes: [{ id: 'p', state: 'closed' }] });
    world.clock.advance(DETACHED_SESSION_TTL_MS);
    await settle();
    expect(await other.ask('process/list', {})).toEqual({ processes: [] });
  });
});

test('replay is agreed on with a client alone that says who it is', async () => {
  await using world = new CoreWorld();
  const nameless = world.connect();
  expect(await nameless.initialize({ extensions: ['replay', 'flow'] })).toMatchObject({
    result: { extensions: { flow: 1 } },
  });
  expect(await nameless.ask('session/replay', { cursors: [] })).toBe('methodUnknown');
  nameless.notify('session/acknowledge', { upToId: 1, unanswered: [] });
  await nameless.ended;
});

test('positions are taken when there is room for an answer of as many', async () => {
  const asked: number[] = [];
  let letIn: () => void = () => undefined;
  const room: ReplayScope['room'] = {
    async use(bytes, work) {
      asked.push(bytes);
      await new Promise<void>((resolve) => (letIn = resolve));
      return await work(new AbortController().signal);
    },
  };
  let unparked = 0;
  const processes = {
    parked: () => [],
    unpark: () => {
      unparked += 1;
    },
    find: () => Promise.resolve(undefined),
  };
  const cursors = ['p', 'quite long'].map((id) => ({ processId: asProcessId(id), afterSeq: 0 }));
  const answer = replaySession({ room, processes, extensions: {} }, { cursors });
  await settle();
  expect([asked, unparked]).toEqual([[97 + 106], 0]);
  letIn();
  expect([await answer, unparked]).toEqual([{ processes: [], missing: ['p', 'quite long'] }, 1]);
});

import {
  CLOSED_PROCESS_TTL_MS,
  LEGACY_REPLAY_DELAY_MS,
  LEGACY_RESUME_READ_EVENTS,
  LEGACY_SETTLE_MS,
} from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import { type CoreClient, CoreWorld, settle } from '../testing/core-world.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** After so long without a further event a ping asks whether all have arrived. */
const PROOF_MS = 250;

interface Page {
  readonly chunks: readonly { readonly seq: number; readonly chunk: string }[];
  readonly nextSeq: number;
  readonly exited: boolean;
  readonly closed: boolean;
}

async function read(client: CoreClient, params: object = {}): Promise<Page> {
  return (await client.ask('process/read', { processId: 'p', ...params })) as Page;
}

/** Lets a client have what was sent, and take it in. */
async function takeIn(world: CoreWorld): Promise<void> {
  world.clock.advanceInSteps(PROOF_MS);
  await settle();
  world.clock.advanceInSteps(LEGACY_SETTLE_MS);
}

/** A client without extensions has a process, and loses its connection. */
async function cutWorld(world: CoreWorld): Promise<CoreClient> {
  const client = await world.client();
  await client.start('p');
  world.processes.child('p').print('one');
  expect(await client.events()).toEqual(['p 1 one']);
  await client.cut();
  return client;
}

describe('a client without extensions that has resumed its session', () => {
  test('gets nothing pushed before it has read, and then what comes behind that answer', async () => {
    await using world = new CoreWorld();
    const client = await cutWorld(world);
    const p = world.processes.child('p');
    p.print('two', 'stderr');
    const again = await world.resumed(client);
    p.print('three');
    expect(await again.events()).toEqual([]);
    expect(await read(again, { afterSeq: 1 })).toMatchObject({
      chunks: [{ seq: 2 }, { seq: 3 }],
      nextSeq: 4,
      exited: false,
    });
    p.print('four', 'stderr');
    p.end(0);
    expect(await again.events()).toEqual([]);
    await takeIn(world);
    expect(await again.events()).toEqual(['p 4 four', 'p 5 exited', 'p 6 closed']);
  });

  test.each([
    ['asks for something else', 'environment/status', {}],
    ['reads the process again', 'process/read', { processId: 'p', afterSeq: 1 }],
  ])('gets what comes behind the answer at once when it %s', async (_name, method, params) => {
    await using world = new CoreWorld();
    const client = await cutWorld(world);
    const p = world.processes.child('p');
    p.print('two', 'stderr');
    const again = await world.resumed(client);
    await read(again, { afterSeq: 1 });
    p.print('three');
    await again.ask(method, params);
    p.print('four', 'stderr');
    expect(await again.events()).toEqual(['p 3 three', 'p 4 four']);
  });

  test('gets nothing pushed either where the connection before ended while its first read was under way', async () => {
    await using world = new CoreWorld();
    const client = await cutWorld(world);
    const second = await world.resumed(client);
    second.send('process/read', { processId: 'p', afterSeq: 1, waitMs: 10 * LEGACY_REPLAY_DELAY_MS });
    await settle();
    world.clock.advanceInSteps(LEGACY_REPLAY_DELAY_MS);
    await second.cut();
    const third = await world.resumed(client);
    world.processes.child('p').print('two', 'stderr');
    expect(await third.events()).toEqual([]);
    expect(await read(third, { afterSeq: 1 })).toMatchObject({ chunks: [{ seq: 2 }], nextSeq: 3 });
    world.processes.child('p').print('three');
    await takeIn(world);
    expect(await third.events()).toEqual(['p 3 three']);
  });

  test('is not taken to have an answer in because it reads another process', async () => {
    await using world = new CoreWorld();
    const client = await world.client();
    await client.start('p');
    await client.start('q');
    await client.cut();
    const again = await world.resumed(client);
    await read(again);
    world.processes.child('p').print('late');
    await again.ask('process/read', { processId: 'q' });
    expect(await again.events()).toEqual([]);
    await takeIn(world);
    expect(await again.events()).toEqual(['p 1 late']);
  });

  test('has time to take an answer in from when that has arrived, however long it was under way', async () => {
    await using world = new CoreWorld();
    const client = await cutWorld(world);
    const again = await world.resumed(client);
    again.pause();
    again.send('process/read', { processId: 'p', afterSeq: 1 });
    await settle();
    world.processes.child('p').print('two', 'stderr');
    world.clock.advanceInSteps(PROOF_MS + LEGACY_SETTLE_MS * 10);
    again.resume();
    expect(await again.events()).toEqual([]);
    world.clock.advanceInSteps(LEGACY_SETTLE_MS - 1);
    expect(await again.events()).toEqual([]);
    world.clock.advance(1);
    expect(await again.events()).toEqual(['p 2 two']);
  });

  test('gets a first answer that it can take in at once, and all the rest behind it', async () => {
    await using world = new CoreWorld();
    const client = await cutWorld(world);
    const p = world.processes.child('p');
    for (let turn = 0; turn < 300; turn += 1) p.print(String(turn), turn % 2 === 0 ? 'stderr' : 'stdout');
    const again = await world.resumed(client);
    const first = await read(again, { afterSeq: 1 });
    expect([first.chunks.length, first.nextSeq]).toEqual([
      LEGACY_RESUME_READ_EVENTS,
      LEGACY_RESUME_READ_EVENTS + 2,
    ]);
    await takeIn(world);
    const numbers = (await again.events()).map((event) => Number(event.split(' ')[1]));
    expect(numbers).toEqual(
      Array.from({ length: 301 - LEGACY_RESUME_READ_EVENTS - 1 }, (_, at) => first.nextSeq + at),
    );
  });

  test('gets a first answer of no more than a mebibyte', async () => {
    await using world = new CoreWorld();
    const client = await cutWorld(world);
    const p = world.processes.child('p');
    for (let turn = 0; turn < 100; turn += 1) {
      p.print(new Uint8Array(24 * KIB), turn % 2 === 0 ? 'stderr' : 'stdout');
      await settle();
    }
    const again = await world.resumed(client);
    expect((await read(again, { afterSeq: 1 })).chunks).toHaveLength(Math.floor(MIB / (24 * KIB)));
    expect((await read(again, { afterSeq: 1 })).chunks).toHaveLength(100);
  });

  test('may read one process after the other for as long as it takes', async () => {
    await using world = new CoreWorld();
    const client = await world.client();
    const ids = ['a', 'b', 'c', 'd'];
    for (const id of ids) await client.start(id);
    await client.cut();
    for (const id of ids) world.processes.child(id).print('missed');
    const again = await world.resumed(client);
    for (const id of ids) {
      world.clock.advance(LEGACY_REPLAY_DELAY_MS - 1);
      expect(await again.ask('process/read', { processId: id })).toMatchObject({ nextSeq: 2 });
    }
    await takeIn(world);
    expect(await again.events()).toEqual([]);
  });

  test('is told of a signal that ended a process if it knows of signals, as it would be by an event', async () => {
    await using world = new CoreWorld();
    const client = await world.client({ extensions: ['signals'] });
    for (const id of ['killed', 'ended', 'running']) await client.start(id);
    await client.cut();
    world.processes.child('killed').end(137);
    world.processes.child('ended').end(1);
    const again = await world.resumed(client, { extensions: ['signals'] });
    const answers = ['killed', 'ended', 'running'].map(async (id) => {
      const answer = await again.ask('process/read', { processId: id });
      return (answer as { readonly signal?: unknown }).signal;
    });
    expect(await Promise.all(answers)).toEqual(['SIGKILL', null, null]);
    await again.cut();
    const third = await world.resumed(client);
    expect(await third.ask('process/read', { processId: 'killed' })).not.toHaveProperty('signal');
  });

  test('may wait for the news of one process before it reads the next', async () => {
    await using world = new CoreWorld();
    const client = await world.client();
    const ids = ['a', 'b'];
    for (const id of ids) await client.start(id);
    await client.cut();
    world.processes.child('b').print('missed');
    const again = await world.resumed(client);
    const step = LEGACY_REPLAY_DELAY_MS * 0.75;
    world.clock.advanceInSteps(step);
    const id = again.send('process/read', { processId: 'a', waitMs: step });
    await settle();
    world.clock.advanceInSteps(step);
    await again.answer(id);
    world.clock.advanceInSteps(step);
    expect(await again.events()).toEqual([]);
    expect(await again.ask('process/read', { processId: 'b' })).toMatchObject({ nextSeq: 2 });
  });

  test('goes on behind an answer that was cut short, with all the rest', async () => {
    await using world = new CoreWorld();
    const client = await cutWorld(world);
    const p = world.processes.child('p');
    for (let turn = 0; turn < 10; turn += 1) p.print(String(turn), turn % 2 === 0 ? 'stderr' : 'stdout');
    p.end(0);
    const again = await world.resumed(client);
    expect(await read(again, { afterSeq: 1, maxBytes: 3 })).toMatchObject({ nextSeq: 5 });
    await takeIn(world);
    expect(await again.events()).toEqual([
      ...[3, 4, 5, 6, 7, 8, 9].map((digit) => `p ${String(digit + 2)} ${String(digit)}`),
      'p 12 exited',
      'p 13 closed',
    ]);
  });

  test('is told nothing twice of a process that it has read to the end', async () => {
    await using world = new CoreWorld();
    const client = await cutWorld(world);
    world.processes.child('p').end(5);
    const again = await world.resumed(client);
    expect(await read(again, { afterSeq: 1 })).toMatchObject({
      chunks: [],
      nextSeq: 4,
      exited: true,
      closed: true,
    });
    await takeIn(world);
    world.clock.advanceInSteps(LEGACY_REPLAY_DELAY_MS * 2);
    expect(await again.events()).toEqual([]);
    world.clock.advance(CLOSED_PROCESS_TTL_MS);
    expect(await again.ask('process/read', { processId: 'p' })).toBe('processUnknown');
  });

  test('gets everything again that is kept when it has not read for two seconds', async () => {
    await using world = new CoreWorld();
    const client = await cutWorld(world);
    const p = world.processes.child('p');
    p.print('two', 'stderr');
    const again = await world.resumed(client);
    world.clock.advance(LEGACY_REPLAY_DELAY_MS - 1);
    expect(await again.events()).toEqual([]);
    world.clock.advance(1);
    expect(await again.events()).toEqual(['p 1 one', 'p 2 two']);
    p.print('three');
    expect(await again.events()).toEqual(['p 3 three']);
  });

  test('has two seconds from when it said that it is ready', async () => {
    await using world = new CoreWorld();
    const client = await cutWorld(world);
    const again = world.connect();
    await again.request('initialize', { clientName: '', resumeSessionId: client.sessionId });
    world.clock.advance(LEGACY_REPLAY_DELAY_MS * 5);
    expect(await again.events()).toEqual([]);
    again.notify('initialized', {});
    await settle();
    world.clock.advance(LEGACY_REPLAY_DELAY_MS);
    expect(await again.events()).toEqual(['p 1 one']);
  });

  test('a read that waits for news holds the replay back, and its answer says where to go on', async () => {
    await using world = new CoreWorld();
    const client = await cutWorld(world);
    const again = await world.resumed(client);
    const id = again.send('process/read', { processId: 'p', afterSeq: 1, waitMs: 60_000 });
    await settle();
    world.clock.advance(LEGACY_REPLAY_DELAY_MS);
    expect(await again.events()).toEqual([]);
    world.processes.child('p').print('two', 'stderr');
    expect(await again.answer(id)).toMatchObject({ result: { chunks: [{ seq: 2 }], nextSeq: 3 } });
    world.processes.child('p').print('three');
    await takeIn(world);
    expect(await again.events()).toEqual(['p 3 three']);
  });

  test('starts further processes that it hears of at once', async () => {
    await using world = new CoreWorld();
    const client = await cutWorld(world);
    const again = await world.resumed(client);
    await again.start('q');
    world.processes.child('q').print('hello');
    expect(await again.events()).toEqual(['q 1 hello']);
  });

  test.each([
    ['before the client has come back', 0],
    ['within the two seconds', 1000],
    ['after them', LEGACY_REPLAY_DELAY_MS + 1000],
  ])('hears of a process that starts %s on behalf of the lost connection', async (_name, afterMs) => {
    await using world = new CoreWorld();
    const client = await world.client();
    const release = world.processes.hold();
    client.send('process/start', { processId: 'p', argv: ['p'], cwd: 'file:///', env: {}, tty: false });
    await settle();
    await client.cut();
    if (afterMs === 0) release();
    const again = await world.resumed(client);
    world.clock.advance(afterMs);
    release();
    await settle();
    world.processes.child('p').print('hello');
    world.clock.advance(LEGACY_REPLAY_DELAY_MS);
    expect(await again.events()).toEqual(['p 1 hello']);
  });

  test('may lose its connection again before it has read anything', async () => {
    await using world = new CoreWorld();
    const client = await cutWorld(world);
    const second = await world.resumed(client);
    world.clock.advance(LEGACY_REPLAY_DELAY_MS - 1);
    await second.cut();
    const third = await world.resumed(client);
    world.clock.advance(LEGACY_REPLAY_DELAY_MS - 1);
    expect(await third.events()).toEqual([]);
    expect(await read(third, { afterSeq: 0 })).toMatchObject({ chunks: [{ seq: 1 }] });
  });
});

describe('what such a client was sent', () => {
  /** Prints on both streams in turn, so that each piece is an event. @returns how many. */
  async function flood(world: CoreWorld, pieces: number): Promise<void> {
    for (let turn = 0; turn < pieces; turn += 1) {
      world.processes.child('p').print(new Uint8Array(24 * KIB), turn % 2 === 0 ? 'stderr' : 'stdout');
      if (turn % 20 === 0) await settle();
    }
    await settle();
  }

  test('stays readable until a pong has shown that it arrived, however much it is', async () => {
    await using world = new CoreWorld();
    const client = await world.client();
    await client.start('p');
    client.pause();
    await flood(world, 200);
    await client.cut();
    const again = await world.resumed(client);
    await read(again);
    const { chunks, nextSeq } = await read(again);
    expect([chunks[0]?.seq, chunks.length, nextSeq]).toEqual([1, 200, 201]);
  });

  test('is forgotten but for the newest mebibyte once it has arrived', async () => {
    await using world = new CoreWorld();
    const client = await world.client();
    await client.start('p');
    await flood(world, 200);
    world.clock.advance(250);
    await settle();
    const { chunks } = await read(client, { afterSeq: 0 });
    expect([chunks[0]?.seq, chunks.length]).toEqual([
      201 - Math.ceil(MIB / (24 * KIB)),
      Math.ceil(MIB / (24 * KIB)),
    ]);
  });

  test('stays readable as well when it went as the answer to a read that may not have arrived', async () => {
    await using world = new CoreWorld();
    const client = await world.client();
    await client.start('p');
    await client.cut();
    await flood(world, 200);
    const second = await world.resumed(client);
    second.pause();
    second.send('process/read', { processId: 'p', afterSeq: 0 });
    // So many turns that all of it has been fetched from the spill.
    for (let more = 0; more < 20; more += 1) await settle();
    await flood(world, 100);
    await second.cut();
    const third = await world.resumed(client);
    await read(third);
    expect((await read(third)).chunks).toHaveLength(300);
  });
});

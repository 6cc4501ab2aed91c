import {
  DETACHED_SESSION_TTL_MS,
  FILES_END_MS,
  MAX_CLIENT_INSTANCES,
  MAX_SESSIONS,
  TAKEOVER_PONG_MS,
} from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import { type CoreClient, CoreWorld, REPLAY, settle } from '../testing/core-world.js';

async function refusal(client: CoreClient, resumeSessionId: string): Promise<unknown> {
  const { error } = await client.request('initialize', { clientName: '', resumeSessionId });
  return error && `${error.data.kind}: ${error.message.replace(resumeSessionId, 'ID')}`;
}

const UNKNOWN =
  'sessionUnknown: unknown session id ID; it expired, was closed or never existed here: open a new one';

test('a session ends though what was asked of its files is never done', async () => {
  const never = (): Promise<never> => new Promise(() => undefined);
  const stillness = { use: never, open: never };
  await using world = new CoreWorld({}, { placeOf: () => stillness, close: () => Promise.resolve() });
  const client = await world.client(REPLAY);
  client.send('fs/open', { handleId: 'f', path: 'file:///f', sandbox: {} });
  await settle();
  const closing = client.send('session/close', {});
  await settle();
  world.clock.advance(FILES_END_MS - 1);
  await expect(client.answer(closing)).rejects.toThrow('no answer');
  world.clock.advance(1);
  expect(await client.answer(closing)).toMatchObject({ result: { processes: 0 } });
});

describe('a session without a connection', () => {
  test('waits for its client until the last moment', async () => {
    await using world = new CoreWorld();
    const client = await world.client();
    await client.start('p');
    await client.cut();
    world.clock.advance(DETACHED_SESSION_TTL_MS - 1);
    const again = world.connect();
    const answer = await again.initialize({ resumeSessionId: client.sessionId });
    expect(answer.result).toMatchObject({ sessionId: client.sessionId });
    world.clock.advance(DETACHED_SESSION_TTL_MS);
    expect(await again.ask('process/read', { processId: 'p' })).toMatchObject({ exited: false });
    expect(world.processes.done).toEqual([]);
  });

  test('is over at the moment of its expiry, and its processes with it', async () => {
    await using world = new CoreWorld();
    const client = await world.client();
    await client.start('p');
    await client.cut();
    world.clock.advance(DETACHED_SESSION_TTL_MS);
    expect(world.processes.done).toEqual([]);
    await settle();
    expect(world.processes.done).toEqual(['kill p']);
    expect(await refusal(world.connect(), client.sessionId)).toBe(UNKNOWN);
  });

  test('is over for whoever comes at that moment, also before the server has noticed', async () => {
    await using world = new CoreWorld();
    const client = await world.client();
    await client.start('p');
    await client.cut();
    world.clock.passUnnoticed(DETACHED_SESSION_TTL_MS);
    expect(await refusal(world.connect(), client.sessionId)).toBe(UNKNOWN);
    expect(world.processes.done).toEqual(['kill p']);
  });

  test('gets the whole time anew each time it loses its connection', async () => {
    await using world = new CoreWorld({ sessionTtlMs: 100 });
    let client = await world.client();
    for (let round = 0; round < 5; round += 1) {
      await client.cut();
      world.clock.advance(99);
      client = await world.resumed(client);
    }
    expect(await client.ask('environment/status', {})).toEqual({ status: 'ready' });
  });

  test('a timer that fires early does not end it', async () => {
    await using world = new CoreWorld();
    const client = await world.client();
    await client.cut();
    world.clock.advance(DETACHED_SESSION_TTL_MS - 1, { firesEarlyMs: 1 });
    expect(await (await world.resumed(client)).ask('environment/status', {})).toEqual({ status: 'ready' });
    await client.cut();
  });

  test('leaves running what lives as long as the server', async () => {
    await using world = new CoreWorld();
    const client = await world.client(REPLAY);
    await client.start('job', { lifetime: 'server' });
    await client.start('p');
    await client.cut();
    world.clock.advance(DETACHED_SESSION_TTL_MS);
    await settle();
    expect(world.processes.done).toEqual(['kill p']);
  });

  test('ends at once where sessions are not kept', async () => {
    await using world = new CoreWorld({ sessionTtlMs: 0 });
    const client = await world.client();
    await client.start('p');
    await client.cut();
    expect(world.processes.done).toEqual(['kill p']);
    expect(await refusal(world.connect(), client.sessionId)).toBe(UNKNOWN);
  });

  test('ends at once where its carrier cannot be replaced, and nobody else may have it', async () => {
    await using world = new CoreWorld();
    const client = world.connect('default', false);
    expect(await client.initialize({ ...REPLAY })).toMatchObject({
      result: { extensions: { session: 1, signals: 1, gap: 1, attach: 1 } },
    });
    await client.start('p');
    await client.cut();
    expect(world.processes.done).toEqual(['kill p']);
    const other = await world.client();
    await other.cut();
    expect(await refusal(world.connect('default', false), other.sessionId)).toBe(UNKNOWN);
  });

  test('that was closed does not come back', async () => {
    await using world = new CoreWorld();
    const client = await world.client(REPLAY);
    expect(await client.ask('session/close', {})).toEqual({ processes: 0 });
    await client.cut();
    expect(await refusal(world.connect(), client.sessionId)).toBe(UNKNOWN);
  });
});

describe('whose it is', () => {
  test('the same is said of a session of somebody else as of one that never was', async () => {
    await using world = new CoreWorld();
    const client = await world.client();
    await client.cut();
    expect(await refusal(world.connect('stranger'), client.sessionId)).toBe(UNKNOWN);
    expect(await refusal(world.connect(), 'no such session')).toBe(UNKNOWN);
    expect((await world.resumed(client)).sessionId).toBe(client.sessionId);
  });

  test('a stranger learns nothing of a session that is in use, and its connection is not doubted', async () => {
    await using world = new CoreWorld();
    const client = await world.client();
    client.pause();
    expect(await refusal(world.connect('stranger'), client.sessionId)).toBe(UNKNOWN);
    world.clock.advanceInSteps(TAKEOVER_PONG_MS * 2);
    client.resume();
    expect(await client.ask('environment/status', {})).toEqual({ status: 'ready' });
  });
});

describe('a session that is in use', () => {
  test('stays with a client that answers', async () => {
    await using world = new CoreWorld();
    const client = await world.client();
    const BUSY = 'sessionBusy: the session is attached to another connection; try again';
    expect(await refusal(world.connect(), client.sessionId)).toBe(BUSY);
    world.clock.advanceInSteps(TAKEOVER_PONG_MS * 2);
    expect(await refusal(world.connect(), client.sessionId)).toBe(BUSY);
    expect(await client.ask('environment/status', {})).toEqual({ status: 'ready' });
  });

  test('goes to whoever asks again once its client has not answered for two seconds', async () => {
    await using world = new CoreWorld();
    const client = await world.client();
    await client.start('p');
    client.pause();
    const next = world.connect();
    expect(await refusal(next, client.sessionId)).toMatch(/^sessionBusy/);
    world.clock.advanceInSteps(TAKEOVER_PONG_MS - 100);
    expect(await refusal(next, client.sessionId)).toMatch(/^sessionBusy/);
    world.clock.advanceInSteps(100);
    await client.ended;
    await next.initialize({ resumeSessionId: client.sessionId });
    expect(await next.ask('process/read', { processId: 'p' })).toMatchObject({ exited: false });
    client.resume();
    await settle();
    expect(await next.ask('environment/status', {})).toEqual({ status: 'ready' });
  });
});

describe('bounds', () => {
  test('sessions without a connection count: at the limit the next one is refused until one has expired', async () => {
    await using world = new CoreWorld();
    for (let count = 0; count < MAX_SESSIONS; count += 1) {
      const client = world.connect();
      client.send('initialize', { clientName: '' });
      await settle();
      await client.cut();
    }
    expect(await world.connect().ask('initialize', { clientName: '' })).toBe('limitExceeded');
    world.clock.advance(DETACHED_SESSION_TTL_MS);
    await settle();
    expect(await world.connect().ask('initialize', { clientName: '' })).toMatchObject({
      sessionId: expect.any(String) as string,
    });
  });

  test('so many clients may use a session under replay; the next one is refused, and the session waits on', async () => {
    await using world = new CoreWorld();
    let client = await world.client({ ...REPLAY, clientInstance: '0' });
    for (let count = 1; count < MAX_CLIENT_INSTANCES; count += 1) {
      await client.cut();
      client = await world.resumed(client, { ...REPLAY, clientInstance: String(count) });
    }
    await client.cut();
    const oneMore = {
      clientName: '',
      clientInstance: 'one more',
      resumeSessionId: client.sessionId,
      extensions: { replay: 1 },
    };
    expect(await world.connect().ask('initialize', oneMore)).toBe('limitExceeded');
    expect((await world.resumed(client, { ...REPLAY, clientInstance: '0' })).sessionId).toBe(
      client.sessionId,
    );
  });
  test('a client that was refused a session has not used it', async () => {
    await using world = new CoreWorld();
    const client = await world.client({ ...REPLAY, clientInstance: 'first' });
    const resume = async (clientInstance: string): Promise<unknown> =>
      await world.connect().ask('initialize', {
        clientName: '',
        clientInstance,
        resumeSessionId: client.sessionId,
        extensions: { replay: 1 },
      });
    for (let count = 0; count < MAX_CLIENT_INSTANCES; count += 1) {
      expect(await resume(`refused ${String(count)}`)).toBe('sessionBusy');
    }
    await client.cut();
    expect(await resume('second')).toMatchObject({ sessionId: client.sessionId });
  });
});

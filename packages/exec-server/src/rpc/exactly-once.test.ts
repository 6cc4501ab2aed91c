import { MAX_KEPT_ANSWERS } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import { CoreWorld, REPLAY, settle } from '../testing/core-world.js';

const start = { processId: 'p', argv: ['p'], cwd: 'file:///', env: {}, tty: false, pipeStdin: true };
const write = (text: string): object => ({
  processId: 'p',
  writeId: text,
  chunk: Buffer.from(text).toString('base64'),
});

describe('a client that repeats what was not answered', () => {
  test('has each request carried out once and answered alike', async () => {
    await using world = new CoreWorld();
    const client = await world.client(REPLAY);
    expect(await client.ask('process/start', start, 10)).toEqual({ processId: 'p', sandboxType: 'none' });
    await client.ask('process/write', write('a'), 11);
    await client.ask('process/signal', { processId: 'p', signal: 'SIGUSR1' }, 12);
    await client.cut();
    const again = await world.resumed(client, REPLAY);
    expect(await again.ask('process/start', start, 10)).toEqual({ processId: 'p', sandboxType: 'none' });
    expect(await again.ask('process/write', write('a'), 11)).toEqual({ status: 'accepted' });
    expect(await again.ask('process/signal', { processId: 'p', signal: 'SIGUSR1' }, 12)).toEqual({});
    expect(await again.ask('process/write', write('b'), 13)).toEqual({ status: 'accepted' });
    expect([world.processes.started, world.processes.child('p').stdin]).toEqual([['p'], 'a<SIGUSR1>b']);
  });

  test('joins a request that still runs', async () => {
    await using world = new CoreWorld();
    const client = await world.client(REPLAY);
    const release = world.processes.hold();
    client.send('process/start', start, 10);
    await settle();
    await client.cut();
    const again = await world.resumed(client, REPLAY);
    again.send('process/start', start, 10);
    await settle();
    release();
    expect(await again.answer(10)).toMatchObject({ result: { processId: 'p' } });
    expect(world.processes.started).toEqual(['p']);
  });

  test('gets the same failure again', async () => {
    await using world = new CoreWorld();
    const client = await world.client(REPLAY);
    await client.ask('process/start', start, 10);
    expect(await client.ask('process/start', start, 11)).toBe('processIdInUse');
    expect(await client.ask('process/write', {}, 12)).toBe('invalidParams');
    await client.cut();
    const again = await world.resumed(client, REPLAY);
    expect(await again.ask('process/start', start, 11)).toBe('processIdInUse');
    expect(await again.ask('process/write', {}, 12)).toBe('invalidParams');
  });

  test('may not use an id for something else, nor for the same with other content', async () => {
    await using world = new CoreWorld();
    const client = await world.client(REPLAY);
    await client.ask('process/start', start, 10);
    await client.ask('process/write', write('a'), 11);
    expect(await client.ask('process/write', write('b'), 11)).toBe('replayConflict');
    expect(await client.ask('process/terminate', { processId: 'p' }, 11)).toBe('replayConflict');
    expect(world.processes.child('p').stdin).toBe('a');
  });

  test('is told that an outcome is not known where the answer is kept no more, and nothing happens', async () => {
    await using world = new CoreWorld();
    const client = await world.client(REPLAY);
    await client.ask('process/start', start, 10);
    await client.ask('process/write', write('a'), 11);
    await client.ask('process/write', write('b'), 12);
    client.notify('session/acknowledge', { upToId: 12, unanswered: [11] });
    expect(await client.ask('process/write', write('a'), 11)).toEqual({ status: 'accepted' });
    expect(await client.ask('process/write', write('b'), 12)).toBe('outcomeUnknown');
    expect(await client.ask('process/start', { ...start, processId: 'q' }, 9)).toBe('outcomeUnknown');
    expect([world.processes.started, world.processes.child('p').stdin]).toEqual([['p'], 'ab']);
  });

  test('asks again as often as it likes for what changes nothing', async () => {
    await using world = new CoreWorld();
    const client = await world.client(REPLAY);
    await client.ask('process/start', start, 10);
    world.processes.child('p').print('hello');
    expect(await client.ask('process/read', { processId: 'p' }, 3)).toMatchObject({ nextSeq: 2 });
    world.processes.child('p').end(0);
    expect(await client.ask('process/read', { processId: 'p' }, 3)).toMatchObject({ nextSeq: 4 });
  });
});

test('answers are kept for each client by itself', async () => {
  await using world = new CoreWorld();
  const client = await world.client(REPLAY);
  await client.ask('process/start', start, 10);
  await client.cut();
  const other = await world.resumed(client, { ...REPLAY, clientInstance: 'other' });
  expect(await other.ask('process/write', write('a'), 10)).toEqual({ status: 'accepted' });
  expect(await other.ask('process/write', write('b'), 9)).toBe('outcomeUnknown');
  await other.cut();
  const again = await world.resumed(client, REPLAY);
  expect(await again.ask('process/start', start, 10)).toEqual({ processId: 'p', sandboxType: 'none' });
});

test('at the limit further changes are refused until answers are acknowledged, and reads go on', async () => {
  await using world = new CoreWorld();
  const client = await world.client(REPLAY);
  const signal = { processId: 'nobody', signal: 'SIGUSR1' };
  for (let id = 1; id <= MAX_KEPT_ANSWERS; id += 1) client.send('process/signal', signal, id);
  await client.eventually(MAX_KEPT_ANSWERS);
  client.received.splice(0);
  const next = MAX_KEPT_ANSWERS + 1;
  expect(await client.ask('process/start', start, next)).toBe('limitExceeded');
  expect(await client.ask('environment/status', {}, next + 1)).toEqual({ status: 'ready' });
  expect(await client.ask('process/signal', signal, 1)).toEqual({});
  client.notify('session/acknowledge', { upToId: 1, unanswered: [] });
  expect(await client.ask('process/start', start, next)).toMatchObject({ processId: 'p' });
});

test('an id that does not rise with the others cannot be used for what changes something', async () => {
  await using world = new CoreWorld();
  const client = await world.client(REPLAY);
  for (const id of ['"10"', '9007199254740992']) {
    client.sendText(`{"id":${id},"method":"process/start","params":${JSON.stringify(start)}}`);
    await settle();
    expect(client.received.splice(0)).toMatchObject([{ error: { data: { kind: 'invalidParams' } } }]);
  }
  expect(world.processes.started).toEqual([]);
});

test('without replay a request is carried out as often as it comes', async () => {
  await using world = new CoreWorld();
  const client = await world.client({ extensions: ['signals'] });
  await client.ask('process/start', start, 10);
  for (let times = 0; times < 2; times += 1) {
    expect(await client.ask('process/signal', { processId: 'p', signal: 'SIGUSR1' }, 11)).toEqual({});
  }
  expect(world.processes.child('p').stdin).toBe('<SIGUSR1><SIGUSR1>');
});

test('an acknowledgement that cannot be read costs the connection and nothing else', async () => {
  await using world = new CoreWorld();
  const client = await world.client(REPLAY);
  await client.ask('process/start', start, 10);
  client.notify('session/acknowledge', { upToId: 'all', unanswered: [] });
  await client.ended;
  const again = await world.resumed(client, REPLAY);
  expect(await again.ask('process/start', start, 10)).toMatchObject({ processId: 'p' });
});

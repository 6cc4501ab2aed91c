import { expect, test, vi } from 'vitest';
import { ExecError } from '../errors.js';
import { asProcessId } from '../ids.js';
import { MAX_READ_DIRECTORY_ENTRIES, MAX_REQUESTS_IN_FLIGHT } from '../limits.js';
import { environmentStatus } from '../methods/environment.js';
import { fsReadDirectory } from '../methods/fs.js';
import { processRead, processStart, processTerminate, processWindow } from '../methods/process.js';
import { memoryTransportPair } from '../transport/memory.js';
import type { Transport } from '../transport/transport.js';
import { createPeer, type Peer, type PeerOptions } from './peer.js';
import { bindRoute, PreparedAnswer, type Route } from './route.js';

interface World {
  readonly peer: Peer;
  readonly far: Transport;
  readonly sent: string[];
  readonly events: string[];
}

function world(routes: Readonly<Record<string, Route>> = {}, changes: Partial<PeerOptions> = {}): World {
  const [near, far] = memoryTransportPair();
  const sent: string[] = [];
  const events: string[] = [];
  far.start({
    onMessage: (message) => sent.push(String(message)),
    onDrain: () => undefined,
    onClose: () => undefined,
  });
  const peer = createPeer({
    transport: near,
    routes: new Map(Object.entries(routes)),
    onNotification: (method) => events.push(`notification ${method}`),
    onUnmatchedAnswer: (id) => events.push(`unmatched ${id}`),
    onMalformed: (_message, answer) => {
      answer();
    },
    onInternalError: (error) => events.push(`internal ${String(error)}`),
    onDrain: () => undefined,
    onClose: ({ code }) => events.push(`closed ${String(code)}`),
    ...changes,
  });
  return { peer, far, sent, events };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const ID = asProcessId('p');

const READY = { status: 'ready' } as const;

test('a request travels without a jsonrpc member and is settled by its answer', async () => {
  const { peer, far, sent } = world();
  const answer = peer.request(processTerminate, { processId: ID });
  await turn();
  expect(sent).toEqual(['{"id":1,"method":"process/terminate","params":{"processId":"p"}}']);
  far.send('{"id":1,"result":{"running":true}}');
  expect(await answer).toEqual({ running: true });
});

test('an error answer becomes an ExecError with the kind of the peer', async () => {
  const { peer, far } = world();
  const answer = peer.request(environmentStatus, {});
  far.send('{"error":{"code":-32603,"message":"no","data":{"kind":"noProcesses"}},"id":1}');
  await expect(answer).rejects.toMatchObject({ kind: 'noProcesses', code: -32603, message: 'no' });
});

test('an answer of the wrong shape is an error that says so', async () => {
  const { peer, far } = world();
  const answer = peer.request(processTerminate, { processId: ID });
  far.send('{"id":1,"result":{"running":"yes"}}');
  await expect(answer).rejects.toThrow(/answered process\/terminate wrongly: running/);
});

test('whatever waits is told that the connection has ended, and so is whatever comes later', async () => {
  const { peer, far, events } = world();
  const answer = peer.request(environmentStatus, {});
  far.close('goingAway', 'bye');
  await expect(answer).rejects.toMatchObject({
    kind: 'connectionLost',
    message: expect.stringContaining('bye') as string,
  });
  await expect(peer.request(environmentStatus, {})).rejects.toMatchObject({ kind: 'connectionLost' });
  expect(events).toEqual(['closed 1001']);
});

test('a signal only stops the wait: the late answer is no surprise', async () => {
  const { peer, far, events } = world();
  const stop = new AbortController();
  const answer = peer.request(environmentStatus, {}, { signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(answer).rejects.toThrow('enough');
  far.send('{"id":1,"result":{"status":"ready"}}');
  await turn();
  expect(events).toEqual([]);
  await expect(peer.request(environmentStatus, {}, { signal: stop.signal })).rejects.toThrow('enough');
});

test('an answer that nobody asked for is reported', async () => {
  const { far, events } = world();
  far.send('{"id":"x","result":null}');
  await turn();
  expect(events).toEqual(['unmatched "x"']);
});

test('a routed request is answered under the id that it came with, to the last digit', async () => {
  const { far, sent } = world({ 'environment/status': bindRoute(environmentStatus, () => READY) });
  far.send('{"id":9223372036854775807,"method":"environment/status"}');
  await turn();
  expect(sent).toEqual(['{"id":9223372036854775807,"result":{"status":"ready"}}']);
});

test('an answer that its handler has written out is sent by it, with the id that the handler was given', async () => {
  const { far, sent } = world({
    'environment/status': bindRoute(
      environmentStatus,
      (_params, id) => new PreparedAnswer(() => sent.push(`prepared for ${id}`)),
    ),
  });
  far.send('{"id":"seven","method":"environment/status"}');
  await turn();
  expect(sent).toEqual(['prepared for "seven"']);
});

test('bad parameters are named and never reach the handler', async () => {
  const { far, sent } = world({
    'process/read': bindRoute(processRead, () => {
      throw new Error('reached');
    }),
  });
  far.send('{"id":1,"method":"process/read","params":{"processId":5,"waitMs":-1}}');
  await turn();
  const [answer] = sent.map(
    (text) => JSON.parse(text) as { error: { code: number; message: string; data: object } },
  );
  expect(answer?.error).toMatchObject({ code: -32602, data: { kind: 'invalidParams' } });
  expect(answer?.error.message).toMatch(/^process\/read: processId: .*; waitMs: /);
});

test('what a handler throws unexpectedly is kept from the other side and told to the owner', async () => {
  const { far, sent, events } = world({
    'environment/status': bindRoute(environmentStatus, () => {
      throw new Error('the secret is 42');
    }),
  });
  far.send('{"id":1,"method":"environment/status"}');
  await turn();
  expect(sent.join()).not.toContain('42');
  expect(JSON.parse(sent[0] ?? '')).toMatchObject({
    id: 1,
    error: { code: -32603, data: { kind: 'internal' } },
  });
  expect(events).toEqual(['internal Error: the secret is 42']);
});

test('unknown methods are answered, inherited names included', async () => {
  const { far, sent } = world();
  for (const method of ['no/such', 'toString', 'constructor'])
    far.send(JSON.stringify({ id: method, method }));
  await turn();
  const answers = sent.map((text) => JSON.parse(text) as { id: string; error: { code: number } });
  expect(answers.map(({ id, error }) => [id, error.code])).toEqual([
    ['no/such', -32601],
    ['toString', -32601],
    ['constructor', -32601],
  ]);
});

test('handlers begin in the order of arrival, notifications among them', async () => {
  const order: string[] = [];
  const { far } = world(
    {
      'environment/status': bindRoute(environmentStatus, async () => {
        order.push('status');
        await turn();
        return READY;
      }),
    },
    { onNotification: (method) => order.push(method) },
  );
  far.send('{"id":1,"method":"environment/status"}');
  far.send('{"method":"process/window"}');
  far.send('{"id":2,"method":"environment/status"}');
  await turn();
  expect(order).toEqual(['status', 'process/window', 'status']);
});

test('one request more than the limit is refused while the others run on', async () => {
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { far, sent } = world({
    'environment/status': bindRoute(environmentStatus, async () => {
      await gate;
      return READY;
    }),
  });
  for (let id = 0; id <= MAX_REQUESTS_IN_FLIGHT; id += 1)
    far.send(`{"id":${String(id)},"method":"environment/status"}`);
  await turn();
  expect(sent.map((text) => JSON.parse(text) as object)).toEqual([
    expect.objectContaining({
      id: MAX_REQUESTS_IN_FLIGHT,
      error: expect.objectContaining({ code: -32040 }) as object,
    }),
  ]);
  release();
  await turn();
  expect(sent).toHaveLength(MAX_REQUESTS_IN_FLIGHT + 1);
});

test('a malformed message is answered with the id -1 and the connection goes on', async () => {
  const { far, sent } = world({ 'environment/status': bindRoute(environmentStatus, () => READY) });
  far.send('not json');
  far.send('{"id":1,"method":"environment/status"}');
  await turn();
  expect(JSON.parse(sent[0] ?? '')).toMatchObject({ id: -1, error: { code: -32600 } });
  expect(sent[1]).toBe('{"id":1,"result":{"status":"ready"}}');
});

// A text has 2 ** 29 - 24 units at most.
const HALF_A_TEXT = 'x'.repeat(2 ** 28);

test.each([
  ['longer than one text can be', [HALF_A_TEXT, HALF_A_TEXT], 'the message is longer than one text can be'],
  [
    'larger than what the other side takes',
    ['ü'.repeat(600)],
    'the message has 1222 bytes and the other side takes 1000',
  ],
])('an answer that is %s becomes an error, and the next request is answered', async (_, result, problem) => {
  let answered = 0;
  const { far, sent, events } = world(
    {
      'environment/status': () => Promise.resolve(result),
      'environment/info': bindRoute(environmentStatus, () => READY),
    },
    {
      maxAnswerBytes: 1_000,
      onRequest: () => () => {
        answered += 1;
      },
    },
  );
  far.send('{"id":7,"method":"environment/status"}');
  far.send('{"id":8,"method":"environment/info"}');
  await vi.waitUntil(() => sent.length === 2);
  expect(sent.map((text) => JSON.parse(text) as unknown)).toEqual([
    {
      id: 7,
      error: {
        code: -32040,
        message: `environment/status: ${problem}; ask for less at once`,
        data: { kind: 'limitExceeded' },
      },
    },
    { id: 8, result: READY },
  ]);
  expect([answered, events]).toEqual([2, []]);
});

test('an answer that JSON cannot say becomes an error without its cause, which the owner is told', async () => {
  const { far, sent, events } = world({ 'environment/status': () => Promise.resolve({ secret: 42n }) });
  far.send('{"id":1,"method":"environment/status"}');
  await vi.waitUntil(() => sent.length === 1);
  expect(JSON.parse(sent[0] ?? '')).toMatchObject({ id: 1, error: { data: { kind: 'internal' } } });
  expect(events).toEqual([expect.stringMatching(/^internal TypeError: .*BigInt/)]);
});

test('a request that is longer than one text can be is refused before it is sent', async () => {
  const { peer, sent } = world();
  const argv = [HALF_A_TEXT, HALF_A_TEXT];
  const start = { processId: ID, argv, cwd: 'file:///', env: {}, tty: false };
  await expect(peer.request(processStart, start)).rejects.toMatchObject({
    kind: 'limitExceeded',
    message: 'process/start: the message is longer than one text can be; send less at once',
  });
  expect(sent).toEqual([]);
});

test('a side that only asks takes the answer with the entries of the largest directory', async () => {
  const { peer, far } = world({}, { routes: undefined });
  const answer = peer.request(fsReadDirectory, { path: 'file:///srv' });
  const entry = { fileName: 'a', isDirectory: false, isFile: true };
  far.send(JSON.stringify({ id: 1, result: { entries: Array(MAX_READ_DIRECTORY_ENTRIES).fill(entry) } }));
  expect((await answer).entries).toHaveLength(MAX_READ_DIRECTORY_ENTRIES);
});

test.each([
  ['too many bytes', 'ü'.repeat(600), 1_000, /the message has \d+ bytes and the other side takes 1000/],
  ['too many values', Array(300_000).fill(''), 64_000_000, /more than 262144 values/],
])('a request with %s is refused before it is sent', async (_, argv, maxBytes, message) => {
  const { peer, sent } = world({}, { maxMessageBytes: () => maxBytes });
  const start = { processId: ID, argv: [argv].flat(), cwd: 'file:///', env: {}, tty: false };
  const refused = peer.request(processStart, start);
  await expect(refused).rejects.toMatchObject({ kind: 'limitExceeded' });
  await expect(refused).rejects.toThrow(message);
  await turn();
  expect(sent).toEqual([]);
});

test('notifications leave as the table shapes them', async () => {
  const { peer, sent } = world();
  peer.notify(processWindow, { processId: ID, ackSeq: 3, windowBytes: 9 });
  await turn();
  expect(sent).toEqual(['{"method":"process/window","params":{"processId":"p","ackSeq":3,"windowBytes":9}}']);
});

test('an ExecError of a handler keeps its code', async () => {
  const { far, sent } = world({
    'environment/status': bindRoute(environmentStatus, () => {
      throw new ExecError('sessionBusy', 'busy');
    }),
  });
  far.send('{"id":1,"method":"environment/status"}');
  await turn();
  expect(JSON.parse(sent[0] ?? '')).toEqual({
    id: 1,
    error: { code: -32010, message: 'busy', data: { kind: 'sessionBusy' } },
  });
});

test('whatever arrives is a sign of life, and the pong of a ping names it', async () => {
  const signs: string[] = [];
  const { peer, far } = world(
    {},
    { onSignOfLife: () => signs.push('alive'), onPong: (mark) => signs.push(`pong ${mark}`) },
  );
  peer.ping('7');
  far.ping();
  far.send('{"method":"initialized"}');
  await turn();
  expect(signs).toEqual(['alive', 'alive', 'alive', 'pong 7']);
});

test('a request counts from its arrival until its answer was handed on, also when that is an error', async () => {
  const log: string[] = [];
  const [near, far] = memoryTransportPair();
  const answer = '{"id":1,"result":{"status":"ready"}}';
  const routes: Readonly<Record<string, Route>> = {
    'environment/status': () => Promise.resolve(READY),
    'process/terminate': () => Promise.reject(new ExecError('processUnknown', 'no')),
  };
  world(routes, {
    transport: near,
    onRequest: (length) => {
      log.push(`${String(length)} came`);
      return () => log.push(near.bufferedBytes > answer.length ? 'both left' : 'one left');
    },
  });
  far.send('{"id":1,"method":"environment/status"}');
  far.send('{"id":2,"method":"process/terminate"}');
  await turn();
  expect(log).toEqual(['38 came', '37 came', 'one left', 'both left']);
});

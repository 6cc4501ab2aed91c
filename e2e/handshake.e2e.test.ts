import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CARRIERS, startWorld, type World } from './harness.js';
import { markedProcesses, noneMarked } from './process-table.js';
import type { Answer } from './raw-client.js';
import { failure, start, startParams } from './runs.js';

const READY = { result: { status: 'ready' } };

/** A session id is a credential: 32 bytes, safe to stand in an URL. */
const SESSION_ID = /^[A-Za-z0-9_-]{43}$/;

const BAD_INITIALIZE = [
  [{}, /clientName: is required/],
  [{ clientName: 5 }, /clientName: .*string/],
  [{ clientName: null }, /clientName: .*string/],
  [{ clientName: '', resumeSessionId: 5 }, /resumeSessionId: .*string/],
  [{ clientName: '', extensions: ['flow'] }, /extensions: /],
  [{ clientName: '', extensions: null }, /extensions: /],
  [{ clientName: '', extensions: { flow: 0 } }, /extensions\.flow: /],
  [{ clientName: '', extensions: { flow: 1.5 } }, /extensions\.flow: /],
  [{ clientName: '', extensions: { flow: '1' } }, /extensions\.flow: /],
  [['e2e'], /params: /],
  [undefined, /params: /],
  [null, /params: /],
  [5, /params: /],
] as const;

/** The order is refused before the parameters are looked at. */
const METHODS = [
  ['process/start', {}],
  ['process/read', { processId: 'p' }],
  ['process/write', { processId: 'p', writeId: 'w', chunk: '' }],
  ['process/signal', { processId: 'p', signal: 'interrupt' }],
  ['process/terminate', { processId: 'p' }],
  ['process/closeStdin', { processId: 'p' }],
  ['environment/info', {}],
  ['environment/status', {}],
  ['session/close', {}],
] as const;

function initializeResult(answer: Answer): { readonly sessionId: string; readonly environmentInfo: object } {
  return answer.result as ReturnType<typeof initializeResult>;
}

describe.each(CARRIERS)('handshake over %s', (carrier) => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld(carrier, { env: { SHELL: '/bin/sh' } });
  });

  afterAll(async () => {
    await world.expectOthersServed();
    await world[Symbol.asyncDispose]();
  });

  test('a client that offers no extension gets the base answer and nothing else', async () => {
    await using client = await world.connect();
    const answer = await client.request('initialize', { clientName: '' });
    const { sessionId, environmentInfo } = initializeResult(answer);
    expect(answer).toEqual({ result: { sessionId, environmentInfo } });
    expect(sessionId).toMatch(SESSION_ID);
    const { tempDir, shell, executorVersion, ...facts } = environmentInfo as Record<string, unknown>;
    expect(facts).toEqual({
      cwd: `file://${tmpdir()}`,
      userHomeDir: `file://${tmpdir()}`,
      platformOs: 'linux',
      prependPathDirs: [],
      temporaryDirectories: [tempDir],
      capabilities: {
        environmentConfigRead: true,
        capabilityDiscoveryV2: true,
        fileWriteStreaming: true,
        fsWatchMissing: true,
        httpHeaderEnvVars: true,
        ...(process.platform === 'linux' ? { networkProxyLaunch: true } : {}),
      },
    });
    expect(tempDir).toMatch(/^file:\/\/\/.*\/tmp-/);
    expect(executorVersion).toMatch(/^0\.169\.0\+holdfast\.\d+\.\d+\.\d+$/);
    const { name, path } = shell as { name: string; path: string };
    expect(path.endsWith(`/${name}`)).toBe(true);
  });

  test('each session has an id of its own, and a null resume opens one too', async () => {
    await using first = await world.connect();
    await using second = await world.connect();
    const one = await first.request('initialize', { clientName: 'e2e' });
    const other = await second.request('initialize', { clientName: 'e2e', resumeSessionId: null });
    expect(initializeResult(other).sessionId).toMatch(SESSION_ID);
    expect(initializeResult(other).sessionId).not.toBe(initializeResult(one).sessionId);
  });

  test('of what a client offers, the lower version is granted', async () => {
    await using client = await world.connect();
    const answer = await client.initialize({
      flow: 99,
      signals: 1,
      teleport: 1,
      toString: 1,
      constructor: 2,
    });
    const { sessionId, environmentInfo } = initializeResult(answer);
    expect(answer).toEqual({ result: { sessionId, environmentInfo, extensions: { flow: 1, signals: 1 } } });
  });

  test('a client that offers an empty list is granted one', async () => {
    await using client = await world.connect();
    const answer = await client.initialize({});
    const { sessionId, environmentInfo } = initializeResult(answer);
    expect(answer).toEqual({ result: { sessionId, environmentInfo, extensions: {} } });
  });

  test('an initialize that is refused names the field, and another one may follow', async () => {
    await using client = await world.connect();
    for (const [params, message] of BAD_INITIALIZE) {
      expect(await client.request('initialize', params)).toEqual(failure(-32602, 'invalidParams', message));
      expect(await client.request('environment/status')).toEqual(
        failure(-32600, 'protocolState', /initialize must come before/),
      );
    }
    await client.initialize();
    expect(await client.request('environment/status')).toEqual(READY);
  });

  test('a session that was never there, or has ended, cannot be resumed, but a new one can be opened', async () => {
    const gone = await world.connect();
    const { sessionId } = initializeResult(await gone.initialize());
    await gone[Symbol.asyncDispose]();
    await using client = await world.connect();
    for (const resumeSessionId of ['', 'nonsense', sessionId]) {
      expect(await client.request('initialize', { clientName: 'e2e', resumeSessionId })).toEqual(
        failure(-32600, 'sessionUnknown', /session/),
      );
    }
    await client.initialize();
    expect(await client.request('environment/status')).toEqual(READY);
  });

  test('every method waits for both halves of the handshake', async () => {
    await using client = await world.connect();
    for (const [method, params] of METHODS) {
      expect(await client.request(method, params)).toEqual(
        failure(-32600, 'protocolState', new RegExp(`^initialize must come before ${method}`)),
      );
    }
    await client.request('initialize', { clientName: 'e2e' });
    for (const [method, params] of METHODS) {
      expect(await client.request(method, params)).toEqual(
        failure(-32600, 'protocolState', new RegExp(`initialized must come before ${method}`)),
      );
    }
    client.notify('initialized');
    expect(await client.request('environment/status')).toEqual(READY);
  });

  test('nothing is started before the handshake is complete', async () => {
    await using client = await world.connect();
    await client.request('process/start', startParams(client, 'p', ['/bin/sleep', '60']));
    await client.request('initialize', { clientName: 'e2e' });
    await client.request('process/start', startParams(client, 'p', ['/bin/sleep', '60']));
    expect(markedProcesses(client.mark)).toEqual([]);
    client.notify('initialized');
    await start(client, 'p', ['/bin/sleep', '60']);
    expect(markedProcesses(client.mark)).toHaveLength(1);
  });

  test('an unknown method is answered at any point', async () => {
    await using client = await world.connect();
    const unknown = (method: string): Answer =>
      failure(-32601, 'methodUnknown', new RegExp(`method "${method}"`));
    for (const method of ['no/such', 'initialized', 'toString', 'process/output', '']) {
      expect(await client.request(method, {})).toEqual(unknown(method));
    }
    await client.initialize();
    for (const method of ['no/such', 'initialized', 'constructor', 'capabilities/discoverV9', '']) {
      expect(await client.request(method, {})).toEqual(unknown(method));
    }
  });

  test('methods of extensions that were not agreed on are unknown', async () => {
    await using client = await world.connect();
    await client.initialize({ flow: 1 });
    for (const [method, extension] of [
      ['process/closeStdin', 'signals'],
      ['session/close', 'session'],
    ] as const) {
      expect(await client.request(method, { processId: 'p' })).toEqual(
        failure(-32601, 'methodUnknown', new RegExp(`extension ${extension}`)),
      );
    }
  });

  test('fields of extensions that were not agreed on may hold anything, and those of the others may not', async () => {
    await using client = await world.connect();
    await client.initialize({ signals: 1 });
    const foreign = { size: 'x', retention: 7, lifetime: [], drainMs: -1, windowBytes: null };
    await start(client, 'p', ['/bin/sleep', '60'], foreign);
    expect(await client.request('process/terminate', { processId: 'p', graceMs: 'x' })).toEqual(
      failure(-32602, 'invalidParams', /^process\/terminate: graceMs: /),
    );
    expect(await client.request('process/terminate', { processId: 'p', graceMs: 0 })).toEqual({
      result: { running: true },
    });
    await client.nextEvent('process/closed', 'p');
  });

  test('a second initialize is refused and changes nothing', async () => {
    await using client = await world.connect();
    await client.initialize({ signals: 1 });
    await start(client, 'p', ['/bin/sleep', '60']);
    for (const params of [{ clientName: 'again' }, { clientName: 'again', extensions: {} }]) {
      expect(await client.request('initialize', params)).toEqual(
        failure(-32600, 'protocolState', /initialize was answered already/),
      );
    }
    expect(await client.request('process/closeStdin', { processId: 'p' })).toEqual({
      result: { status: 'stdinClosed' },
    });
    expect(markedProcesses(client.mark)).toHaveLength(1);
  });

  test('initialized may be repeated, with whatever parameters', async () => {
    await using client = await world.connect();
    await client.initialize();
    for (const params of [undefined, null, 5, [1], { a: 1 }]) client.notify('initialized', params);
    expect(await client.request('environment/status')).toEqual(READY);
  });

  test('initialize, initialized and requests may come in one go', async () => {
    await using client = await world.connect();
    client.send({ id: 'a', method: 'initialize', params: { clientName: 'e2e' } });
    client.send({ method: 'initialized' });
    client.send({
      id: 'b',
      method: 'process/start',
      params: startParams(client, 'p', ['/bin/cat'], { pipeStdin: true }),
    });
    client.send({
      id: 'c',
      method: 'process/write',
      params: { processId: 'p', writeId: '1', chunk: 'aGk=' },
    });
    client.send({ id: 'd', method: 'process/read', params: { processId: 'p', waitMs: 10_000 } });
    client.send({ id: 'e', method: 'process/terminate', params: { processId: 'p' } });
    expect((await client.next(({ id }) => id === 'a')).error).toBeUndefined();
    expect(await client.next(({ id }) => id === 'b')).toEqual({
      id: 'b',
      result: { processId: 'p', sandboxType: 'none' },
    });
    expect(await client.next(({ id }) => id === 'c')).toEqual({ id: 'c', result: { status: 'accepted' } });
    expect(await client.next(({ id }) => id === 'e')).toEqual({ id: 'e', result: { running: true } });
    expect((await client.next(({ id }) => id === 'd')).error).toBeUndefined();
  });

  test('environment/info answers what initialize did, and takes no, null and empty parameters', async () => {
    await using client = await world.connect();
    const { environmentInfo } = initializeResult(await client.initialize());
    for (const params of [undefined, null, {}, { unknown: 1 }]) {
      expect(await client.request('environment/info', params)).toEqual({ result: environmentInfo });
      expect(await client.request('environment/status', params)).toEqual(READY);
    }
    for (const params of [[], 5, 'text', true]) {
      expect(await client.request('environment/info', params)).toEqual(
        failure(-32602, 'invalidParams', /params: /),
      );
    }
  });

  test('session/close ends every process, counts them, and leaves a connection without a session', async () => {
    await using client = await world.connect();
    await client.initialize({ session: 1 });
    await start(client, 'a', ['/bin/sleep', '60']);
    await start(client, 'b', ['/bin/sh', '-c', 'trap "" TERM; sleep 60 & wait']);
    await start(client, 'over', ['/bin/true']);
    await client.nextEvent('process/closed', 'over');
    expect(await client.request('session/close', {})).toEqual({ result: { processes: 2 } });
    await noneMarked(client.mark);
    expect(await client.request('process/start', startParams(client, 'c', ['/bin/true']))).toEqual(
      failure(-32600, 'sessionUnknown', /session has ended/),
    );
    expect(await client.request('session/close', null)).toEqual({ result: { processes: 0 } });
  });
});

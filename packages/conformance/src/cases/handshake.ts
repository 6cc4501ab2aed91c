import { area, type ConformanceCase, needsReconnect, refused, resultOf, serves } from '../case.js';
import { holds, same } from '../expect.js';

const { on, in: inSession } = area('handshake', 'initialize');

/** Whoever has a session id has the session; 122 random bits are a UUID. */
const MIN_SESSION_ID_CHARACTERS = 22;

/** One request of each family, which only needs to be refused. */
const FAMILIES: readonly (readonly [name: string, method: string, params: unknown])[] = [
  ['process', 'process/read', { processId: 'p' }],
  ['environment-info', 'environment/info', undefined],
  ['environment-status', 'environment/status', undefined],
];

export const HANDSHAKE_CASES: readonly ConformanceCase[] = [
  inSession('result', 'initialize answers a session id and the environment', (session) => {
    holds(
      session.id.length >= MIN_SESSION_ID_CHARACTERS,
      'expected a session id that nobody can guess',
      session.id,
    );
    same('the type of environmentInfo', typeof session.greeting['environmentInfo'], 'object');
    return Promise.resolve();
  }),
  inSession('no-extensions-unasked', 'whoever offers no extension is told of none', (session) => {
    same('extensions', session.greeting['extensions'], undefined);
    return Promise.resolve();
  }),
  on('session-each', 'every initialize opens a session of its own', async (executor) => {
    const [a, b] = [await executor.session(), await executor.session()];
    holds(a.id !== b.id, 'expected two session ids', a.id);
  }),
  on('client-name-empty', 'clientName may be empty', async (executor) => {
    await serves(await executor.session({ clientName: '' }));
  }),
  on('unknown-params', 'members of params that nobody knows are ignored', async (executor) => {
    await serves(await executor.session({ noSuchMember: { a: [1] } }));
  }),
  on('resume-null', 'resumeSessionId may be null', async (executor) => {
    await serves(await executor.session({ resumeSessionId: null }));
  }),
  ...FAMILIES.map(([name, method, params]) =>
    on(
      `before-initialize-${name}`,
      `${method} before initialize is refused with -32600`,
      async (executor) => {
        const client = await executor.dial();
        refused(await client.request(method, params), -32600);
        refused(await client.request(method, params), -32600);
      },
    ),
  ),
  ...FAMILIES.map(([name, method, params]) =>
    on(
      `before-initialized-${name}`,
      `${method} before initialized is refused with -32600`,
      async (executor) => {
        const client = await executor.dial();
        resultOf(await client.request('initialize', { clientName: 'x' }));
        refused(await client.request(method, params), -32600);
        client.notify('initialized', {});
        same('the answer to environment/status', await client.request('environment/status'), {
          result: { status: 'ready' },
        });
      },
    ),
  ),
  on(
    'unknown-method-first',
    'an unknown method before initialize is answered with -32601',
    async (executor) => {
      refused(await (await executor.dial()).request('no/such/method'), -32601);
    },
  ),
  on('name-missing', 'initialize without clientName is refused with -32602', async (executor) => {
    refused(await (await executor.dial()).request('initialize', {}), -32602);
  }),
  on('name-type', 'a clientName that is no string is refused with -32602', async (executor) => {
    refused(await (await executor.dial()).request('initialize', { clientName: 5 }), -32602);
  }),
  on('again-after-failure', 'initialize may be tried again after it was refused', async (executor) => {
    const client = await executor.dial();
    refused(await client.request('initialize', {}), -32602);
    resultOf(await client.request('initialize', { clientName: 'x' }));
  }),
  inSession('twice', 'a second initialize is refused with -32600', async (session) => {
    refused(await session.request('initialize', { clientName: 'x' }), -32600);
    await serves(session);
  }),
  inSession('initialized-twice', 'a second initialized is ignored', async (session) => {
    session.client.notify('initialized', {});
    await serves(session);
  }),
  inSession('initialized-as-request', 'initialized with an id is answered with -32601', async (session) => {
    refused(await session.request('initialized', {}), -32601);
    await serves(session);
  }),
  on('initialized-first', 'initialized before initialize ends the connection', async (executor) => {
    const client = await executor.dial();
    client.notify('initialized', {});
    await client.ended();
  }),
  on('pipelined', 'initialize, initialized and requests may be sent in one go', async (executor) => {
    const client = await executor.dial();
    const greeting = client.ask('initialize', { clientName: 'x' });
    client.notify('initialized', {});
    const status = client.ask('environment/status');
    resultOf(await greeting.answer);
    same('the answer to environment/status', await status.answer, { result: { status: 'ready' } });
  }),
  on('resume-unknown', 'a session id that nobody has is refused with -32600', async (executor) => {
    const client = await executor.dial();
    const params = { clientName: 'x', resumeSessionId: '00000000-0000-4000-8000-000000000000' };
    refused(await client.request('initialize', params), -32600);
  }),
  on(
    'resume',
    'a session whose connection was lost is resumed under the same id',
    async (executor) => {
      const session = await executor.session();
      await session.client.cut();
      same('the session id', (await executor.resume(session.id)).id, session.id);
    },
    needsReconnect,
  ),
];

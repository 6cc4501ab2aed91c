import { asProcessId, type networkPolicyRequest, type ParamsOf, processStart } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import type { Clock } from '../clock.js';
import { FakeServer } from '../testing/fake-server.js';
import { ManualClock } from '../testing/manual-clock.js';
import { until } from '../testing/until.js';
import type { NetworkOptions, NetworkRecord, NetworkRequest, NetworkVerdict } from './network.js';

type Question = ParamsOf<typeof networkPolicyRequest>;

const REQUEST: NetworkRequest = { protocol: 'http', host: 'a.example', port: 80 };

function asked(question?: number, host = REQUEST.host): Question {
  const about = { processId: asProcessId('p'), request: { ...REQUEST, host } };
  return question === undefined ? about : { ...about, question };
}

/** A process with these options, on a server that knows everything. */
async function startWith(
  network: NetworkOptions,
  server = new FakeServer(),
  clock?: Clock,
): Promise<AsyncDisposable & { readonly server: FakeServer }> {
  const client = await server.connect({ silenceMs: 0, random: () => 0 }, clock);
  await client.spawn(['ls'], { id: 'p', sandbox: { permissions: { type: 'disabled' } }, network }).started;
  return { server, [Symbol.asyncDispose]: () => client.close() };
}

test('a start says which network it wants, and how long it may be asked', async () => {
  const authorize = (): NetworkVerdict => ({ type: 'allow' });
  const options = {
    allow: ['a.example', 'b.example'],
    deny: ['b.example'],
    loopbackPorts: [3000],
    authorize,
  };
  await using world = await startWith({ ...options, authorizeTimeoutMs: 7 });
  expect(world.server.paramsOf(processStart.method)).toMatchObject([
    {
      sandbox: { permissions: { type: 'disabled' } },
      enforceManagedNetwork: true,
      managedNetwork: { loopbackPorts: [3000] },
      networkProxy: {
        proxy: { enabled: true, mode: 'full', domains: { 'a.example': 'allow', 'b.example': 'deny' } },
        policyDecisionTimeoutMs: 7,
      },
    },
  ]);
});

test.each<readonly [string, NetworkOptions, NetworkVerdict]>([
  ['a yes', { authorize: () => ({ type: 'allow' }) }, { type: 'allow' }],
  [
    'a no with a reason',
    { authorize: () => Promise.resolve({ type: 'deny', reason: 'no' }) },
    { type: 'deny', reason: 'no' },
  ],
  ['nobody who decides', {}, { type: 'deny' }],
  [
    'somebody who throws',
    {
      authorize: () => {
        throw new Error('broken');
      },
    },
    { type: 'deny' },
  ],
  ['somebody who fails', { authorize: () => Promise.reject(new Error('broken')) }, { type: 'deny' }],
])('%s is what the server is told', async (_, options, decision) => {
  await using world = await startWith(options);
  expect(await world.server.askPolicy(asked())).toEqual({ decision });
});

test('a question is answered when its time is over, and who still decides is told', async () => {
  const clock = new ManualClock();
  const signals: AbortSignal[] = [];
  await using world = await startWith(
    {
      authorize: (_request, signal) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
      authorizeTimeoutMs: 7000,
    },
    new FakeServer(),
    clock,
  );
  const answer = world.server.askPolicy(asked(1));
  await until(() => signals.length === 1);
  clock.advance(6999);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  clock.advance(1);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  expect(await answer).toEqual({ decision: { type: 'deny' } });
});

test('the end of the process answers what is open about it, and of another one nothing is decided', async () => {
  const signals: AbortSignal[] = [];
  const authorize = (_request: NetworkRequest, signal: AbortSignal): Promise<NetworkVerdict> => {
    signals.push(signal);
    return new Promise(() => undefined);
  };
  await using world = await startWith({ authorize });
  const answer = world.server.askPolicy(asked(1));
  await until(() => signals.length === 1);
  world.server.exited('p', 1);
  world.server.closed('p', 2);
  expect(await answer).toEqual({ decision: { type: 'deny' } });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  expect(await world.server.askPolicy(asked(2))).toEqual({ decision: { type: 'deny' } });
  expect(signals).toHaveLength(1);
});

test('a question about a process that this client does not know is a no', async () => {
  await using world = await startWith({ authorize: () => ({ type: 'allow' }) });
  const other = { ...asked(), processId: asProcessId('other') };
  expect(await world.server.askPolicy(other)).toEqual({ decision: { type: 'deny' } });
});

test('a question is decided once, although it is asked again over the next connection', async () => {
  const seen: NetworkRequest[] = [];
  const verdicts: ((verdict: NetworkVerdict) => void)[] = [];
  await using world = await startWith({
    authorize: (request) => {
      seen.push(request);
      return new Promise((resolve) => verdicts.push(resolve));
    },
  });
  const { server } = world;
  const lost = server.askPolicy(asked(1)).catch((error: unknown) => error);
  await until(() => seen.length === 1);
  server.cut();
  expect(await lost).toMatchObject({ kind: 'connectionLost' });
  await until(() => server.dials === 2 && server.paramsOf('session/replay').length === 1);
  const repeated = server.askPolicy(asked(1));
  const next = server.askPolicy(asked(2, 'b.example'));
  await until(() => seen.length === 2);
  verdicts[0]?.({ type: 'allow' });
  verdicts[1]?.({ type: 'deny' });
  expect([await repeated, await next, await server.askPolicy(asked(1))]).toEqual([
    { decision: { type: 'allow' } },
    { decision: { type: 'deny' } },
    { decision: { type: 'allow' } },
  ]);
  expect(seen.map(({ host }) => host)).toEqual(['a.example', 'b.example']);
});

test('a server that does not number its questions has each of them decided', async () => {
  let count = 0;
  const server = new FakeServer({ extensions: {} });
  await using world = await startWith(
    { authorize: () => ({ type: 'deny', reason: String((count += 1)) }) },
    server,
  );
  expect([await world.server.askPolicy(asked(1)), await world.server.askPolicy(asked(1))]).toEqual([
    { decision: { type: 'deny', reason: '1' } },
    { decision: { type: 'deny', reason: '2' } },
  ]);
});

test('decisions are told', async () => {
  const told: NetworkRecord[] = [];
  await using world = await startWith({ onDecision: (record) => told.push(record) });
  const record: NetworkRecord = {
    processId: asProcessId('p'),
    timestamp: '2026-11-21T07:12:20.250Z',
    scope: 'domain',
    decision: 'deny',
    source: 'baseline_policy',
    reason: 'denied',
    ...REQUEST,
    policyOverride: false,
  };
  world.server.recordPolicy(record);
  await until(() => told.length === 1);
  expect(told).toEqual([record]);
});

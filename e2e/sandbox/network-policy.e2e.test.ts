import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { startServer } from '../harness.js';
import type { Message, RawClient } from '../raw-client.js';
import { eventsOf, runFrom } from '../runs.js';
import { managedNetwork } from './managed-network.js';
import { type SandboxPlace, sandboxPlace, startConfined, WORKSPACE_WRITE } from './sandbox-profiles.js';
import { describeConfined, WHOEVER_TESTS } from './sandbox-users.js';

const DEADLINE_MS = 120_000;

/** A name that this machine has for an address of its loopback, and that is no local name by definition. */
const OWN_NAME = await lookup(hostname(), { family: 4 }).then(
  ({ address }) => (address.startsWith('127.') ? { name: hostname(), address } : undefined),
  () => undefined,
);

/** Prints the reason with which the proxy refuses a host, or what came from it. */
function get(...urls: readonly string[]): string {
  const each = urls.map((url) => `curl -s -m 60 ${url} | sed 's/.*"reason":"\\([^"]*\\)".*/\\1/'; echo`);
  return `{ ${each.join('; ')}; }; exit 3`;
}

interface Asked {
  readonly id: number;
  readonly params: unknown;
}

/** The next question that a client is asked. */
async function question(client: RawClient): Promise<Asked> {
  const { id, params } = await client.next(({ method }) => method === 'network/policyRequest');
  return { id: Number(id), params };
}

function answer(client: RawClient, { id }: Asked, decision: unknown): void {
  client.send({ id, result: { decision } });
}

/** A process, to its end: what it has printed, how it ended, and so many records of its network. */
async function finished(client: RawClient, processId: string, count: number): Promise<object> {
  const messages = await eventsOf(client, processId);
  const isRecord = ({ method }: Message): boolean => method === 'network/policyDecision';
  const exited = messages.find(({ method }) => method === 'process/exited');
  const records: Message[] = [];
  while (records.length < count) records.push(await client.next(isRecord));
  return {
    printed: runFrom(messages).stdout.trim().split('\n'),
    denied: exited?.params?.['sandboxDenied'],
    records: records.map(({ params = {} }) => {
      const { decision, source, reason, host, policyOverride } = params;
      return [decision, source, reason, host, policyOverride];
    }),
  };
}

describeConfined('a client that is asked about a network', WHOEVER_TESTS, () => {
  async function inPlace(
    run: (place: SandboxPlace, server: Awaited<ReturnType<typeof startServer>>) => Promise<void>,
  ): Promise<void> {
    await using place = await sandboxPlace(WHOEVER_TESTS);
    await using server = await startServer({ ...place.server, sessionTtl: '60s' });
    await run(place, server);
  }

  async function start(
    client: RawClient,
    place: SandboxPlace,
    script: string,
    domains: Readonly<Record<string, string>> = {},
    policyDecisionTimeoutMs = 60_000,
  ): Promise<void> {
    const argv = ['/bin/sh', '-c', script];
    const network = managedNetwork(domains, { policyDecisionTimeoutMs });
    await startConfined(client, 'p', argv, place, WORKSPACE_WRITE, network);
  }

  test(
    'hears of what no list names, and whatever it says but yes refuses it',
    async () => {
      await inPlace(async (place, server) => {
        await using client = await server.connect();
        await client.initialize();
        const urls = [
          'http://denied.example/',
          'http://127.0.0.3/',
          'http://one.example/',
          'http://two.example:81/',
        ];
        const script = get(...urls, 'http://three.example/', 'http://four.example/');
        await start(client, place, script, { 'denied.example': 'deny' });
        const first = await question(client);
        expect(first).toEqual({
          id: 1,
          params: { processId: 'p', request: { protocol: 'http', host: 'one.example', port: 80 } },
        });
        answer(client, first, { type: 'deny', reason: 'blocked by controller' });
        const second = await question(client);
        expect(second).toEqual({
          id: 2,
          params: { processId: 'p', request: { protocol: 'http', host: 'two.example', port: 81 } },
        });
        answer(client, second, { type: 'ask', reason: 'somebody has to look' });
        client.send({ id: (await question(client)).id, error: { code: -32000, message: 'no' } });
        answer(client, await question(client), 'yes');
        expect(await finished(client, 'p', 6)).toEqual({
          printed: [
            ...['denied', 'not_allowed_local', 'blocked by controller', 'somebody has to look'],
            ...['not_allowed', 'not_allowed'],
          ],
          denied: true,
          records: [
            ['deny', 'baseline_policy', 'denied', 'denied.example', false],
            ['deny', 'baseline_policy', 'not_allowed_local', '127.0.0.3', false],
            ['deny', 'decider', 'blocked by controller', 'one.example', false],
            ['ask', 'decider', 'somebody has to look', 'two.example', false],
            ['deny', 'baseline_policy', 'not_allowed', 'three.example', false],
            ['deny', 'baseline_policy', 'not_allowed', 'four.example', false],
          ],
        });
      });
    },
    DEADLINE_MS,
  );

  test.skipIf(OWN_NAME === undefined)(
    `opens a host with its yes, for one request${OWN_NAME === undefined ? ' (skipped: the loopback of this machine has no name)' : ''}`,
    async () => {
      const { name, address } = OWN_NAME ?? { name: '', address: '' };
      await inPlace(async (place, server) => {
        await using client = await server.connect();
        await client.initialize();
        const { port } = await ownServer(address);
        const url = `http://${name}:${port}/`;
        await start(client, place, get(url, url), { [`${address}:${port}`]: 'allow' });
        answer(client, await question(client), { type: 'allow' });
        answer(client, await question(client), { type: 'deny' });
        expect(await finished(client, 'p', 2)).toEqual({
          printed: ['own', '', 'not_allowed'],
          denied: true,
          records: [
            ['allow', 'decider', 'not_allowed', name, true],
            ['deny', 'decider', 'not_allowed', name, false],
          ],
        });
      });
    },
    DEADLINE_MS,
  );

  test(
    'has decided nothing when its time is over, and nothing is asked of one that does not want it',
    async () => {
      await inPlace(async (place, server) => {
        await using client = await server.connect();
        await client.initialize();
        await start(client, place, get('http://silent.example/'), {}, 1);
        const late = await question(client);
        const ended = await finished(client, 'p', 1);
        answer(client, late, { type: 'allow' });
        expect(ended).toEqual({
          printed: ['not_allowed'],
          denied: true,
          records: [['deny', 'baseline_policy', 'not_allowed', 'silent.example', false]],
        });
        const network = managedNetwork({});
        const argv = ['/bin/sh', '-c', get('http://silent.example/')];
        await startConfined(client, 'q', argv, place, WORKSPACE_WRITE, network);
        expect(await finished(client, 'q', 1)).toMatchObject({
          records: [['deny', 'baseline_policy', 'not_allowed', 'silent.example', false]],
        });
        expect((await client.request('environment/status', {})).result).toEqual({ status: 'ready' });
      });
    },
    DEADLINE_MS,
  );

  test.each([
    ['under its number where both sides agreed on replay', true],
    ['without one for a client that never heard of that', false],
  ])(
    'is asked again when its connection broke meanwhile, %s',
    async (_, hasReplay) => {
      await inPlace(async (place, server) => {
        const introduction = hasReplay ? { clientInstance: 'one', extensions: { replay: 1 } } : {};
        const client = await server.connect();
        const { result } = await client.request('initialize', { clientName: 'e2e', ...introduction });
        client.notify('initialized', {});
        await start(client, place, get('http://one.example/', 'http://two.example/'));
        const params = {
          processId: 'p',
          request: { protocol: 'http', host: 'one.example', port: 80 },
          ...(hasReplay ? { question: 1 } : {}),
        };
        expect(await question(client)).toEqual({ id: 1, params });
        client.cut();
        await client.ended();
        await using again = await server.connect();
        const { sessionId: resumeSessionId } = result as { readonly sessionId: string };
        await again.request('initialize', { clientName: 'e2e', ...introduction, resumeSessionId });
        again.notify('initialized', {});
        const repeated = await question(again);
        expect(repeated).toEqual({ id: 1, params });
        answer(again, repeated, { type: 'deny', reason: 'asked twice, answered once' });
        const next = await question(again);
        expect(next.params).toMatchObject({
          request: { host: 'two.example' },
          ...(hasReplay ? { question: 2 } : {}),
        });
        answer(again, next, { type: 'deny' });
        const read = { processId: 'p', afterSeq: 0 };
        if (!hasReplay) await again.request('process/read', read);
        else await again.request('session/replay', { cursors: [{ processId: 'p', afterSeq: 0 }] });
        const recorded = await again.next(({ method }) => method === 'network/policyDecision');
        expect(recorded.params).toMatchObject({ host: 'one.example', reason: 'asked twice, answered once' });
        const ended = await again.nextEvent('process/exited', 'p');
        expect(ended.params).toMatchObject({ exitCode: 3, sandboxDenied: true });
      });
    },
    DEADLINE_MS,
  );

  test(
    'tells the id of a process that it can be asked about',
    async () => {
      await inPlace(async (place, server) => {
        await using client = await server.connect();
        await client.initialize();
        const processId = 'x'.repeat(257);
        const { error } = await client.request('process/start', {
          ...{ processId, argv: ['/bin/true'], cwd: 'file:///', env: {}, tty: false },
          sandbox: { permissions: WORKSPACE_WRITE, windowsSandboxLevel: 'disabled' },
          ...managedNetwork({}, { policyDecisionTimeoutMs: 1000 }),
        });
        expect([error?.code, error?.message]).toEqual([
          -32602,
          expect.stringMatching(/^process\/start: processId: must have 1 to 256 bytes/),
        ]);
        expect(place.workspace).not.toBe('');
      });
    },
    DEADLINE_MS,
  );
});

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function ownServer(address: string): Promise<AddressInfo> {
  const server = createServer((_, response) => response.end('own\n'));
  servers.push(server);
  server.listen(0, address);
  await once(server, 'listening');
  return server.address() as AddressInfo;
}

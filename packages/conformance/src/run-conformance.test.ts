import { memoryTransportPair, type Transport } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { type CaseResult, runConformance } from './run-conformance.js';
import { decoded } from './wire/events.js';
import type { Message } from './wire/message.js';

const GREETING = { sessionId: 'x'.repeat(32), environmentInfo: { shell: { name: 'sh', path: '/bin/sh' } } };

/** What a server says to a message; a text as it stands. */
type Answering = (message: Message) => object | string | undefined;

/** A server that runs nothing: it answers by `answer`, and pretends that every process has printed a path. */
function serverThat(answer: Answering): Transport {
  const [ours, theirs] = memoryTransportPair();
  theirs.start({
    onMessage(text) {
      const message = JSON.parse(String(text)) as Message;
      const said = answer(message);
      if (typeof said === 'string') theirs.send(said);
      else if (said !== undefined) theirs.send(JSON.stringify({ id: message.id, ...said }));
      if (message.method !== 'process/start') return;
      const { processId } = message.params ?? {};
      const events = [
        ['process/output', { processId, seq: 1, stream: 'stdout', chunk: btoa('/tmp/x y\n') }],
        ['process/exited', { processId, seq: 2, exitCode: 0, sandboxDenied: false }],
        ['process/closed', { processId, seq: 3 }],
      ] as const;
      for (const [method, params] of events) theirs.send(JSON.stringify({ method, params }));
    },
    onDrain: () => undefined,
    onClose: () => undefined,
  });
  return ours;
}

function answerOf({ method, params }: Message): object | undefined {
  if (method === 'initialize') return { result: GREETING };
  if (method === 'process/start')
    return { result: { processId: params?.['processId'], sandboxType: 'none' } };
  if (method === 'environment/status') return { result: { status: 'ready' } };
  return method === 'initialized' ? undefined : { result: {} };
}

async function verdicts(only: string, answer: Answering = answerOf): Promise<Partial<CaseResult>[]> {
  const carrier = { dial: () => Promise.resolve(serverThat(answer)), canReconnect: false };
  const shown: string[] = [];
  const results = await runConformance(carrier, {
    filter: (id) => id.startsWith(only),
    onResult: ({ id }) => shown.push(id),
  });
  expect(shown).toEqual(results.map(({ id }) => id));
  return results.map(({ id, verdict, reason }) => ({
    id,
    verdict,
    ...(reason === undefined ? {} : { reason }),
  }));
}

test('a server that does what a case says passes it', async () => {
  expect(await verdicts('environment/status')).toEqual([{ id: 'environment/status', verdict: 'passed' }]);
});

test('a server that does something else fails, with what was expected and what came', async () => {
  expect(await verdicts('envelope/unknown-method')).toEqual([
    { id: 'envelope/unknown-method', verdict: 'failed', reason: 'the code: expected -32601, got undefined' },
  ]);
});

test('what cannot be tried is skipped with the reason', async () => {
  expect(await verdicts('x-drain')).toEqual([
    { id: 'x-drain/holder', verdict: 'skipped', reason: 'the server does not grant the extension drain' },
  ]);
  const [resume] = await verdicts('resume/twice');
  expect(resume?.reason).toBe('each connection starts a server of its own');
});

test('a server that refuses the handshake is told apart from one that fails cases', async () => {
  const refusing = (message: Message): object | undefined =>
    message.method === 'initialize' ? { error: { code: -32603, message: 'no' } } : answerOf(message);
  await expect(verdicts('', refusing)).rejects.toThrow('initialize was refused: -32603 no');
});

test.each([
  ['this is no json', '"this is no json"'],
  ['null', '"null"'],
  ['[]', '"[]"'],
  ['5', '"5"'],
  ['x'.repeat(101), `"${'x'.repeat(100)}"…`],
])('a server that sends %j fails the case, and the run goes on to its end', async (sent, shown) => {
  const started: unknown[] = [];
  const broken = (message: Message): object | string | undefined => {
    if (message.method === 'process/start') started.push(message.params?.['argv']);
    return message.method === 'environment/status' ? sent : answerOf(message);
  };
  const reason = `the server sent what is no JSON object: ${shown} before an answer to environment/status came`;
  expect(await verdicts('environment/status', broken)).toEqual([
    { id: 'environment/status', verdict: 'failed', reason },
  ]);
  expect(started.at(-1)).toEqual(['/bin/rm', '-rf', '/tmp/x y']);
});

test('a run that is stopped ends behind the case under way, and removes its workspace', async () => {
  const started: unknown[] = [];
  const answer = (message: Message): object | undefined => {
    if (message.method === 'process/start') started.push(message.params?.['argv']);
    return answerOf(message);
  };
  const stop = new AbortController();
  const results = await runConformance(
    { dial: () => Promise.resolve(serverThat(answer)), canReconnect: false },
    { filter: (id) => id.startsWith('environment/'), signal: stop.signal, onResult: () => stop.abort() },
  );
  expect(results).toHaveLength(1);
  expect(started.at(-1)).toEqual(['/bin/rm', '-rf', '/tmp/x y']);
});

test('the workspace is removed by its real path', async () => {
  const started: unknown[] = [];
  await verdicts('environment/status', (message) => {
    if (message.method === 'process/start') started.push(message.params?.['argv']);
    return answerOf(message);
  });
  expect(started).toEqual([
    ['/bin/sh', '-c', 'mktemp -d'],
    ['/bin/sh', '-c', 'command -v node'],
    ['/bin/rm', '-rf', '/tmp/x y'],
  ]);
});

test('a chunk that is no string is a fault of the server', () => {
  expect(() => decoded(5)).toThrow('a chunk is number, not a base64 string');
});

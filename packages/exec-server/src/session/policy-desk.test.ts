import { setMaxListeners } from 'node:events';
import {
  asProcessId,
  ExecError,
  MAX_POLICY_QUESTIONS,
  MAX_POLICY_QUESTIONS_PER_PROCESS,
  MAX_POLICY_REASON_LENGTH,
  MAX_POLICY_RECORDS,
  MAX_UNANSWERED_POLICY_QUESTIONS,
  POLICY_DECISION_GRACE_MS,
} from '@holdfast/exec-protocol';
import type { NetworkAnswer, NetworkDecision } from '@holdfast/sandbox';
import { beforeEach, expect, test } from 'vitest';
import { type PolicyClient, PolicyDesk, type PolicyQuestion } from './policy-desk.js';

type Answer = Awaited<ReturnType<PolicyClient['ask']>>;

const ID = asProcessId('p');
const LOST = new ExecError('connectionLost', 'the connection ended');
const TIMEOUT_MS = 2000;

/** Timers that the test lets fire. */
let timers: { readonly delayMs: number; readonly fire: () => void; isCancelled: boolean }[];
let desk: PolicyDesk;

beforeEach(() => {
  timers = [];
  desk = new PolicyDesk({
    after(delayMs, fire) {
      const timer = { delayMs, fire, isCancelled: false };
      timers.push(timer);
      return { cancel: () => void (timer.isCancelled = true) };
    },
  });
});

/** A connection whose answers the test gives. */
class TestClient implements PolicyClient {
  readonly asked: PolicyQuestion[] = [];
  readonly told: string[] = [];
  readonly #answers: {
    readonly resolve: (answer: Answer) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];

  ask(question: PolicyQuestion): Promise<Answer> {
    this.asked.push(question);
    return new Promise((resolve, reject) => this.#answers.push({ resolve, reject }));
  }

  onRecords(): void {
    for (let record = desk.takeRecord(); record !== undefined; record = desk.takeRecord()) {
      this.told.push(record.host);
    }
  }

  answer(at: number, decision: Answer['decision']): void {
    this.#answers[at]?.resolve({ decision });
  }

  fail(at: number, error: unknown): void {
    this.#answers[at]?.reject(error);
  }
}

function connected(): TestClient {
  const client = new TestClient();
  desk.connect(client);
  return client;
}

function decide(
  host = 'a.example',
  signal = new AbortController().signal,
  id = ID,
): Promise<NetworkAnswer | undefined> {
  return desk.decide(id, { protocol: 'http', host, port: 80 }, TIMEOUT_MS, signal);
}

function asked(question: number, host = 'a.example'): PolicyQuestion {
  return { processId: ID, request: { protocol: 'http', host, port: 80 }, question };
}

function refusal(host: string): NetworkDecision {
  return {
    time: new Date(0),
    protocol: 'http',
    decision: 'deny',
    host,
    port: 80,
    reason: 'not_allowed',
    rule: undefined,
  };
}

test('what the client says is the answer, and nothing is remembered', async () => {
  const client = connected();
  const decisions = [decide(), decide(), decide()];
  client.answer(1, { type: 'allow' });
  client.answer(0, { type: 'deny', reason: 'x'.repeat(MAX_POLICY_REASON_LENGTH + 1) });
  client.answer(2, { type: 'ask', reason: null });
  expect(await Promise.all(decisions)).toEqual([
    { type: 'deny', reason: 'x'.repeat(MAX_POLICY_REASON_LENGTH) },
    { type: 'allow' },
    { type: 'ask' },
  ]);
  expect(client.asked).toEqual([asked(1), asked(2), asked(3)]);
  expect(timers.map(({ delayMs, isCancelled }) => [delayMs, isCancelled])).toEqual(
    Array(3).fill([TIMEOUT_MS + POLICY_DECISION_GRACE_MS, true]),
  );
});

test('an error, and whatever is no decision, decides nothing', async () => {
  const client = connected();
  const decisions = [decide(), decide()];
  client.fail(0, new ExecError('internal', 'it has no decision'));
  client.fail(1, new Error('it broke'));
  expect(await Promise.all(decisions)).toEqual([undefined, undefined]);
});

test('a client that does not answer in time has decided nothing, and what it says later changes nothing', async () => {
  const client = connected();
  const decision = decide();
  timers[0]?.fire();
  client.answer(0, { type: 'allow' });
  expect(await decision).toBeUndefined();
});

test('a question that was open when the connection broke is asked again over the next, under its number', async () => {
  const first = connected();
  const decisions = [decide(), decide('b.example')];
  first.answer(0, { type: 'allow' });
  await decisions[0];
  desk.disconnect(first);
  first.fail(1, LOST);
  const away = decide('c.example');
  const second = connected();
  expect(second.asked).toEqual([asked(2, 'b.example'), asked(3, 'c.example')]);
  second.answer(0, { type: 'allow' });
  second.answer(1, { type: 'deny' });
  expect(await Promise.all([...decisions, away])).toEqual([
    { type: 'allow' },
    { type: 'allow' },
    { type: 'deny' },
  ]);
});

test('an answer that the broken connection still brought is the answer', async () => {
  const first = connected();
  const decision = decide();
  desk.disconnect(first);
  const second = connected();
  first.answer(0, { type: 'allow' });
  expect(await decision).toEqual({ type: 'allow' });
  second.answer(0, { type: 'deny' });
  expect(await decision).toEqual({ type: 'allow' });
});

test('a question that nobody came back for is over at its time, as if it had been asked', async () => {
  const decision = decide();
  timers[0]?.fire();
  expect(await decision).toBeUndefined();
  expect(connected().asked).toEqual([]);
});

test('the end of the process and the end of the session end the question', async () => {
  const process = new AbortController();
  const client = connected();
  const decisions = [decide('a.example', process.signal), decide('b.example')];
  process.abort();
  expect(await decisions[0]).toBeUndefined();
  desk.close();
  expect(await decisions[1]).toBeUndefined();
  expect(await decide()).toBeUndefined();
  expect([client.asked.length, timers.every(({ isCancelled }) => isCancelled)]).toEqual([2, true]);
});

/** As many questions as one process may have before the client, about each of so many processes. */
function crowd(processes: number, signal?: AbortSignal): Promise<NetworkAnswer | undefined>[] {
  return Array.from({ length: processes * MAX_POLICY_QUESTIONS_PER_PROCESS }, (_, at) =>
    decide('a.example', signal, asProcessId(`p${Math.floor(at / MAX_POLICY_QUESTIONS_PER_PROCESS)}`)),
  );
}

test('so many questions are waited for, and one more comes to nothing at once', async () => {
  const client = connected();
  void crowd(MAX_POLICY_QUESTIONS / MAX_POLICY_QUESTIONS_PER_PROCESS);
  expect(await decide()).toBeUndefined();
  client.answer(0, { type: 'allow' });
  await Promise.resolve();
  void decide('next.example');
  expect(client.asked.map(({ request }) => request.host).slice(-1)).toEqual(['next.example']);
});

test('one process has its share of them, and what another one asks is asked', async () => {
  const client = connected();
  void crowd(1);
  expect(await decide('more.example', undefined, asProcessId('p0'))).toBeUndefined();
  void decide('other.example');
  expect(client.asked.map(({ request }) => request.host)).toEqual([
    ...Array<string>(MAX_POLICY_QUESTIONS_PER_PROCESS).fill('a.example'),
    'other.example',
  ]);
});

test('what nobody waits for any more keeps no place of others, and one of its process until its time is over', async () => {
  const client = connected();
  const process = new AbortController();
  setMaxListeners(0, process.signal);
  const left = crowd(MAX_POLICY_QUESTIONS / MAX_POLICY_QUESTIONS_PER_PROCESS, process.signal);
  process.abort();
  expect(await Promise.all(left)).toEqual(left.map(() => undefined));
  void decide('other.example');
  expect(client.asked).toHaveLength(MAX_POLICY_QUESTIONS + 1);
  expect(await decide('more.example', undefined, asProcessId('p0'))).toBeUndefined();
  timers[0]?.fire();
  void decide('late.example', undefined, asProcessId('p0'));
  client.answer(MAX_POLICY_QUESTIONS_PER_PROCESS, { type: 'allow' });
  await Promise.resolve();
  void decide('answered.example', undefined, asProcessId('p1'));
  expect(client.asked.slice(MAX_POLICY_QUESTIONS).map(({ request }) => request.host)).toEqual([
    'other.example',
    'late.example',
    'answered.example',
  ]);
});

test('what was given up before it was asked keeps no place, and what was open to a client that has gone neither', async () => {
  const process = new AbortController();
  const id = asProcessId('p0');
  setMaxListeners(0, process.signal);
  const away = crowd(1, process.signal);
  process.abort();
  await Promise.all(away);
  const next = new AbortController();
  setMaxListeners(0, next.signal);
  const client = connected();
  const left = crowd(1, next.signal);
  next.abort();
  await Promise.all(left);
  expect(await decide('more.example', undefined, id)).toBeUndefined();
  desk.disconnect(client);
  left.forEach((_, at) => client.fail(at, LOST));
  const other = connected();
  await Promise.resolve();
  void decide('again.example', undefined, id);
  expect(other.asked.map(({ request }) => request.host)).toEqual(['again.example']);
});

test('a client that lets so many questions lie is asked nothing more until it answers, or another one comes', async () => {
  const client = connected();
  for (let asked = 0; asked < MAX_UNANSWERED_POLICY_QUESTIONS; asked += MAX_POLICY_QUESTIONS) {
    const late = crowd(MAX_POLICY_QUESTIONS / MAX_POLICY_QUESTIONS_PER_PROCESS);
    for (const { fire } of timers) fire();
    await Promise.all(late);
  }
  expect(await decide()).toBeUndefined();
  expect(client.asked).toHaveLength(MAX_UNANSWERED_POLICY_QUESTIONS);
  client.answer(0, { type: 'allow' });
  await Promise.resolve();
  void decide();
  expect(await decide()).toBeUndefined();
  expect(client.asked).toHaveLength(MAX_UNANSWERED_POLICY_QUESTIONS + 1);
  const other = connected();
  void decide();
  expect(other.asked).toHaveLength(2);
});

test('records are told once and in order, also those of the time without a connection', () => {
  const first = connected();
  desk.record(ID, refusal('a.example'));
  desk.disconnect(first);
  desk.record(ID, refusal('b.example'));
  desk.record(ID, refusal('c.example'));
  const second = connected();
  desk.record(ID, refusal('d.example'));
  expect([first.told, second.told]).toEqual([['a.example'], ['b.example', 'c.example', 'd.example']]);
});

test('so many records wait, and the oldest goes first', () => {
  for (let count = 0; count <= MAX_POLICY_RECORDS; count += 1) desk.record(ID, refusal(`${count}.example`));
  const { told } = connected();
  expect([told.length, told[0]]).toEqual([MAX_POLICY_RECORDS, '1.example']);
});

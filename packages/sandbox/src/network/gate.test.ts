import { once } from 'node:events';
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PROXY_CONNECT_TIMEOUT_MS } from '../limits.js';
import type { NetworkAnswer, NetworkDecider, NetworkQuestion } from './decider.js';
import { Gate, type NetworkDecision } from './gate.js';
import { parseHostRules, type Target } from './host-rules.js';
import type { Outside } from './outside.js';
import { placed } from './testing/placed.js';

const RULES = parseHostRules({ allow: ['a.example', 'localhost:3000', '9.9.9.9'], deny: ['bad.example'] });
const NOW = new Date('2026-01-02T03:04:05Z');

/** Whoever asks stays. */
const PRESENT = new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

afterEach(() => {
  vi.useRealTimers();
});

function target(host: string, port: number, isAddress = false): Target {
  return { host: { host, isAddress }, port };
}

/** A network in which each try to connect is written down; those to addresses that begin with 9 succeed. */
function outsideWith(answers: readonly (readonly string[])[]): {
  readonly outside: Outside;
  readonly asked: string[];
} {
  const asked: string[] = [];
  const left = [...answers];
  return {
    asked,
    outside: {
      resolve(name) {
        asked.push(`resolve ${name}`);
        return Promise.resolve(left.shift() ?? []);
      },
      connect(address, port) {
        asked.push(`connect ${address} ${port}`);
        return address.startsWith('9') ? Promise.resolve(new Socket()) : Promise.reject(new Error('nobody'));
      },
      locate: placed(() => 'elsewhere'),
    },
  };
}

function gateTo(outside: Outside): { readonly gate: Gate; readonly decisions: NetworkDecision[] } {
  const decisions: NetworkDecision[] = [];
  return { decisions, gate: new Gate(RULES, outside, (decision) => decisions.push(decision)) };
}

test('what was judged is what is connected to, and the name is asked for once', async () => {
  const { outside, asked } = outsideWith([['10.0.0.1', '8.8.8.8', '9.9.9.1', '9.9.9.2'], ['127.0.0.1']]);
  const { gate, decisions } = gateTo(outside);
  expect((await gate.open({ protocol: 'https_connect' }, target('a.example', 443), PRESENT)).outcome).toBe(
    'open',
  );
  expect(asked).toEqual(['resolve a.example', 'connect 8.8.8.8 443', 'connect 9.9.9.1 443']);
  expect(decisions).toEqual([
    {
      time: NOW,
      protocol: 'https_connect',
      decision: 'allow',
      host: 'a.example',
      port: 443,
      reason: undefined,
      rule: 'a.example',
    },
  ]);
});

test('a refused host is not even resolved', async () => {
  const { outside, asked } = outsideWith([]);
  const { gate, decisions } = gateTo(outside);
  const passages = [
    await gate.open({ protocol: 'http' }, target('bad.example', 80), PRESENT),
    await gate.open({ protocol: 'socks5_tcp' }, target('other.example', 80), PRESENT),
  ];
  expect(passages).toEqual([
    { outcome: 'refused', reason: 'denied' },
    { outcome: 'refused', reason: 'not_allowed' },
  ]);
  expect(asked).toEqual([]);
  const refused = { time: NOW, decision: 'deny', port: 80 };
  expect(decisions).toEqual([
    { ...refused, protocol: 'http', host: 'bad.example', reason: 'denied', rule: 'bad.example' },
    { ...refused, protocol: 'socks5_tcp', host: 'other.example', reason: 'not_allowed', rule: undefined },
  ]);
});

test('addresses and the names of this machine are not resolved', async () => {
  const { outside, asked } = outsideWith([]);
  const { gate } = gateTo(outside);
  await gate.open({ protocol: 'http' }, target('9.9.9.9', 80, true), PRESENT);
  await gate.open({ protocol: 'loopback' }, target('localhost', 3000), PRESENT);
  expect(asked).toEqual(['connect 9.9.9.9 80', 'connect 127.0.0.1 3000', 'connect ::1 3000']);
});

test('a name without an address, and one with none that may be used, come to different things', async () => {
  const { outside } = outsideWith([[], ['10.0.0.1']]);
  const { gate } = gateTo(outside);
  expect([
    await gate.open({ protocol: 'http' }, target('a.example', 80), PRESENT),
    await gate.open({ protocol: 'http' }, target('a.example', 80), PRESENT),
  ]).toEqual([{ outcome: 'unreachable' }, { outcome: 'refused', reason: 'not_allowed_local' }]);
});

test('a name that stands for this machine leads nowhere, however its address is listed without a port', async () => {
  const { outside, asked } = outsideWith([['10.0.0.9'], ['10.0.0.9']]);
  const rules = parseHostRules({ allow: ['*', '10.0.0.9', '10.0.0.9:443'], deny: [] });
  const gate = new Gate(rules, { ...outside, locate: placed(() => 'here') }, () => undefined);
  const caller = { protocol: 'http' } as const;
  expect([
    await gate.open(caller, target('a.example', 80), PRESENT),
    await gate.open(caller, target('10.0.0.9', 80, true), PRESENT),
    await gate.open(caller, target('a.example', 443), PRESENT),
  ]).toEqual([
    { outcome: 'refused', reason: 'not_allowed_local' },
    { outcome: 'refused', reason: 'not_allowed_local' },
    { outcome: 'unreachable' },
  ]);
  expect(asked).toEqual(['resolve a.example', 'resolve a.example', 'connect 10.0.0.9 443']);
});

test('a name that the search list turns into a denied one is refused by the line that denies that', async () => {
  const { outside } = outsideWith([]);
  const rules = parseHostRules({ allow: ['*'], deny: ['**.corp.example', 'port.other.example:81'] });
  const decisions: NetworkDecision[] = [];
  const gate = new Gate(
    rules,
    {
      ...outside,
      resolve(name, _signal, denial) {
        const longer = ['Corp.Example', 'other.example'].map((domain) => `${name}.${domain}`);
        const denied = longer.find((one) => denial?.covers(one));
        return Promise.resolve(denied === undefined ? ['9.9.9.1'] : { denied });
      },
    },
    (decision) => decisions.push(decision),
  );
  const caller = { protocol: 'http' } as const;
  const passage = await gate.open(caller, target('secret', 80), PRESENT);
  expect([passage, decisions]).toEqual([
    { outcome: 'refused', reason: 'denied' },
    [
      {
        time: NOW,
        ...caller,
        decision: 'deny',
        host: 'secret',
        port: 80,
        reason: 'denied',
        rule: '**.corp.example',
      },
    ],
  ]);
});

test('only the ports count on which a name is denied, and what would be an address is none', async () => {
  const covered: unknown[] = [];
  const rules = parseHostRules({ allow: ['*', '*:81'], deny: ['port.example:81'] });
  const { outside } = outsideWith([]);
  const resolve: Outside['resolve'] = (_name, _signal, denial) => {
    covered.push(['port.example', 'other.example', '1.2.3.4', 'a b'].map((name) => denial?.covers(name)));
    return Promise.resolve([]);
  };
  const gate = new Gate(rules, { ...outside, resolve }, () => undefined);
  for (const port of [80, 81]) await gate.open({ protocol: 'http' }, target('port', port), PRESENT);
  expect(covered).toEqual([
    [false, false, true, true],
    [true, false, true, true],
  ]);
});

test('an address without a way to it is not tried', async () => {
  const { outside, asked } = outsideWith([['9.9.9.1', '9.9.9.2']]);
  const { gate } = gateTo({
    ...outside,
    locate: placed((address) => (address === '9.9.9.1' ? 'nowhere' : 'elsewhere')),
  });
  await gate.open({ protocol: 'http' }, target('a.example', 80), PRESENT);
  expect(asked).toEqual(['resolve a.example', 'connect 9.9.9.2 80']);
});

test('resolving and connecting end at their deadline', async () => {
  const { outside } = outsideWith([]);
  const untilGivenUp = async (_name: string, signal: AbortSignal): Promise<readonly string[]> => {
    await once(signal, 'abort');
    return [];
  };
  const slowName = gateTo({ ...outside, resolve: untilGivenUp }).gate.open(
    { protocol: 'http' },
    target('a.example', 80),
    PRESENT,
  );
  await vi.advanceTimersByTimeAsync(PROXY_CONNECT_TIMEOUT_MS);
  expect(await slowName).toEqual({ outcome: 'unreachable' });
  const slowHost: Outside = {
    ...outside,
    resolve: () => Promise.resolve(['9.9.9.1', '9.9.9.2']),
    connect: async (_address, _port, signal) => {
      await once(signal, 'abort');
      throw new Error('too late');
    },
  };
  const passage = gateTo(slowHost).gate.open({ protocol: 'http' }, target('a.example', 80), PRESENT);
  await vi.advanceTimersByTimeAsync(PROXY_CONNECT_TIMEOUT_MS);
  expect(await passage).toEqual({ outcome: 'unreachable' });
});

test('what is no host is recorded as far as it is short', () => {
  const { gate, decisions } = gateTo(outsideWith([]).outside);
  expect(gate.refuse({ protocol: 'http' }, 'invalid_target', { host: 'x'.repeat(1000) })).toBe(
    'invalid_target',
  );
  expect(decisions).toEqual([
    {
      time: NOW,
      protocol: 'http',
      decision: 'deny',
      host: 'x'.repeat(128),
      port: undefined,
      reason: 'invalid_target',
      rule: undefined,
    },
  ]);
});

test('for who has gone no connection is made, and for who is no longer inside neither', async () => {
  const { outside, asked } = outsideWith([['9.9.9.1'], ['9.9.9.1']]);
  const { gate } = gateTo(outside);
  const caller = { protocol: 'http' } as const;
  const gone = new AbortController();
  const connected = vi.fn();
  const found = new Gate(
    RULES,
    {
      ...outside,
      resolve(_name, signal) {
        gone.abort();
        expect(signal.aborted).toBe(true);
        return Promise.resolve(['9.9.9.1']);
      },
      connect: connected,
    },
    () => undefined,
  );
  expect(await found.open(caller, target('a.example', 80), gone.signal)).toEqual({ outcome: 'unreachable' });
  expect(connected).not.toHaveBeenCalled();
  const closed = gate.open(caller, target('a.example', 80), PRESENT);
  gate.close();
  expect([await closed, asked]).toEqual([{ outcome: 'unreachable' }, ['resolve a.example']]);
});

test('a name is refused where too many others are to be found first', async () => {
  const { outside } = outsideWith([]);
  const { gate, decisions } = gateTo({ ...outside, resolve: () => Promise.resolve('too_many_lookups') });
  expect(await gate.open({ protocol: 'http' }, target('a.example', 80), PRESENT)).toEqual({
    outcome: 'refused',
    reason: 'too_many_lookups',
  });
  expect(decisions).toMatchObject([{ decision: 'deny', reason: 'too_many_lookups', rule: 'a.example' }]);
});

describe('somebody who is asked about what no list names', () => {
  function askingGate(answer: () => Promise<NetworkAnswer | undefined>): {
    readonly gate: Gate;
    readonly questions: NetworkQuestion[];
    readonly decisions: NetworkDecision[];
    readonly asked: readonly string[];
  } {
    const { outside, asked } = outsideWith([['9.9.9.1'], ['10.0.0.1']]);
    const [questions, decisions]: [NetworkQuestion[], NetworkDecision[]] = [[], []];
    const decide: NetworkDecider = (question) => {
      questions.push(question);
      return answer();
    };
    const gate = new Gate(RULES, outside, (decision) => decisions.push(decision), decide);
    return { gate, questions, decisions, asked };
  }

  test('opens a host for one request, and never an address that is not public', async () => {
    const { gate, questions, decisions, asked } = askingGate(() => Promise.resolve({ type: 'allow' }));
    const caller = { protocol: 'https_connect', method: 'CONNECT', client: '127.0.0.1:9' } as const;
    const passages = [
      await gate.open(caller, target('new.example', 443), PRESENT),
      await gate.open(caller, target('a.example', 22), PRESENT),
    ];
    expect(passages).toMatchObject([
      { outcome: 'open' },
      { outcome: 'refused', reason: 'not_allowed_local' },
    ]);
    expect(questions).toEqual([
      { protocol: 'https_connect', host: 'new.example', port: 443 },
      { protocol: 'https_connect', host: 'a.example', port: 22 },
    ]);
    expect(asked).toEqual(['resolve new.example', 'connect 9.9.9.1 443', 'resolve a.example']);
    const noted = { time: NOW, ...caller };
    expect(decisions).toEqual([
      {
        ...noted,
        decision: 'allow',
        host: 'new.example',
        port: 443,
        reason: 'not_allowed',
        answer: { type: 'allow' },
      },
      {
        ...noted,
        decision: 'deny',
        host: 'a.example',
        port: 22,
        reason: 'not_allowed_local',
        rule: 'a.example',
      },
    ]);
  });

  test.each([
    [
      'denies',
      () => Promise.resolve({ type: 'deny', reason: 'no' } as const),
      { type: 'deny', reason: 'no' },
    ],
    ['would ask', () => Promise.resolve({ type: 'ask' } as const), { type: 'ask' }],
    ['fails at', () => Promise.reject(new Error('it broke')), undefined],
    ['does not decide about', () => Promise.resolve(undefined), undefined],
  ])('and who %s it', async (_, answer, told) => {
    const { gate, decisions, asked } = askingGate(answer);
    expect(await gate.open({ protocol: 'http' }, target('new.example', 80), PRESENT)).toEqual({
      outcome: 'refused',
      reason: 'not_allowed',
      ...(told === undefined ? {} : { answer: told }),
    });
    const request = { time: NOW, protocol: 'http', host: 'new.example', port: 80 };
    const verdict = { decision: 'deny', reason: 'not_allowed', rule: undefined, answer: told };
    expect([asked, decisions]).toEqual([[], [{ ...request, ...verdict }]]);
  });

  test('is not asked about what is listed, denied, local, or a port of this machine', async () => {
    const { gate, questions } = askingGate(() => Promise.resolve({ type: 'allow' }));
    await gate.open({ protocol: 'http' }, target('a.example', 80), PRESENT);
    await gate.open({ protocol: 'http' }, target('bad.example', 80), PRESENT);
    await gate.open({ protocol: 'http' }, target('192.168.1.1', 80, true), PRESENT);
    await gate.open({ protocol: 'http' }, target('x.localhost', 80), PRESENT);
    await gate.open({ protocol: 'loopback' }, target('new.example', 80), PRESENT);
    expect(questions).toEqual([]);
  });

  test('hears that a question is not waited for any more when the connection that asks has closed', async () => {
    const signals: AbortSignal[] = [];
    const { outside } = outsideWith([]);
    const decide: NetworkDecider = async (_question, signal) => {
      signals.push(signal);
      await once(signal, 'abort');
      return { type: 'allow' };
    };
    const decisions: NetworkDecision[] = [];
    const gate = new Gate(RULES, outside, (decision) => decisions.push(decision), decide);
    const [first, second] = [new AbortController(), new AbortController()];
    const caller = { protocol: 'http' } as const;
    const passages = [
      gate.open(caller, target('new.example', 80), first.signal),
      gate.open(caller, target('new.example', 81), second.signal),
    ];
    first.abort();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    second.abort();
    const withdrawn = { outcome: 'refused', reason: 'withdrawn' };
    expect(await Promise.all(passages)).toEqual([withdrawn, withdrawn]);
    const request = { time: NOW, protocol: 'http', host: 'new.example', rule: undefined };
    const verdict = { decision: 'deny', reason: 'withdrawn' };
    expect(decisions).toEqual([80, 81].map((port) => ({ ...request, ...verdict, port })));
  });

  test('is too late when nobody is inside any more', async () => {
    let allow: (answer: NetworkAnswer) => void = () => undefined;
    const { gate, asked } = askingGate(() => new Promise((resolve) => (allow = resolve)));
    const passage = gate.open({ protocol: 'http' }, target('new.example', 80), PRESENT);
    gate.close();
    allow({ type: 'allow' });
    expect([(await passage).outcome, asked]).toEqual(['refused', []]);
  });
});

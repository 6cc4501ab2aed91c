import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CARRIERS, disposeAll, startWorld, temporaryDirectory, type World } from './harness.js';
import { markedProcesses, noneMarked } from './process-table.js';
import type { Ending, RawClient } from './raw-client.js';
import { failure, start, startParams, startScript } from './runs.js';

const READY = { result: { status: 'ready' } };
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
const MAX_DEPTH = 127;
const MAX_VALUES = 262_144;

/** Every text that is no message, with what its sender is told. */
const MALFORMED: readonly (readonly [name: string, text: string, message: RegExp])[] = [
  ['plain text', 'hello', /line 1, column 1: not valid JSON/],
  ['an unfinished object', '{"id":1', /not valid JSON/],
  ['an unfinished text', '{"id":"1', /not valid JSON/],
  ['a comma too many', '{"id":1,"method":"environment/status",}', /column 39: not valid JSON/],
  ['single quotes', "{'id':1}", /column 2: not valid JSON/],
  [
    'a number that JSON does not know',
    '{"id":1,"method":"environment/status","params":{"a":NaN}}',
    /not valid JSON/,
  ],
  [
    'a number with a leading zero',
    '{"id":1,"method":"environment/status","params":{"a":01}}',
    /not valid JSON/,
  ],
  ['an unknown escape', String.raw`{"id":1,"method":"\x"}`, /not valid JSON/],
  ['a control character in a text', '{"id":1,"method":"\u0001"}', /not valid JSON/],
  ['two messages in one', '{"id":1,"method":"environment/status"} {}', /one message at a time/],
  ['a number', '5', /one JSON object/],
  ['a text', '"environment/status"', /one JSON object/],
  ['true', 'true', /one JSON object/],
  ['null', 'null', /one JSON object/],
  ['an empty list', '[]', /one JSON object/],
  ['a batch', '[{"id":1,"method":"environment/status"}]', /one JSON object/],
  ['an empty object', '{}', /neither method nor result nor error/],
  ['an id alone', '{"id":1}', /an id only/],
  ['a method that is no text', '{"id":1,"method":5}', /method must be a string/],
  ['a null method', '{"id":1,"method":null}', /method must be a string/],
  ['a notification without a name', '{"method":{}}', /method must be a string/],
  ['an answer without an id', '{"result":{}}', /needs the id/],
  ['an error without an id', '{"error":{"code":1,"message":""}}', /needs the id/],
  ['an error that is no object', '{"id":1,"error":5}', /error must be an object/],
  ['an error without a code', '{"id":1,"error":{"message":""}}', /error\.code/],
  ['an error without a message', '{"id":1,"error":{"code":1}}', /error\.message/],
  ...['1.0', '1e3', '1E0', '-0', '-0.0', 'null', 'true', 'false', '{}', '[]', '[1]', '1.5'].map(
    (id) => [`the id ${id}`, `{"id":${id},"method":"environment/status"}`, /^id must be/] as const,
  ),
  ...['9223372036854775808', '-9223372036854775809', '1'.repeat(40)].map(
    (id) =>
      [`the id ${id}, beyond 64 bits`, `{"id":${id},"method":"environment/status"}`, /^id must be/] as const,
  ),
  ['a bad id behind its method', '{"method":"environment/status","id":1.0}', /^id must be/],
  ['a bad id in an answer', '{"id":null,"result":1}', /^id must be/],
  ['an id that comes twice', '{"id":1,"id":1,"method":"environment/status"}', /column 9: .*"id"/],
  ['a method that comes twice', '{"id":1,"method":"initialized","method":"environment/status"}', /"method"/],
  [
    'a name that comes twice, once escaped',
    String.raw`{"id":1,"method":"environment/status","params":{"a":1,"\u0061":1}}`,
    /"a"/,
  ],
  [
    'a name that comes twice far inside',
    '{"id":1,"method":"environment/status","params":{"a":[{"b":{}},{"b":{"c":1,"d":2,"c":3}}]}}',
    /"c"/,
  ],
  [
    'a name that comes twice among many',
    `{"id":1,"method":"environment/status","params":{${[...Array(200).keys(), 0].map((n) => `"n${n}":0`).join()}}}`,
    /"n0"/,
  ],
  [
    'a name that comes twice in what is ignored',
    '{"id":1,"method":"environment/status","x":{"a":1,"a":1}}',
    /"a"/,
  ],
  ...[
    '5',
    '[]',
    '"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"',
    '{"traceparent":5}',
    '{"tracestate":{}}',
  ].map(
    (trace) =>
      [
        `the trace ${trace}`,
        `{"id":1,"method":"environment/status","trace":${trace}}`,
        /^trace must be/,
      ] as const,
  ),
  ['one level too many', nested(MAX_DEPTH + 1), /deeper than 127 levels/],
  [
    'levels without end',
    '{"id":1,"method":"environment/status","params":'.padEnd(100_000, '['),
    /deeper than 127/,
  ],
  ['one value too many', crowded(MAX_VALUES + 1), /more than 262144 values/],
];

/** Texts that look odd and mean what they say. */
const ACCEPTED: readonly (readonly [name: string, text: string])[] = [
  ['as many levels as there may be', nested(MAX_DEPTH)],
  ['as many values as there may be', crowded(MAX_VALUES)],
  ['space around everything', ' { "id" : 1 , "method" : "environment/status" } \t'],
  ['a jsonrpc member', '{"jsonrpc":"2.0","id":1,"method":"environment/status"}'],
  ['a jsonrpc member that means nothing', '{"jsonrpc":[1],"id":1,"method":"environment/status"}'],
  ['unknown members', '{"id":1,"method":"environment/status","x":[1,{"y":null}],"__proto__":1}'],
  ['an escaped method', String.raw`{"id":1,"method":"environment\u002fstatus"}`],
  [
    'one name in two objects',
    '{"id":1,"method":"environment/status","params":{"id":{"id":1},"method":[{"id":1}]}}',
  ],
  ['a null trace', '{"id":1,"method":"environment/status","trace":null}'],
  [
    'a trace of nulls',
    '{"id":1,"method":"environment/status","trace":{"traceparent":null,"tracestate":null}}',
  ],
  ['a trace that means nothing', '{"id":1,"method":"environment/status","trace":{"traceparent":"x","y":1}}'],
  ['a result beside a method', '{"id":1,"method":"environment/status","result":1}'],
];

const IDS = [
  '0',
  '-1',
  '42',
  '9007199254740993',
  '-9007199254740993',
  '9223372036854775807',
  '-9223372036854775808',
  '""',
  '"7"',
  '"\u00e9\u{1F600}"',
  String.raw`"\"\\"`,
];

function nested(depth: number): string {
  const open = depth - 2;
  return `{"id":1,"method":"environment/status","params":{"a":${'['.repeat(open)}${']'.repeat(open)}}}`;
}

// Five values are spent before the first element: the message, its id and method, the parameters and their list.
function crowded(values: number): string {
  return `{"id":1,"method":"environment/status","params":{"a":[${Array(values - 5)
    .fill(0)
    .join()}]}}`;
}

function ofSize(bytes: number): string {
  const start = '{"id":1,"method":"environment/status","params":{"a":"';
  return `${start}${'x'.repeat(bytes - start.length - 3)}"}}`;
}

describe.each(CARRIERS)('messages over %s', (carrier) => {
  let world: World;
  let client: RawClient;

  beforeAll(async () => {
    world = await startWorld(carrier);
    client = await world.connect();
    await client.initialize();
  });

  afterEach(async () => {
    await world.expectOthersServed();
  });

  afterAll(async () => {
    await disposeAll(client, world);
  });

  test.each(MALFORMED)('%s is refused, and the connection goes on', async (_, text, message) => {
    client.send(text);
    expect(await client.next()).toEqual({ id: -1, ...failure(-32600, 'malformedMessage', message) });
    expect(await client.request('environment/status')).toEqual(READY);
  });

  test.each(ACCEPTED)('%s is served', async (_, text) => {
    client.send(text);
    expect(await client.next()).toEqual({ id: 1, ...READY });
  });

  test.each(IDS)('the id %s comes back to the last digit', async (id) => {
    client.send(`{"id":${id},"method":"environment/status"}`);
    expect(await client.nextText()).toBe(`{"id":${id},"result":{"status":"ready"}}`);
    client.send(`{"id":${id},"method":"no/such"}`);
    expect(await client.nextText()).toMatch(new RegExp(`^\\{"id":${id.replaceAll('\\', '\\\\')},"error":`));
  });

  test('one id may be used again, even at once', async () => {
    for (let i = 0; i < 3; i += 1) client.send({ id: 'same', method: 'environment/status' });
    for (let i = 0; i < 3; i += 1) expect(await client.next()).toEqual({ id: 'same', ...READY });
  });

  test('an unusable trace on a notification is passed over', async () => {
    client.send('{"method":"initialized","trace":{"traceparent":5}}');
    expect(await client.request('environment/status')).toEqual(READY);
  });

  test('bytes are read as the text that they spell', async () => {
    client.sendBytes(Buffer.from('{"id":"\u00e9","method":"environment/status"}'));
    expect(await client.next()).toEqual({ id: '\u00e9', ...READY });
  });

  test('a message as large as a message may be is served', async () => {
    client.send(ofSize(MAX_MESSAGE_BYTES));
    expect(await client.next()).toEqual({ id: 1, ...READY });
  });

  test('an unknown method is told so by its name', async () => {
    expect(await client.request('fs/teleport', {})).toEqual(
      failure(-32601, 'methodUnknown', /"fs\/teleport"/),
    );
  });

  describe('what ends the connection', () => {
    const ended: Ending =
      carrier === 'stdio' ? { code: 0, reason: '' } : { code: 1002, reason: expect.any(String) as string };
    const tooBig: Ending = carrier === 'stdio' ? ended : { ...ended, code: 1009 };
    const invalidText: Ending = carrier === 'stdio' ? ended : { ...ended, code: 1007 };

    test.each<readonly [string, (offender: RawClient) => void, Ending]>([
      ['an unknown notification', (offender) => offender.notify('no/such', {}), ended],
      ['a request sent as a notification', (offender) => offender.notify('environment/status', {}), ended],
      ['an answer to nothing', (offender) => offender.send({ id: 1, result: {} }), ended],
      [
        'an error to nothing',
        (offender) => offender.send({ id: 'x', error: { code: 1, message: '' } }),
        ended,
      ],
      ['a null answer to nothing', (offender) => offender.send({ id: 1, result: null }), ended],
      [
        'a notification of an extension that was not agreed on',
        (offender) => offender.notify('process/window', {}),
        ended,
      ],
      ['a notification that only servers send', (offender) => offender.notify('process/closed', {}), ended],
      [
        'text that is not UTF-8',
        (offender) => offender.sendAsText(Buffer.from([0x7b, 0xff, 0x7d])),
        invalidText,
      ],
      ['a message over the limit', (offender) => offender.send(ofSize(MAX_MESSAGE_BYTES + 1)), tooBig],
    ])('%s, with its processes, and nothing else', async (_, offend, ending) => {
      const offender = await world.connect();
      await offender.initialize();
      await startScript(offender, 'p', 'trap "" TERM HUP; echo ready; sleep 60 & wait');
      await offender.nextEvent('process/output', 'p');
      await start(client, `kept-${_}`, ['/bin/sleep', '60']);
      offend(offender);
      expect(await offender.ended()).toEqual(ending);
      // On stdio the server has ended as well, and must have seen to its processes before.
      if (carrier === 'stdio') expect(markedProcesses(offender.mark)).toEqual([]);
      await offender[Symbol.asyncDispose]();
      expect(await client.request('process/terminate', { processId: `kept-${_}` })).toEqual({
        result: { running: true },
      });
      expect((await client.nextEvent('process/closed', `kept-${_}`)).params).toEqual({
        processId: `kept-${_}`,
        seq: 2,
      });
      await client.nextEvent('process/exited', `kept-${_}`);
    });

    test('initialized before initialize', async () => {
      const offender = await world.connect();
      offender.notify('initialized');
      expect(await offender.ended()).toEqual(ended);
      await offender[Symbol.asyncDispose]();
    });

    test('initialized after an initialize that failed', async () => {
      const offender = await world.connect();
      await offender.request('initialize', {});
      offender.notify('initialized');
      expect(await offender.ended()).toEqual(ended);
      await offender[Symbol.asyncDispose]();
    });

    test('a window that is none', async () => {
      const offender = await world.connect();
      await offender.initialize({ flow: 1 });
      offender.notify('process/window', { processId: 'p', ackSeq: 0, windowBytes: -1 });
      expect(await offender.ended()).toEqual(ended);
      await offender[Symbol.asyncDispose]();
    });

    test('and nothing that was sent behind it is done any more', async () => {
      await using directory = await temporaryDirectory();
      const offender = await world.connect();
      await offender.initialize();
      const touch = (name: string): object => ({
        id: name,
        method: 'process/start',
        params: startParams(offender, name, ['/usr/bin/touch', join(directory.path, name)]),
      });
      offender.send(touch('before'));
      await offender.nextEvent('process/closed', 'before');
      offender.notify('no/such');
      offender.send(touch('behind'));
      expect(await offender.ended()).toEqual(ended);
      await offender[Symbol.asyncDispose]();
      await world.expectOthersServed();
      expect(await readdir(directory.path)).toEqual(['before']);
      expect(offender.unread.filter(({ id }) => id === 'behind')).toEqual([]);
    });
  });

  if (carrier === 'stdio') {
    test('blank lines and carriage returns between messages mean nothing', async () => {
      client.sendBytes(Buffer.from('\r\n\n  \r\n{"id":1,"method":"environment/status"}\r'));
      expect(await client.next()).toEqual({ id: 1, ...READY });
    });

    test('a last line without an end is a message too', async () => {
      const other = await world.connect();
      other.sendAsText(Buffer.from('hello\n{"id":'));
      other.end();
      const refusal = { id: -1, ...failure(-32600, 'malformedMessage', /not valid JSON/) };
      expect([await other.next(), await other.next()]).toEqual([refusal, refusal]);
      expect(await other.ended()).toEqual({ code: 0, reason: '' });
      await other[Symbol.asyncDispose]();
    });
  } else {
    test('a binary frame that is no text is refused, and the connection goes on', async () => {
      client.sendBytes(Buffer.from([0x7b, 0xff, 0x7d]));
      expect(await client.next()).toEqual({
        id: -1,
        ...failure(-32600, 'malformedMessage', /not valid UTF-8/),
      });
    });

    test('an empty frame is refused, and the connection goes on', async () => {
      for (const size of ['', Buffer.alloc(0)]) {
        if (typeof size === 'string') client.send(size);
        else client.sendBytes(size);
        expect(await client.next()).toEqual({
          id: -1,
          ...failure(-32600, 'malformedMessage', /not valid JSON/),
        });
      }
    });

    test('a client that vanishes takes its processes with it', async () => {
      const vanishing = await world.connect();
      await vanishing.initialize();
      await start(vanishing, 'p', ['/bin/sleep', '60']);
      vanishing.cut();
      await noneMarked(vanishing.mark);
    });
  }
});

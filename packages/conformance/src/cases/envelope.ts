import { area, type ConformanceCase, serves } from '../case.js';
import { holds, same } from '../expect.js';

const { in: on } = area('envelope', 'connection');

const STATUS = '"method":"environment/status"';
const READY = { result: { status: 'ready' } };
const MAX_DEPTH = 127;
const MAX_VALUES = 262_144;

/** Texts that are no message. Each is answered with the id -1 and costs nothing else. */
const MALFORMED: readonly (readonly [name: string, title: string, text: string])[] = [
  ['not-json', 'text that is not JSON', 'hello'],
  ['unfinished', 'an object that does not end', '{"id":1'],
  ['trailing-comma', 'a comma too many', `{"id":1,${STATUS},}`],
  ['two-messages', 'two messages in one', `{"id":1,${STATUS}} {}`],
  ['scalar', 'a number', '5'],
  ['null', 'null', 'null'],
  ['batch', 'an array', `[{"id":1,${STATUS}}]`],
  ['empty-object', 'an empty object', '{}'],
  ['id-alone', 'an id and nothing else', '{"id":1}'],
  ['id-fraction', 'an id with a fraction', `{"id":1.0,${STATUS}}`],
  ['id-null', 'an id that is null', `{"id":null,${STATUS}}`],
  ['id-boolean', 'an id that is a boolean', `{"id":true,${STATUS}}`],
  ['id-too-large', 'an id beyond 64 bits', `{"id":9223372036854775808,${STATUS}}`],
  ['method-type', 'a method that is no string', '{"id":1,"method":5}'],
  ['duplicate-id', 'a member that comes twice', `{"id":1,"id":1,${STATUS}}`],
  ['duplicate-inside', 'a member that comes twice far inside', `{"id":1,${STATUS},"x":[{"a":1,"a":1}]}`],
  ['trace-type', 'a trace of the wrong type', `{"id":1,${STATUS},"trace":{"traceparent":5}}`],
  ['too-deep', 'one level of nesting too many', nested(MAX_DEPTH + 1)],
  ['too-many-values', 'one value too many', crowded(MAX_VALUES + 1)],
];

/** Texts that look odd and mean what they say. */
const ACCEPTED: readonly (readonly [name: string, title: string, text: string])[] = [
  ['deepest', 'as many levels as there may be', nested(MAX_DEPTH)],
  ['most-values', 'as many values as there may be', crowded(MAX_VALUES)],
  ['jsonrpc-member', 'a jsonrpc member, whatever it holds', `{"jsonrpc":[1],"id":1,${STATUS}}`],
  ['unknown-members', 'members that nobody knows', `{"id":1,${STATUS},"x":[1,{"y":null}]}`],
  ['white-space', 'white space around everything', ` { "id" : 1 , ${STATUS} } \t`],
  ['trace-value', 'a trace that means nothing', `{"id":1,${STATUS},"trace":{"traceparent":"x"}}`],
  ['trace-null', 'a trace that is null', `{"id":1,${STATUS},"trace":null}`],
  ['params-null', 'null for no parameters', `{"id":1,${STATUS},"params":null}`],
];

/** Ids that come back as they went. */
const IDS: readonly (readonly [name: string, id: string])[] = [
  ['zero', '0'],
  ['negative', '-7'],
  ['largest', '9223372036854775807'],
  ['smallest', '-9223372036854775808'],
  ['empty', '""'],
  ['text', '"a b"'],
];

export const ENVELOPE_CASES: readonly ConformanceCase[] = [
  ...MALFORMED.map(([name, title, text]) =>
    on(name, `${title} is answered with -32600 and the id -1`, async (session) => {
      session.client.send(text);
      const answer = await session.client.next('an answer with the id -1', ({ id }) => id === -1);
      same('the code', answer.error?.code, -32600);
      await serves(session);
    }),
  ),
  ...ACCEPTED.map(([name, title, text]) =>
    on(name, `${title}: accepted`, async (session) => {
      session.client.send(text);
      const { id: _, ...answer } = await session.client.next('an answer with the id 1', ({ id }) => id === 1);
      same('the answer', answer, READY);
    }),
  ),
  ...IDS.map(([name, id]) =>
    on(`id-${name}`, `the id ${id} comes back as it went`, async (session) => {
      session.client.send(`{"id":${id},${STATUS}}`);
      // The two largest are not numbers of JavaScript; they come back as what a reader makes of them.
      const answer = await session.client.next('the answer', (message) => message.result !== undefined);
      same('the id', answer.id, JSON.parse(id));
    }),
  ),
  on('no-jsonrpc-member', 'answers carry no jsonrpc member', async (session) => {
    const answer = await session.request('environment/status');
    same('the members of the answer', Object.keys(answer), ['result']);
  }),
  on('unknown-method', 'an unknown method is answered with -32601', async (session) => {
    const answer = await session.request('no/such/method', {});
    same('the code', answer.error?.code, -32601);
    await serves(session);
  }),
  ...(
    [
      ['unknown-notification', 'an unknown notification', { method: 'no/such/notification', params: {} }],
      ['request-as-notification', 'a request without an id', { method: 'environment/status' }],
      ['answer-to-nothing', 'an answer to nothing', { id: 5, result: {} }],
      ['error-to-nothing', 'an error that answers nothing', { id: 5, error: { code: 1, message: '' } }],
    ] as const
  ).map(([name, title, message]) =>
    on(name, `${title} ends the connection`, async (session, executor) => {
      session.client.send(message);
      await session.client.ended();
      await serves(await executor.session());
    }),
  ),
  on('megabytes', 'a message of 8 MiB is taken', async (session) => {
    const answer = await session.request('environment/status', { x: 'y'.repeat(8 * 1024 * 1024) });
    holds(answer.result !== undefined || answer.error?.code === -32602, 'expected an answer', answer);
    await serves(session);
  }),
];

function nested(depth: number): string {
  const levels = depth - 1;
  return `{"id":1,${STATUS},"x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
}

/** The object, its id and its method are three values, and the list is one more. */
function crowded(values: number): string {
  return `{"id":1,${STATUS},"x":[${'0,'.repeat(values - 5)}0]}`;
}

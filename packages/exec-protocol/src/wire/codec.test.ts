import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeMessage,
  encodeEnvelope,
  encodeError,
  encodeNotification,
  encodeOutputNotification,
  encodeRequest,
  encodeResponse,
  finishOutputNotification,
  outputNotificationPrefix,
} from './codec.js';
import { type Envelope, MALFORMED_ID, type WireId, wireIdFromNumber, wireIdFromString } from './envelope.js';

const seven = wireIdFromNumber(7);

function envelopeOf(text: string): Envelope | string {
  const decoded = decodeMessage(text);
  return decoded.ok ? decoded.envelope : decoded.message;
}

const text = fc.string({ unit: 'binary' });
const id: fc.Arbitrary<WireId> = fc.oneof(
  fc.maxSafeInteger().map(wireIdFromNumber),
  text.map(wireIdFromString),
);
// What JSON can carry: it has no negative zero.
const json = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)));
const trace = fc
  .record({ traceparent: text, tracestate: text }, { requiredKeys: [] })
  .filter((context) => Object.keys(context).length > 0);
const call = { method: text, params: fc.oneof(json, fc.constant(undefined)) };
const envelope: fc.Arbitrary<Envelope> = fc.oneof(
  fc.record(
    { kind: fc.constant('request'), id, ...call, trace },
    { requiredKeys: ['kind', 'id', 'method', 'params'] },
  ),
  fc.record(
    { kind: fc.constant('notification'), ...call, trace },
    { requiredKeys: ['kind', 'method', 'params'] },
  ),
  fc.record({ kind: fc.constant('response'), id, result: json }),
  fc.record({
    kind: fc.constant('error'),
    id,
    error: fc.record(
      { code: fc.maxSafeInteger(), message: text, data: json },
      { requiredKeys: ['code', 'message'] },
    ),
  }),
);

describe('reading', () => {
  test.each<[string, Envelope]>([
    ['{"id":7,"method":"m"}', { kind: 'request', id: seven, method: 'm', params: undefined }],
    ['{"id":7,"method":"m","params":null}', { kind: 'request', id: seven, method: 'm', params: null }],
    [
      '{"id":"","method":"m","params":[1]}',
      { kind: 'request', id: wireIdFromString(''), method: 'm', params: [1] },
    ],
    ['{"method":"m","params":{"a":1}}', { kind: 'notification', method: 'm', params: { a: 1 } }],
    ['{"id":7,"result":null}', { kind: 'response', id: seven, result: null }],
    ['{"result":{},"id":7}', { kind: 'response', id: seven, result: {} }],
    [
      '{"error":{"code":-32600,"message":"no"},"id":-1}',
      { kind: 'error', id: MALFORMED_ID, error: { code: -32600, message: 'no' } },
    ],
    [
      '{"error":{"code":1,"message":"","data":null,"x":2},"id":7}',
      { kind: 'error', id: seven, error: { code: 1, message: '', data: null } },
    ],
    ['{"id":7,"result":1,"error":2}', { kind: 'response', id: seven, result: 1 }],
    ['{"id":7,"method":"m","result":1}', { kind: 'request', id: seven, method: 'm', params: undefined }],
    ['{"jsonrpc":5,"x":[],"id":7,"result":1}', { kind: 'response', id: seven, result: 1 }],
    ['{"jsonrpc":"2.0","method":"m"}', { kind: 'notification', method: 'm', params: undefined }],
    ['{"__proto__":{"id":1},"method":"m"}', { kind: 'notification', method: 'm', params: undefined }],
  ])('%s', (message, expected) => {
    expect(decodeMessage(message)).toStrictEqual({ ok: true, envelope: expected });
  });

  test('an id beyond the precision of numbers is kept digit by digit', () => {
    expect(envelopeOf('{"id":-9007199254740993,"method":"m"}')).toMatchObject({ id: '-9007199254740993' });
    expect(envelopeOf('{"id":9223372036854775807,"result":0}')).toMatchObject({ id: '9223372036854775807' });
  });

  test('two spellings of one text are one id', () => {
    expect(envelopeOf('{"id":"\\u0061","result":0}')).toEqual({
      kind: 'response',
      id: wireIdFromString('a'),
      result: 0,
    });
  });

  const badId = 'id must be a string or an integer of at most 64 bits, signed, without fraction or exponent';
  test.each([
    'null',
    'true',
    '1.5',
    '1.0',
    '1e3',
    '-0',
    '9223372036854775808',
    '-9223372036854775809',
    '{}',
    '[1]',
  ])('the id %s is refused', (source) => {
    expect(envelopeOf(`{"id":${source},"method":"m"}`)).toBe(badId);
    expect(envelopeOf(`{"id":${source},"result":1}`)).toBe(badId);
  });

  test.each([
    ['not json', 'line 1, column 1: not valid JSON, expected a value'],
    ['{"a":tru}', 'line 1, column 6: not valid JSON, expected a value'],
    ['42', 'a message is one JSON object; send no array and no bare value'],
    ['null', 'a message is one JSON object; send no array and no bare value'],
    ['[]', 'a message is one JSON object; send no array and no bare value'],
    ['[{"id":1,"method":"m"}]', 'a message is one JSON object; send no array and no bare value'],
    ['{}', 'the message has neither method nor result nor error; add one of them'],
    ['{"params":1}', 'the message has neither method nor result nor error; add one of them'],
    ['{"id":7}', 'the message has an id only; add a method to ask, a result or an error to answer'],
    ['{"result":1}', 'an answer needs the id of its request; add id'],
    ['{"error":{"code":1,"message":""}}', 'an answer needs the id of its request; add id'],
    ['{"id":7,"method":5}', 'method must be a string that names what to do'],
    ['{"id":7,"method":null}', 'method must be a string that names what to do'],
    ['{"method":{}}', 'method must be a string that names what happened'],
    ['{"id":7,"error":null}', 'error must be an object with code and message'],
    ['{"id":7,"error":[]}', 'error must be an object with code and message'],
    ['{"id":7,"error":{"code":1.5,"message":""}}', 'error.code must be an integer'],
    ['{"id":7,"error":{"code":"1","message":""}}', 'error.code must be an integer'],
    ['{"id":7,"error":{"message":""}}', 'error.code must be an integer'],
    ['{"id":7,"error":{"code":1e999,"message":""}}', 'error.code must be an integer'],
    ['{"id":7,"error":{"code":1}}', 'error.message must be a string'],
    [
      '{"id":1,"id":2,"method":"m"}',
      'line 1, column 9: the member "id" occurs twice in one object; send it once',
    ],
    [
      '{"method":"m"}{"method":"m"}',
      'line 1, column 15: not valid JSON, expected the end of the text; send one message at a time',
    ],
  ])('%s is malformed', (message, why) => {
    expect(decodeMessage(message)).toEqual({ ok: false, message: why });
  });

  test('limits can be tightened', () => {
    expect(decodeMessage('{"method":"m","params":[[]]}', { maxDepth: 2, maxValues: 9 })).toEqual({
      ok: false,
      message: 'line 1, column 25: nested deeper than 2 levels; send a flatter message',
    });
    expect(decodeMessage('{"method":"m","params":[]}', { maxDepth: 9, maxValues: 2 })).toEqual({
      ok: false,
      message: 'line 1, column 24: more than 2 values; split the message',
    });
  });

  test('the limits of the envelope hold unless others are given', () => {
    const nested = (depth: number): string =>
      `{"method":"m","params":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    expect(decodeMessage(nested(127)).ok).toBe(true);
    expect(decodeMessage(nested(128)).ok).toBe(false);
  });
});

describe('the trace', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  test.each([
    [`{"traceparent":"${traceparent}"}`, { trace: { traceparent } }],
    [
      '{"traceparent":"nonsense","tracestate":"a=b"}',
      { trace: { traceparent: 'nonsense', tracestate: 'a=b' } },
    ],
    ['{"traceparent":null,"tracestate":"a=b"}', { trace: { tracestate: 'a=b' } }],
    ['{"other":5}', {}],
    ['{}', {}],
    ['null', {}],
  ])('%s is read', (source, members) => {
    expect(envelopeOf(`{"id":7,"method":"m","trace":${source}}`)).toStrictEqual({
      kind: 'request',
      id: seven,
      method: 'm',
      params: undefined,
      ...members,
    });
    expect(envelopeOf(`{"method":"m","trace":${source}}`)).toStrictEqual({
      kind: 'notification',
      method: 'm',
      params: undefined,
      ...members,
    });
  });

  test.each(['"x"', '5', 'true', '[]', '{"traceparent":5}', '{"tracestate":{}}'])(
    '%s breaks a request and is dropped from a notification',
    (source) => {
      expect(envelopeOf(`{"id":7,"method":"m","trace":${source}}`)).toBe(
        'trace must be an object whose traceparent and tracestate are strings; or leave it out',
      );
      expect(envelopeOf(`{"method":"m","trace":${source}}`)).toStrictEqual({
        kind: 'notification',
        method: 'm',
        params: undefined,
      });
    },
  );

  test('is ignored on answers', () => {
    expect(envelopeOf('{"id":7,"result":1,"trace":5}')).toEqual({ kind: 'response', id: seven, result: 1 });
  });
});

describe('writing', () => {
  test('a request', () => {
    expect(encodeRequest(seven, 'm', { a: 'ü"' }, { traceparent: 'p' })).toBe(
      '{"id":7,"method":"m","params":{"a":"ü\\""},"trace":{"traceparent":"p"}}',
    );
    expect(encodeRequest(wireIdFromString('a"'), 'm')).toBe('{"id":"a\\"","method":"m"}');
    expect(encodeRequest(seven, 'm', null)).toBe('{"id":7,"method":"m","params":null}');
  });

  test('a notification', () => {
    expect(encodeNotification('m', {})).toBe('{"method":"m","params":{}}');
    expect(encodeNotification('m')).toBe('{"method":"m"}');
  });

  test('a response always has a result, because its reader asks for one', () => {
    expect(encodeResponse(seven, { a: undefined })).toBe('{"id":7,"result":{}}');
    expect(encodeResponse(seven, undefined)).toBe('{"id":7,"result":null}');
    expect(encodeResponse(seven, () => 1)).toBe('{"id":7,"result":null}');
    expect(decodeMessage(encodeResponse(seven, undefined))).toEqual({
      ok: true,
      envelope: { kind: 'response', id: seven, result: null },
    });
  });

  test('an error', () => {
    expect(encodeError(MALFORMED_ID, { code: -32600, message: 'no' })).toBe(
      '{"id":-1,"error":{"code":-32600,"message":"no"}}',
    );
    expect(encodeError(seven, { code: 1, message: '', data: { kind: 'gap' } })).toBe(
      '{"id":7,"error":{"code":1,"message":"","data":{"kind":"gap"}}}',
    );
  });

  test('members that the envelope does not have stay at home', () => {
    const error = { code: 1, message: 'no', stack: 'secret' };
    expect(encodeError(seven, error)).toBe('{"id":7,"error":{"code":1,"message":"no"}}');
  });

  test('an id with 64 bits is echoed digit by digit', () => {
    const decoded = envelopeOf('{"id":-9007199254740993,"method":"m"}');
    if (typeof decoded === 'string' || decoded.kind !== 'request') throw new Error('not a request');
    expect(encodeResponse(decoded.id, 1)).toBe('{"id":-9007199254740993,"result":1}');
  });

  test('what is written is read back the same', () => {
    fc.assert(
      fc.property(envelope, (message) => {
        expect(decodeMessage(encodeEnvelope(message))).toEqual({ ok: true, envelope: message });
      }),
      { numRuns: 500 },
    );
  });
});

describe('output notifications', () => {
  const stream = fc.constantFrom('stdout', 'stderr', 'pty');

  test('look like any other', () => {
    expect(encodeOutputNotification('p"1', 3, 'stdout', 'b3V0Cg==')).toBe(
      '{"method":"process/output","params":{"processId":"p\\"1","stream":"stdout","seq":3,"chunk":"b3V0Cg=="}}',
    );
  });

  test('equal the general encoding', () => {
    fc.assert(
      fc.property(text, fc.maxSafeNat(), stream, fc.base64String(), (processId, seq, from, chunk) => {
        const expected = encodeNotification('process/output', { processId, stream: from, seq, chunk });
        expect(encodeOutputNotification(processId, seq, from, chunk)).toBe(expected);
        expect(finishOutputNotification(outputNotificationPrefix(processId, from), seq, chunk)).toBe(
          expected,
        );
      }),
    );
  });
});

test('no text makes the codec throw', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    '"id"',
    '"method"',
    '"error"',
    '1',
    ' ',
    '\n',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece).map((pieces) => pieces.join('')),
        text,
      ),
      (message) => {
        expect(typeof decodeMessage(message).ok).toBe('boolean');
      },
    ),
    { numRuns: 2000 },
  );
});

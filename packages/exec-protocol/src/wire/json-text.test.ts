import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeBase64 } from '../bytes.js';
import { fsReadBlock, fsWriteBlock } from '../methods/fs.js';
import { bindRoute, encodeParams } from '../rpc/route.js';
import { encodeResponse } from './codec.js';
import { wireIdFromNumber } from './envelope.js';
import { JsonText, writeAroundPlainText } from './json-text.js';

test('what is written around plain text reads like what was given', () => {
  const base64 = fc.uint8Array({ maxLength: 20 }).map(encodeBase64);
  const value = fc.record(
    {
      chunk: base64,
      body: base64,
      other: fc.jsonValue(),
      'a"b': fc.string(),
      missing: fc.constant(undefined),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(value, (given) => {
      const { text } = writeAroundPlainText(given, ['chunk', 'body', 'absent']);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(given)));
    }),
  );
});

test('blocks travel as written text, in requests and in answers', async () => {
  const chunk = Uint8Array.of(1, 2, 3);
  const sent = encodeParams(fsWriteBlock, { handleId: 'h', offset: 7, chunk });
  expect(sent).toEqual(new JsonText('{"handleId":"h","offset":7,"chunk":"AQID"}'));
  const route = bindRoute(fsReadBlock, () => ({ chunk, eof: true }));
  const id = wireIdFromNumber(1);
  expect(encodeResponse(id, await route({ handleId: 'h', offset: 0, len: 4 }, id))).toBe(
    '{"id":1,"result":{"eof":true,"chunk":"AQID"}}',
  );
});

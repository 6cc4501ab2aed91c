import { expect, test } from 'vitest';
import { bytesOfText, textOfBytes } from './byte-text.js';

const bytes = (...values: readonly number[]): Buffer => Buffer.from(values);

test('UTF-8 is the text that it stands for', () => {
  const text = '/srv/ä/€/𝄞/\ufffd\ufeff';
  expect([textOfBytes(Buffer.from(text)), bytesOfText(text)]).toEqual([text, Buffer.from(text)]);
});

test.each([
  ['a byte that begins nothing', bytes(0x2f, 0xff, 0x61)],
  ['a character that is cut off', bytes(0x2f, 0xe2, 0x82)],
  ['characters around it', Buffer.concat([Buffer.from('ä€'), bytes(0xfe), Buffer.from('𝄞')])],
  ['half of a pair', bytes(0xed, 0xb3, 0xbf)],
  ['a longer form than there is need of', bytes(0xc0, 0xaf)],
])('%s has a text of its own, which leads back', (_, found) => {
  const text = textOfBytes(found);
  expect([bytesOfText(text), text === textOfBytes(Buffer.from(text))]).toEqual([found, false]);
});

test('what is UTF-8 beside other bytes stays as it is', () => {
  expect(textOfBytes(Buffer.concat([Buffer.from('/ä/'), bytes(0xff)]))).toBe('/ä/\udcff');
});

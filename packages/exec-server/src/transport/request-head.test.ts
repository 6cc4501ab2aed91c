import { expect, test } from 'vitest';
import { RequestHead } from './request-head.js';

/** Where the head ends in a text that comes in pieces of so many bytes. */
function endOf(text: string, size: number): number | undefined {
  const head = new RequestHead();
  for (let at = 0; at < text.length; at += size) {
    const end = head.endIn(Buffer.from(text.slice(at, at + size)));
    if (end !== undefined) return at + end;
  }
  return undefined;
}

test.each([
  ['GET / HTTP/1.1\r\na: b\r\n\r\n', 'GET /2'],
  ['GET / HTTP/1.1\na: b\n\n', '\n\n'],
  ['GET / HTTP/1.1\r\na: b\n\r\n', 'GET /2'],
  ['\r\n\n\r\nGET / HTTP/1.1\r\n\r\n', '\r\n\r\n'],
])('%j is one head, however it is cut, and what follows is none of it', (head, rest) => {
  expect([1, 2, 3, 7, 1000].map((size) => endOf(head + rest, size))).toEqual(Array(5).fill(head.length));
});

test.each(['GET / HTTP/1.1\r\n', '\r\n\r\n\r\n', 'GET / HTTP/1.1\r\na: b\r\n \r\n'])(
  '%j is no whole head',
  (text) => {
    expect([1, 1000].map((size) => endOf(text, size))).toEqual([undefined, undefined]);
  },
);

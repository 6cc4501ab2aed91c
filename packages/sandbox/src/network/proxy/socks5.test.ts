import { expect, test } from 'vitest';
import { readGreeting, readSocksRequest, socksReply } from './socks5.js';

const NAME = Buffer.from([5, 1, 0, 3, 3, ...Buffer.from('a.b'), 1, 187, 99]);

test('messages are read whole, and what follows is left', () => {
  expect(readGreeting(Buffer.from([5, 2, 0, 2, 5]))).toEqual({ kind: 'complete', length: 4, value: [0, 2] });
  expect(readSocksRequest(NAME)).toEqual({
    kind: 'complete',
    length: 10,
    value: { command: 1, host: 'a.b', port: 443 },
  });
});

test('addresses are read as text', () => {
  const ipv4 = readSocksRequest(Buffer.from([5, 1, 0, 1, 127, 0, 0, 1, 0, 80]));
  const ipv6 = readSocksRequest(Buffer.from([5, 1, 0, 4, ...Array<number>(15).fill(0), 1, 0, 80]));
  expect([ipv4, ipv6]).toEqual([
    { kind: 'complete', length: 10, value: { command: 1, host: '127.0.0.1', port: 80 } },
    {
      kind: 'complete',
      length: 22,
      value: { command: 1, host: '0000:0000:0000:0000:0000:0000:0000:0001', port: 80 },
    },
  ]);
});

test('a message in pieces is incomplete until its last byte', () => {
  for (let length = 0; length < 10; length += 1) {
    expect(readSocksRequest(NAME.subarray(0, length))).toEqual({ kind: 'incomplete' });
  }
  expect([readGreeting(Buffer.alloc(0)), readGreeting(Buffer.from([5, 2, 0]))]).toEqual([
    { kind: 'incomplete' },
    { kind: 'incomplete' },
  ]);
});

test('other versions and kinds of address are malformed', () => {
  expect([
    readGreeting(Buffer.from([4, 1])),
    readSocksRequest(Buffer.from([4, 1, 0, 1, 1])),
    readSocksRequest(Buffer.from([5, 1, 0, 2, 1])),
  ]).toEqual(Array.from({ length: 3 }, () => ({ kind: 'malformed' })));
});

test('a reply says nothing of where the connection comes from', () => {
  expect([...socksReply(2)]).toEqual([5, 2, 0, 1, 0, 0, 0, 0, 0, 0]);
});

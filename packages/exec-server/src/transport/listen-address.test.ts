import { expect, test } from 'vitest';
import { parseListenUrl } from './listen-address.js';

test.each([
  ['ws://127.0.0.1:0', { kind: 'tcp', host: '127.0.0.1', port: 0 }],
  ['ws://127.9.9.9:7777/', { kind: 'tcp', host: '127.9.9.9', port: 7777 }],
  ['ws://[::1]:80', { kind: 'tcp', host: '::1', port: 80 }],
  ['unix:/run/h.sock', { kind: 'unix', path: '/run/h.sock' }],
  ['stdio', { kind: 'stdio' }],
  ['stdio://', { kind: 'stdio' }],
])('%s is understood', (text, address) => {
  expect(parseListenUrl(text)).toEqual(address);
});

test.each([
  'ws://localhost:0',
  'ws://127.0.0.1',
  'wss://127.0.0.1:1',
  'http://127.0.0.1:1',
  'ws://127.0.0.1:70000',
  'unix:',
  '',
])('%j is refused with the forms that are', (text) => {
  expect(() => parseListenUrl(text)).toThrow(/use ws:\/\/IP:PORT .* unix:PATH, or stdio/);
});

test.each(['ws://0.0.0.0:1', 'ws://10.0.0.1:1', 'ws://[::]:1', 'ws://[::ffff:8.8.8.8]:1'])(
  '%s is refused, since it is not loopback',
  (text) => {
    expect(() => parseListenUrl(text)).toThrow(/loopback only/);
  },
);

test('a socket path that the system has no room for is refused, since Node would cut it', () => {
  expect(parseListenUrl(`unix:/${'x'.repeat(102)}`)).toMatchObject({ kind: 'unix' });
  expect(() => parseListenUrl(`unix:/${'x'.repeat(103)}`)).toThrow(/at most 103 bytes/);
});

import { expect, test } from 'vitest';
import { connectTarget, endToEndHeaders, forwardTarget, hostHeader } from './http-target.js';

const A = { host: 'a.example', isAddress: false };

test('a plain request goes where its whole address says', () => {
  expect([
    forwardTarget('http://A.example/x?y=1', ['Host', 'a.example']),
    forwardTarget('HTTP://a.example:8080', ['hOST', 'a.example:8080']),
    forwardTarget('http://a.example?x', []),
    forwardTarget('http://a.example/x#y', []),
  ]).toEqual([
    { target: { host: A, port: 80 }, path: '/x?y=1' },
    { target: { host: A, port: 8080 }, path: '/' },
    { target: { host: A, port: 80 }, path: '/?x' },
    { target: { host: A, port: 80 }, path: '/x' },
  ]);
});

test.each([
  ['/x', [], 'invalid_target'],
  ['http://u@a.example/', [], 'invalid_target'],
  ['http://a.example%00.b.example/', [], 'invalid_target'],
  ['http://a.example\\@b.example/', [], 'invalid_target'],
  ['http:///x', [], 'invalid_target'],
  ['https://a.example/', [], 'not_supported'],
  ['ftp://a.example/', [], 'not_supported'],
  ['http://a.example/', ['Host', 'b.example'], 'other_host'],
  ['http://a.example/', ['Host', 'a.example:81'], 'other_host'],
  ['http://a.example/', ['Host', 'a.example', 'Host', 'a.example'], 'other_host'],
  ['http://a.example/', ['Host', ''], 'other_host'],
])('%s with %j is refused: %s', (url, headers, reason) => {
  expect(forwardTarget(url, headers)).toMatchObject({ reason });
});

test('CONNECT names a host and a port, and no other host beside', () => {
  expect([
    connectTarget('a.example:443', ['Host', 'a.example:443']),
    connectTarget('a.example:443', ['Host', 'a.example']),
    connectTarget('a.example:443', []),
    connectTarget('a.example', []),
    connectTarget('a.example:443', ['Host', 'b.example:443']),
  ]).toEqual([
    { target: { host: A, port: 443 }, path: '' },
    { target: { host: A, port: 443 }, path: '' },
    { target: { host: A, port: 443 }, path: '' },
    { reason: 'invalid_target', written: 'a.example' },
    { reason: 'other_host', written: 'b.example:443' },
  ]);
});

test('headers of this hop are not passed on', () => {
  const raw = [
    ...['Accept', '*/*', 'Connection', 'keep-alive, X-Hop', 'X-Hop', '1', 'Proxy-Authorization', 'secret'],
    ...['Host', 'a.example', 'Cookie', 'a=1', 'Cookie', 'b=2'],
  ];
  expect(endToEndHeaders(raw, { connection: 'keep-alive, X-Hop' }, ['host'])).toEqual([
    ...['Accept', '*/*', 'Cookie', 'a=1', 'Cookie', 'b=2'],
  ]);
});

test('a Host header names the port unless it is the usual one', () => {
  const ipv6 = { host: '::1', isAddress: true };
  expect([
    hostHeader({ host: A, port: 80 }),
    hostHeader({ host: A, port: 8080 }),
    hostHeader({ host: ipv6, port: 8080 }),
  ]).toEqual(['a.example', 'a.example:8080', '[::1]:8080']);
});

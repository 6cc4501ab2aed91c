import { expect, test } from 'vitest';
import { MAX_HOST_LENGTH } from '../limits.js';
import { canonicalHost, splitAuthority } from './canonical-host.js';

test.each([
  ['Example.COM', 'example.com'],
  ['example.com.', 'example.com'],
  ['under_score.example', 'under_score.example'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['ⓔxample.com', 'example.com'],
  ['раypal.com', 'xn--ypal-43d9g.com'],
])('%s is the name %s', (written, host) => {
  expect(canonicalHost(written)).toEqual({ host, isAddress: false });
});

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['127.0.0.1.', '127.0.0.1'],
  ['2130706433', '127.0.0.1'],
  ['0x7f000001', '127.0.0.1'],
  ['0177.0.0.1', '127.0.0.1'],
  ['127.1', '127.0.0.1'],
  ['0x7f.1', '127.0.0.1'],
  ['１２７．０．０．１', '127.0.0.1'],
  ['[::ffff:127.0.0.1]', '127.0.0.1'],
  ['::ffff:7f00:1', '127.0.0.1'],
  ['[0:0:0:0:0:FFFF:A9FE:A9FE]', '169.254.169.254'],
  ['[0:0::0:1]', '::1'],
  ['0', '0.0.0.0'],
])('%s is the address %s', (written, host) => {
  expect(canonicalHost(written)).toEqual({ host, isAddress: true });
});

test.each([
  ...[
    '',
    '.',
    'a..b',
    'a b',
    'a\tb',
    'a\nb',
    'a\0b',
    'a%00b',
    '%6cocalhost',
    'user@host',
    'a/b',
    'a\\b',
    'a?b',
  ],
  ...[
    'a#b',
    'a:80',
    '[::1',
    '[localhost]',
    '[fe80::1%eth0]',
    'fe80::1%25eth0',
    '256.256.256.256',
    '1.2.3.4.5',
  ],
  ...['-a.example', 'a-.example', `${'a'.repeat(64)}.example`, `${'a.'.repeat(127)}aa`],
])('%j is no host', (written) => {
  expect(canonicalHost(written)).toBeUndefined();
});

test('a name has so many characters and no more', () => {
  const longest = `${'a.'.repeat((MAX_HOST_LENGTH - 1) / 2)}a`;
  expect(canonicalHost(longest)).toEqual({ host: longest, isAddress: false });
  expect(canonicalHost(`a${longest}`)).toBeUndefined();
});

test('the port of an authority is what is written, or the default', () => {
  const host = { host: 'a.example', isAddress: false };
  expect([
    splitAuthority('A.example:8080', undefined),
    splitAuthority('a.example', 80),
    splitAuthority('[::1]:443', undefined),
  ]).toEqual([
    { host, port: 8080 },
    { host, port: 80 },
    { host: { host: '::1', isAddress: true }, port: 443 },
  ]);
});

test.each([
  'a.example',
  'a.example:0',
  'a.example:65536',
  'a.example:',
  'a.example:+80',
  'u@a.example:80',
  '::1:80:',
])('%s does not name a host and a port', (authority) => {
  expect(splitAuthority(authority, undefined)).toBeUndefined();
});

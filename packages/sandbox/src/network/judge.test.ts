import { ExecError } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import { MAX_HOST_RULES, MAX_LOOPBACK_PORTS } from '../limits.js';
import { splitAuthority } from './canonical-host.js';
import { loopbackTargets, parseHostRules, type Target } from './host-rules.js';
import { judgeTarget, usableAddresses } from './judge.js';

const RULES = parseHostRules({
  allow: [
    'a.example',
    'b.example:8443',
    '*.c.example',
    '**.d.example',
    'localhost:3000',
    '10.0.0.5:5432',
    '8.8.8.8',
  ],
  deny: ['bad.c.example', '*.worse.d.example', 'a.example:80'],
});

function target(authority: string): Target {
  const parsed = splitAuthority(authority, 443);
  if (parsed === undefined) throw new Error(`${authority} names no target`);
  return parsed;
}

function verdictOn(authority: string, rules = RULES): string {
  const verdict = judgeTarget(rules, target(authority));
  return verdict.decision === 'allow'
    ? `allow by ${verdict.rule}`
    : `${verdict.reason}${verdict.rule === undefined ? '' : ` by ${verdict.rule}`}`;
}

describe('a target', () => {
  test.each([
    ['a.example', 'allow by a.example'],
    ['a.example:80', 'denied by a.example:80'],
    ['a.example:22', 'not_allowed_port by a.example'],
    ['b.example:8443', 'allow by b.example:8443'],
    ['b.example:443', 'not_allowed_port by b.example:8443'],
    ['x.b.example', 'not_allowed'],
    ['x.c.example', 'allow by *.c.example'],
    ['x.y.c.example', 'allow by *.c.example'],
    ['c.example', 'not_allowed'],
    ['notc.example', 'not_allowed'],
    ['bad.c.example:443', 'denied by bad.c.example'],
    ['bad.c.example:9', 'denied by bad.c.example'],
    ['d.example', 'allow by **.d.example'],
    ['x.worse.d.example', 'denied by *.worse.d.example'],
    ['worse.d.example', 'allow by **.d.example'],
    ['localhost:3000', 'allow by localhost:3000'],
    ['localhost:3001', 'not_allowed_port by localhost:3000'],
    ['x.localhost:3000', 'not_allowed_local'],
    ['127.0.0.1:3000', 'not_allowed_local'],
    ['10.0.0.5:5432', 'allow by 10.0.0.5:5432'],
    ['167772165:5432', 'allow by 10.0.0.5:5432'],
    ['10.0.0.6:5432', 'not_allowed_local'],
    ['8.8.8.8', 'allow by 8.8.8.8'],
    ['8.8.4.4', 'not_allowed'],
    ['0xa9fea9fe:80', 'not_allowed_local'],
  ])('%s: %s', (authority, verdict) => {
    expect(verdictOn(authority)).toBe(verdict);
  });

  test.each(['localhost', '127.0.0.1', '127.0.0.2', '[::1]', '0.0.0.0', '[::]', '2130706433'])(
    'a denied %s is the whole loopback, in every spelling',
    (denied) => {
      const spellings = ['localhost', 'x.localhost', '127.0.0.1', '127.0.0.2', '[::1]', '0.0.0.0', '[::]'];
      const judged = (port: string, deny: string): readonly string[] => {
        const allow = spellings.map((spelling) => `${spelling}:${port}`);
        return allow.map((authority) => verdictOn(authority, parseHostRules({ allow, deny: [deny] })));
      };
      const by = (line: string): readonly string[] => spellings.map(() => `denied by ${line}`);
      expect([judged('3000', denied), judged('3000', `${denied}:3000`)]).toEqual([
        by(denied),
        by(`${denied}:3000`),
      ]);
      expect(judged('3001', `${denied}:3000`)).toEqual(
        spellings.map((spelling) => `allow by ${spelling}:3001`),
      );
    },
  );

  test('every name means no addresses, and not this machine', () => {
    const rules = parseHostRules({ allow: ['*'], deny: [] });
    expect(
      ['x.example', '8.8.8.8', 'localhost', 'x.localhost'].map((host) => verdictOn(host, rules)),
    ).toEqual(['allow by *', 'not_allowed', 'not_allowed_local', 'not_allowed_local']);
  });
});

describe('the addresses of a name', () => {
  const OWN = ['93.184.216.1', '2606:2800::1', '10.0.0.9'];

  const usable = (authority: string, addresses: readonly string[], rules = RULES): readonly string[] =>
    usableAddresses(rules, target(authority), addresses, OWN);

  test('only public ones are used, and none of this machine', () => {
    const all = [
      ...[
        '93.184.216.34',
        '2606:2800:220:1::1',
        '93.184.216.1',
        '2606:2800::1',
        '127.0.0.1',
        '::1',
        '0.0.0.0',
        '::',
      ],
      ...['10.1.2.3', '172.16.0.1', '192.168.1.1', '100.100.100.200', '169.254.169.254', '168.63.129.16'],
      ...['192.0.0.192', '224.0.0.1', '255.255.255.255', '198.18.0.1', 'fd00:ec2::254', 'fe80::1', 'ff02::1'],
      ...['64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:7f00:1::', '::7f00:1', '2001:db8::1'],
    ];
    expect(usable('a.example', all)).toEqual(['93.184.216.34', '2606:2800:220:1::1']);
  });

  test('another one is used where it is listed itself, with that port', () => {
    expect([
      usable('b.example:5432', ['10.0.0.5', '10.0.0.6']),
      usable('b.example:80', ['10.0.0.5']),
      usable('localhost:3000', ['127.0.0.1', '::1']),
      usable('a.example:3000', ['127.0.0.1']),
      usable('a.example:3001', ['127.0.0.1']),
    ]).toEqual([['10.0.0.5'], [], ['127.0.0.1', '::1'], ['127.0.0.1'], []]);
  });

  test('one of this machine is used where it is listed with its port, and not where it is listed without', () => {
    const rules = parseHostRules({
      allow: [
        '93.184.216.1',
        '[2606:2800::1]',
        '10.0.0.9',
        '10.0.0.9:8080',
        '*',
        'localhost:3000',
        '0.0.0.0:3001',
      ],
      deny: ['10.0.0.9:9000'],
    });
    const all = [...OWN, '127.0.0.1', '::1', '0.0.0.0', '::'];
    expect(
      [80, 443, 8080, 3000, 3001, 9000].map((port) => [port, usable(`a.example:${port}`, all, rules)]),
    ).toEqual([
      [80, []],
      [443, []],
      [8080, ['10.0.0.9']],
      [3000, ['127.0.0.1', '::1', '0.0.0.0', '::']],
      [3001, ['0.0.0.0']],
      [9000, []],
    ]);
  });

  test('a denied one is not used', () => {
    const rules = parseHostRules({ allow: ['a.example'], deny: ['93.184.216.34'] });
    expect(usable('a.example', ['93.184.216.34', '93.184.216.35'], rules)).toEqual(['93.184.216.35']);
    const loopback = parseHostRules({ allow: ['a.example:3000', 'localhost:3000'], deny: ['127.0.0.1'] });
    expect(usable('a.example:3000', ['127.0.0.1', '127.0.0.2', '::1'], loopback)).toEqual([]);
  });
});

describe('lists', () => {
  test('ports of this machine are known by number', () => {
    const rules = parseHostRules({
      allow: ['localhost:3000', '127.0.0.1:3001', '[::1]:3000', '10.0.0.1:9'],
      deny: [],
    });
    expect(loopbackTargets(rules)).toEqual([
      { host: { host: '::1', isAddress: true }, port: 3000 },
      { host: { host: '127.0.0.1', isAddress: true }, port: 3001 },
    ]);
  });

  test.each([
    ['*.com', 'network: *.com would cover hosts of too many owners; name a domain, such as *.example.com'],
    [
      '*.10.0.0.1',
      'network: *.10.0.0.1 would cover hosts of too many owners; name a domain, such as *.example.com',
    ],
    [
      'localhost',
      'network: localhost is this machine, of which single ports can be allowed; write localhost:PORT',
    ],
    ['0.0.0.0', 'network: 0.0.0.0 is this machine, of which single ports can be allowed; write 0.0.0.0:PORT'],
    ['0', 'network: 0 is this machine, of which single ports can be allowed; write 0:PORT'],
    ['[::]', 'network: [::] is this machine, of which single ports can be allowed; write [::]:PORT'],
    [
      '[::ffff:0:0]',
      'network: [::ffff:0:0] is this machine, of which single ports can be allowed; write [::ffff:0:0]:PORT',
    ],
    ['a.example:0', 'network: a.example:0 has no port between 1 and 65535'],
    ['localhost:abc', 'network: localhost:abc has no port between 1 and 65535'],
    ['a.example:', 'network: a.example: has no port between 1 and 65535'],
    ['[::1]:123456', 'network: [::1]:123456 has no port between 1 and 65535'],
    ['https://a.example', 'network: "https://a.example" is no host; write HOST, HOST:PORT or *.HOST'],
    ['a.*.example', 'network: "a.*.example" is no host; write HOST, HOST:PORT or *.HOST'],
    ['', 'network: "" is no host; write HOST, HOST:PORT or *.HOST'],
  ])('%j cannot be allowed', (line, message) => {
    expect(() => parseHostRules({ allow: [line], deny: [] })).toThrow(
      new ExecError('sandboxUnsupported', message),
    );
  });

  test('too long ones are refused', () => {
    const lines = Array.from({ length: MAX_HOST_RULES }, (_, at) => `h${at}.example`);
    expect(parseHostRules({ allow: lines, deny: [] }).allow).toHaveLength(MAX_HOST_RULES);
    expect(() => parseHostRules({ allow: lines, deny: ['one.more'] })).toThrow('lists more than 1024 hosts');
    const ports = Array.from({ length: MAX_LOOPBACK_PORTS + 1 }, (_, at) => `localhost:${at + 1}`);
    expect(() => parseHostRules({ allow: ports, deny: [] })).toThrow(
      'lists more than 64 ports of this machine',
    );
  });
});

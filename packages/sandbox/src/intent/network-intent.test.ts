import { ExecError, MAX_POLICY_DECISION_TIMEOUT_MS } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { MAX_HOST_RULES } from '../limits.js';
import { type NetworkMembers, parseNetworkIntent } from './network-intent.js';

const PROXY = {
  enabled: true,
  enableSocks5: true,
  enableSocks5Udp: true,
  allowUpstreamProxy: true,
  dangerouslyAllowAllUnixSockets: false,
  mode: 'full',
  domains: null,
  unixSockets: null,
  allowLocalBinding: false,
};

function patternsOf(members: NetworkMembers, env: Readonly<Record<string, string>> = {}): unknown {
  const intent = parseNetworkIntent(members, env);
  if (intent === undefined) return undefined;
  const { rules, ...others } = intent;
  const { allow, deny } = rules;
  return {
    allow: allow.map(({ pattern }) => pattern),
    deny: deny.map(({ pattern }) => pattern),
    ...others,
  };
}

/** A table of so many wrong values. */
function wrong(count: number): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`n${String(at)}`, 1]));
}

test('lists, ports, and how long to ask, come from where the wire has them', () => {
  const domains = {
    'a.example': 'allow',
    '*.b.example:8443': 'allow',
    'c.example': 'deny',
    'd.example': 'none',
  };
  expect([
    patternsOf({}),
    patternsOf({ managedNetwork: { loopbackPorts: [1] } }),
    patternsOf({ networkProxy: { proxy: PROXY } }),
    patternsOf({
      enforceManagedNetwork: true,
      managedNetwork: { loopbackPorts: [3000], allowLocalBinding: true, later: 1 },
      networkProxy: {
        proxy: { ...PROXY, domains, enableSocks5: false },
        policyDecisionTimeoutMs: 2000,
        later: 1,
      },
    }),
  ]).toEqual([
    undefined,
    undefined,
    { allow: [], deny: [], proxy: { servesSocks: true }, decisionTimeoutMs: undefined },
    {
      allow: ['a.example', '*.b.example:8443', 'localhost:3000'],
      deny: ['c.example'],
      proxy: { servesSocks: false },
      decisionTimeoutMs: 2000,
    },
  ]);
});

test('a proxy that the peer has on this machine is found in what it lists and in the variables', () => {
  const env = {
    http_proxy: 'http://127.0.0.1:3128',
    HTTPS_PROXY: 'localhost:3129/',
    ALL_PROXY: 'socks5h://somebody:secret@127.0.0.1:1080',
    FTP_PROXY: 'http://proxy.example:3130',
    NO_PROXY: '127.0.0.1:3131',
    WS_PROXY: 'http://127.0.0.1:99999',
    GRPC_PROXY: 'http://127.0.0.1',
  };
  expect(
    patternsOf({ enforceManagedNetwork: true, managedNetwork: { loopbackPorts: [8080, 3128] } }, env),
  ).toEqual({
    allow: ['localhost:8080', 'localhost:3128', 'localhost:3129', 'localhost:1080'],
    deny: [],
    proxy: null,
    decisionTimeoutMs: undefined,
  });
});

test.each([
  ['nothing to enforce', {}, /^enforceManagedNetwork: nothing says what may be reached; send networkProxy, /],
  ['no proxy in it', { networkProxy: {} }, /^networkProxy.proxy: must be object$/],
  ['a port that is none', { managedNetwork: { loopbackPorts: [0] } }, /^managedNetwork.loopbackPorts.0: /],
  [
    'what could restrict',
    { networkProxy: { proxy: { ...PROXY, mitm: true } } },
    /^networkProxy.proxy: mitm: not known here, .*; leave it out$/,
  ],
  [
    'a denied socket',
    { networkProxy: { proxy: { ...PROXY, unixSockets: { '/run/x': 'deny' } } } },
    /^networkProxy.proxy.unixSockets.\/run\/x: must be allow or none; deny the path in sandbox.permissions$/,
  ],
  [
    'no time to ask',
    { networkProxy: { proxy: PROXY, policyDecisionTimeoutMs: 0 } },
    /policyDecisionTimeoutMs/,
  ],
  [
    'more time than there is',
    { networkProxy: { proxy: PROXY, policyDecisionTimeoutMs: MAX_POLICY_DECISION_TIMEOUT_MS + 1 } },
    /^networkProxy.policyDecisionTimeoutMs: /,
  ],
  [
    'a list of hosts that is too long, before any of them',
    { networkProxy: { proxy: { ...PROXY, domains: wrong(MAX_HOST_RULES + 1) } } },
    /^networkProxy.proxy.domains: lists more than 1024 entries; use wildcards such as \*.example.com$/,
  ],
  [
    'a list of sockets that is too long, before any of them',
    { networkProxy: { proxy: { ...PROXY, unixSockets: wrong(MAX_HOST_RULES + 1) } } },
    /^networkProxy.proxy.unixSockets: lists more than 1024 entries; leave out those with none$/,
  ],
  [
    'each of the hosts that are wrong',
    { networkProxy: { proxy: { ...PROXY, domains: wrong(2) } } },
    /^networkProxy.proxy.domains.n0: .*; networkProxy.proxy.domains.n1: .*$/,
  ],
  [
    'this machine as a whole',
    { networkProxy: { proxy: { ...PROXY, domains: { '127.0.0.1': 'allow' } } } },
    /^networkProxy.proxy.domains: 127.0.0.1 .* write 127.0.0.1:PORT$/,
  ],
])('%s is refused by its place, with the remedy', (_, members, message) => {
  const refused = (): unknown => parseNetworkIntent({ enforceManagedNetwork: true, ...members }, {});
  expect(refused).toThrow(ExecError);
  expect(refused).toThrow(message);
});

import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { type AccessPolicy, createToken, refuseBrowser, refuseStranger } from './auth.js';

const POLICY: AccessPolicy = { token: 'right', allowedHosts: ['devbox.example'] };

function request(headers: Record<string, string>): IncomingMessage {
  return { headers: { host: '127.0.0.1:7777', ...headers } } as unknown as IncomingMessage;
}

function entry(headers: Record<string, string>, path = '/'): number | undefined {
  const asked = request(headers);
  return (refuseBrowser(asked, POLICY) ?? refuseStranger(asked, new URL(path, 'ws://x'), POLICY))?.status;
}

test('the token opens the door in the header, in any case of the scheme, and in the query', () => {
  expect(entry({ authorization: 'Bearer right' })).toBeUndefined();
  expect(entry({ authorization: 'bEaReR   right  ' })).toBeUndefined();
  expect(entry({}, '/?token=right')).toBeUndefined();
});

test('no token, another token and another scheme stay outside', () => {
  expect(entry({})).toBe(401);
  expect(entry({ authorization: 'Bearer wrong' })).toBe(401);
  expect(entry({ authorization: 'Basic cmlnaHQ=' })).toBe(401);
  expect(entry({ authorization: 'Basic cmlnaHQ=' }, '/?token=right')).toBe(401);
  expect(entry({}, '/?token=')).toBe(401);
});

test('an Origin header is refused whatever else is right, even an empty one', () => {
  expect(entry({ authorization: 'Bearer right', origin: 'http://localhost' })).toBe(403);
  expect(entry({ authorization: 'Bearer right', origin: '' })).toBe(403);
});

test('Host may be an IP address, localhost or a name that was allowed', () => {
  const hosts = [
    '10.0.0.7:1',
    '[::1]:7777',
    'localhost',
    'LOCALHOST:80',
    'DevBox.example:7777',
    'evil.example',
    '',
  ];
  const verdicts = hosts.map((host) => entry({ host, authorization: 'Bearer right' }));
  expect(verdicts).toEqual([undefined, undefined, undefined, undefined, undefined, 403, 403]);
});

test('a Unix socket asks for neither host nor token', () => {
  const policy = { token: null, allowedHosts: null };
  const asked = request({ host: 'anything' });
  expect(refuseBrowser(asked, policy) ?? refuseStranger(asked, new URL('ws://x'), policy)).toBeUndefined();
});

test('fresh tokens have 32 random bytes', () => {
  const [one, other] = [createToken(), createToken()];
  expect(Buffer.from(one, 'base64url')).toHaveLength(32);
  expect(one).not.toBe(other);
});

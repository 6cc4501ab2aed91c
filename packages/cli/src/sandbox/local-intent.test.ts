import { expect, test } from 'vitest';
import { inOptions, type LocalPermissions, localIntent, namesOfRules } from './local-intent.js';

const PERMISSIONS: LocalPermissions = {
  write: ['/ws', '/srv/../srv/b'],
  read: ['/ws/Makefile'],
  deny: ['/ws/key'],
  temporary: '/tmp/own',
  network: 'off',
  hosts: undefined,
};

test('a rule is named by the option that it came from', () => {
  const { permissions } = localIntent(PERMISSIONS);
  const files = permissions.type === 'managed' ? permissions.file_system : expect.unreachable();
  const entries = files.type === 'restricted' ? files.entries : expect.unreachable();
  const nameOf = namesOfRules(PERMISSIONS);
  const named = entries.map(({ path, access }, at) => {
    const where = path.type === 'path' ? path.path : path.type;
    const entry = `sandbox.permissions.file_system.entries.${at}`;
    return [access, where, nameOf({ source: 'intent', entry })];
  });
  expect(named).toEqual([
    ['read', 'special', 'unless told otherwise'],
    ['write', 'file:///ws', '--write /ws'],
    ['write', 'file:///srv/b', '--write /srv/../srv/b'],
    ['write', 'file:///tmp/own', 'its temporary directory'],
    ['read', 'file:///ws/Makefile', '--read /ws/Makefile'],
    ['deny', 'file:///ws/key', '--deny /ws/key'],
  ]);
});

test('what is said of entries is said of options', () => {
  const text =
    'sandbox.permissions.file_system.entries.1: /ws is odd, since sandbox.permissions.file_system.entries.5 denies it';
  expect(inOptions(text, PERMISSIONS)).toBe('--write /ws: /ws is odd, since --deny /ws/key denies it');
});

test('what no option asked for is named by what it is for', () => {
  const nameOf = namesOfRules(PERMISSIONS);
  const others = [
    { source: 'intent', entry: 'sandbox.permissions.network' },
    { source: 'default', entry: 'ownRecords' },
    { source: 'default', entry: 'ofALaterVersion' },
  ] as const;
  expect(others.map(nameOf)).toEqual([
    '--net off',
    'the protection of the records of sandboxes',
    'ofALaterVersion',
  ]);
});

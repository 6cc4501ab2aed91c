import { expect, test } from 'vitest';
import { policyOf } from '../policy/testing/rules.js';
import { DEFAULT_CEILING, scanTargets } from './ceiling.js';

test('directories with rules of their own are left out below others, and so is what cannot be written', () => {
  const rules = [
    'read /',
    'write /ws',
    'write /ws/sub',
    'read /ws/sub/kept',
    'deny /ws/secret',
    'read /ws/lacking/',
  ];
  const targets = scanTargets(policyOf(rules), DEFAULT_CEILING);
  expect(targets.map(({ root, except }) => [root, [...except]])).toEqual([
    ['/ws', ['/ws/lacking', '/ws/secret', '/ws/sub']],
    ['/ws/sub', ['/ws/sub/kept']],
  ]);
});

test('a file that may be written is not left out, nor what may be made: a command can have a repository there', () => {
  const targets = scanTargets(policyOf(['write /ws', 'write /ws/file', 'write /ws/made/']), DEFAULT_CEILING);
  expect(targets.map(({ root, except }) => [root, [...except]])).toEqual([['/ws', []]]);
});

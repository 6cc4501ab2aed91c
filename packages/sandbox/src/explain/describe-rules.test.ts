import { expect, test } from 'vitest';
import type { Access, PathRule } from '../policy/path-rule.js';
import { describeRules } from './describe-rules.js';

function rule(path: string, access: Access, kind: PathRule['kind'], entry = 'own'): PathRule {
  return { path, access, kind, identity: undefined, origin: { source: 'default', entry }, isShared: false };
}

test('names that are missing in one directory stand in one line, by who keeps them so', () => {
  const rules = [
    rule('/', 'read', 'directory'),
    rule('/.a', 'read', 'missing'),
    rule('/.b', 'read', 'missing'),
    rule('/ws', 'write', 'directory', 'typed'),
    rule('/ws/.a', 'read', 'missing'),
    rule('/ws/.b', 'read', 'file'),
    rule('/ws/.c', 'read', 'missing'),
    rule('/ws/.d', 'deny', 'missing'),
    rule('/ws/.e', 'read', 'missing', 'typed'),
    rule('/ws/.f/.a', 'read', 'missing'),
    rule('/ws/.g', 'read', 'missing'),
  ];
  const asked = new Map<string, Access>(['/ws/.a', '/ws/.b', '/ws/.c'].map((path) => [path, 'write']));
  expect(describeRules(rules, asked, ({ entry }) => entry)).toEqual([
    '  read  /    [own]',
    '  read  /: .a, .b (do not exist, and cannot be created)    [own]',
    '  write /ws    [typed]',
    '  read  /ws: .a, .c (do not exist, and cannot be created; asked for: write)    [own]',
    '  read  /ws/.b (asked for: write)    [own]',
    '  deny  /ws/.d (does not exist, and cannot be created)    [own]',
    '  read  /ws/.e (does not exist, and cannot be created)    [typed]',
    '  read  /ws/.f/.a (does not exist, and cannot be created)    [own]',
    '  read  /ws/.g (does not exist, and cannot be created)    [own]',
  ]);
});

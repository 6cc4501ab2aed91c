import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { indexRules, mergeRules } from './access.js';
import { intersect, withoutRedundant } from './intersect.js';
import type { Access } from './path-rule.js';
import { listOf } from './rule-origin.js';
import { linesOf, rule, ruleAt } from './testing/rules.js';

const STRENGTH: Readonly<Record<Access, number>> = { deny: 0, read: 1, write: 2 };

function stricter(one: Access, other: Access): Access {
  return STRENGTH[one] <= STRENGTH[other] ? one : other;
}

describe('what is asked for and what is allowed', () => {
  test.each<[string, readonly string[], readonly string[], readonly string[]]>([
    [
      'a maximum of everything changes nothing',
      ['read /', 'write /ws'],
      ['write /'],
      ['read /', 'write /ws'],
    ],
    ['a maximum of nothing leaves nothing', ['read /', 'write /ws'], [], []],
    ['writing is narrowed to reading', ['write /ws'], ['read /'], ['read /ws']],
    ['a wider request is cut to what is allowed', ['write /'], ['write /ws'], ['write /ws']],
    [
      'a protected path inside a writable one is kept',
      ['write /ws'],
      ['write /', 'read /ws/.git'],
      ['write /ws', 'read /ws/.git'],
    ],
    [
      'a path below a protected one does not come back',
      ['write /ws', 'write /ws/.git/x'],
      ['write /', 'read /ws/.git'],
      ['write /ws', 'read /ws/.git'],
    ],
    ['a denied path stays denied', ['read /', 'deny /home'], ['write /'], ['read /', 'deny /home']],
    [
      'a stricter request stands',
      ['read /', 'write /ws', 'deny /ws/.git'],
      ['write /', 'read /ws/.git'],
      ['read /', 'write /ws', 'deny /ws/.git'],
    ],
  ])('%s', (_, asked, maximum, left) => {
    const { rules } = intersect(
      asked.map((line) => rule(line)),
      maximum.map((line) => rule(line)),
    );
    expect(linesOf(withoutRedundant(rules))).toEqual(left);
  });

  test('each directory that is named keeps its rule', () => {
    const { rules } = intersect([rule('write /tmp'), rule('write /tmp/ws')], [rule('write /')]);
    expect(linesOf(rules)).toEqual(['deny /', 'write /tmp', 'write /tmp/ws']);
  });

  test('the narrowing is told, with the rule that made it', () => {
    const { narrowed } = intersect(
      [rule('write /ws'), rule('read /etc')],
      [rule('write /ws'), rule('read /ws/.git')],
    );
    expect(narrowed).toEqual([
      { path: '/etc', asked: 'read', granted: 'deny', origin: listOf('ceiling') },
      { path: '/ws/.git', asked: 'write', granted: 'read', origin: ruleAt('/ws/.git') },
    ]);
  });

  test('why a maximum denies a directory is told of all that is asked for in it', () => {
    const whole = { directory: '/ws', why: 'it is full' };
    const maximum = [rule('write /'), rule('deny /ws', { whole }), rule('deny /srv', { byLink: '/a' })];
    const { rules } = intersect(
      ['write /ws', 'write /ws/d', 'write /srv/d'].map((line) => rule(line)),
      maximum,
    );
    expect(rules.map(({ path, byLink, whole: its }) => [path, byLink, its])).toEqual([
      ['/', undefined, undefined],
      ['/srv', '/a', undefined],
      ['/srv/d', undefined, undefined],
      ['/ws', undefined, whole],
      ['/ws/d', undefined, whole],
    ]);
  });

  const path = fc
    .array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 })
    .map((names) => `/${names.join('/')}`);
  const access = fc.constantFrom<Access>('deny', 'read', 'write');
  const rules = fc
    .array(fc.tuple(access, path), { maxLength: 8 })
    .map((lines) => mergeRules(lines.map(([word, at]) => rule(`${word} ${at}`))));

  test('at every path the stricter of both holds', () => {
    fc.assert(
      fc.property(rules, rules, path, (asked, maximum, at) => {
        const left = intersect(asked, maximum).rules;
        const strict = stricter(indexRules(asked).accessAt(at), indexRules(maximum).accessAt(at));
        expect(indexRules(left).accessAt(at)).toBe(strict);
        expect(indexRules(withoutRedundant(left)).accessAt(at)).toBe(strict);
      }),
    );
  });
});

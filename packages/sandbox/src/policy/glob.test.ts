import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_BRACE_TEXTS, MAX_PATTERN_CHARACTERS } from '../limits.js';
import { compileGlob, UnknownForm } from './glob.js';
import { codeOf, matchesNaively } from './testing/naive-glob.js';

test.each<[string, string, readonly string[], readonly string[]]>([
  [
    '**/*.env',
    '/ws',
    ['/ws/.env', '/ws/a/x.env', '/ws/a/b/c.env'],
    ['/ws/env', '/other/.env', '/ws/x.env/y'],
  ],
  ['*.env', '/ws', ['/ws/a.env'], ['/ws/a/b.env']],
  ['/srv/?/key', '/ws', ['/srv/a/key'], ['/srv/ab/key', '/srv//key']],
  ['secret/**', '/ws', ['/ws/secret/a', '/ws/secret/a/b', '/ws/secret'], ['/ws/secrets']],
  ['[ab].[!c]', '/ws', ['/ws/a.x', '/ws/b.d'], ['/ws/c.x', '/ws/a.c', '/ws/a./']],
  ['*.{pem,key}', '/ws', ['/ws/a.pem', '/ws/a.key'], ['/ws/a.txt']],
  ['[].x', '/ws', ['/ws/[].x'], ['/ws/a.x', '/ws/.x']],
  ['[]].[!]]', '/ws', ['/ws/].a'], ['/ws/].]', '/ws/a.a']],
  ['a+(b).c', '/ws', ['/ws/a+(b).c'], ['/ws/aab.c']],
  ['?.key', '/ws', ['/ws/😀.key', '/ws/é.key'], ['/ws/😀😀.key', '/ws/.key']],
  ['x[!a-z][😀-😎].{🔑,crt}', '/ws', ['/ws/x😀😁.crt', '/ws/xé😎.🔑'], ['/ws/xa😀.crt', '/ws/x😀😏.crt']],
  ['/**/id_rsa', '/ws', ['/id_rsa', '/root/.ssh/id_rsa'], ['/root/.ssh/id_rsa.pub']],
])('%s below %s', (pattern, directory, matching, others) => {
  const glob = compileGlob(pattern, directory);
  expect([...matching, ...others].filter((path) => glob.matches(path))).toEqual(matching);
});

test.each([
  ['*a'.repeat(100), 'a'.repeat(250)],
  [`*${'[a-z]'.repeat(50)}*!`, 'a'.repeat(250)],
  ['**/a/'.repeat(20), 'a/'.repeat(1000)],
  ['{a,aa}{a,aa}{a,aa}{a,aa}*{a,aa}*{a,aa}*b', 'a'.repeat(250)],
  [`*${'?'.repeat(100)}${'*'.repeat(50)}b`, 'a'.repeat(250)],
])('%s does not match what it could be tried on in countless ways', (pattern, path) => {
  const glob = compileGlob(`${pattern}b`, '/ws');
  expect([glob.matches(`/ws/${path}`), glob.matches(`/ws/${path}/c`)]).toEqual([false, false]);
});

test.each([
  ['{.env,conf/secret}', 'has a brace around a slash'],
  ['{a,{b,c}}.key', 'has a brace around a slash, around another one or alone'],
  ['conf/x{', 'has a brace around a slash, around another one or alone'],
  ['{[ab].key,c}', 'has a class in braces'],
  ['[[:alpha:]].key', 'has a class by its name'],
  ['[!x[:digit:]_]', 'has a class by its name'],
  ['[[.hyphen.]]', 'has a class by its name'],
  ['!**/x', 'begins with a !'],
  ['~/.ssh/**', 'begins with a ~'],
  ['$HOME/.ssh', 'begins with a variable'],
  ['${HOME}/.ssh', 'begins with a variable'],
  ['**/@(.env|x)', 'has alternatives in parentheses'],
  ['**/+(a)', 'has alternatives in parentheses'],
  ['**/!(x)', 'has alternatives in parentheses'],
  ['**/?(a|b).pem', 'has alternatives in parentheses'],
  ['**/.env|**/x', 'has a bar'],
  ['**/secret{1..2}', 'has a range in braces'],
])('%s, which means something elsewhere, is not taken for a pattern', (pattern, why) => {
  expect(() => compileGlob(pattern, '/ws')).toThrow(UnknownForm);
  expect(() => compileGlob(pattern, '/ws')).toThrow(why);
});

test.each([
  ['/', '/ws'],
  ['///', '/ws'],
  ['/.', '/ws'],
  ['', '/'],
  ['./', '/'],
])('%j below %s, which is the root, is not taken for a pattern', (pattern, directory) => {
  expect(() => compileGlob(pattern, directory)).toThrow(
    new UnknownForm(
      'means the root of all files, which no pattern denies; send what is to be denied below it',
    ),
  );
});

test('the directory below which a pattern hangs may be matched itself', () => {
  expect(compileGlob('./', '/ws').matches('/ws')).toBe(true);
});

test.each([
  ['**/* (1).txt', '/ws/a (1).txt'],
  ['**/*(1).txt', '/ws/a(1).txt'],
  ['[~]/x', '/ws/~/x'],
  ['[$]HOME', '/ws/$HOME'],
  ['a$b', '/ws/a$b'],
  ['**/!x', '/ws/!x'],
  ['a[|]b', '/ws/a|b'],
  ['a[x|y]b', '/ws/a|b'],
  ['**/a+(b)', '/ws/a+(b)'],
  ['@[(]a)', '/ws/@(a)'],
  ['{..,a..}b', '/ws/a..b'],
])('what is meant as characters in %s is taken for that', (pattern, path) => {
  expect(compileGlob(pattern, '/ws').matches(path)).toBe(true);
});

test('braces and colons can be meant as characters', () => {
  const glob = compileGlob('[{]a[}][[:]}', '/ws');
  expect(['/ws/{a}[}', '/ws/{a}:}', '/ws/{a}x}'].filter((path) => glob.matches(path))).toEqual([
    '/ws/{a}[}',
    '/ws/{a}:}',
  ]);
});

test('braces stand for so many texts, and no more', () => {
  const most = Math.log2(MAX_BRACE_TEXTS);
  expect(compileGlob('{a,b}'.repeat(most), '/ws').matches(`/ws/${'ab'.repeat(most / 2)}`)).toBe(true);
  expect(() => compileGlob('{a,b}'.repeat(most + 1), '/ws')).toThrow(
    new RangeError(`stands for more than ${MAX_BRACE_TEXTS} texts by its braces`),
  );
});

test.each([
  ['**/*.env', '/ws', '/ws', Number.POSITIVE_INFINITY],
  ['/srv/data/*/x', '/ws', '/srv/data', 2],
  ['a/b', '/ws', '/ws/a', 1],
  ['/**/x', '/ws', '/', Number.POSITIVE_INFINITY],
  ['a*/**', '/ws', '/ws', Number.POSITIVE_INFINITY],
])('matches of %s below %s are looked for in %s, %d levels deep', (pattern, directory, base, levels) => {
  const glob = compileGlob(pattern, directory);
  expect([glob.base, glob.levels]).toEqual([base, levels]);
});

/** The last one stands for bytes that are no UTF-8. */
const CHARACTERS = ['a', 'b', 'é', '😀', '😁', '\u{10ffff}', '\ufffd'] as const;
const HALVES = ['\ud83d', '\ude00'] as const;

test('a pattern matches by characters, of which no halves count', () => {
  const character = fc.constantFrom(...CHARACTERS);
  const range = fc.tuple(character, character).map((ends) => {
    return [...ends].sort((a, b) => codeOf(a) - codeOf(b)).join('-');
  });
  const members = fc.array(fc.oneof(character, range), { minLength: 1, maxLength: 3 });
  const piece = fc.oneof(
    { weight: 3, arbitrary: character },
    fc.constantFrom('*', '?', '?'),
    members.map((some) => `[${some.join('')}]`),
    members.map((some) => `[!${some.join('')}]`),
    fc.array(character, { maxLength: 3 }).map((some) => `{${some.join(',')}}`),
  );
  const patterns = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(''));
  const any = fc.constantFrom(...CHARACTERS, ...HALVES);
  const names = fc.array(any, { minLength: 1, maxLength: 5 }).map((some) => some.join(''));
  fc.assert(
    fc.property(patterns, fc.array(names, { minLength: 1, maxLength: 8 }), (pattern, tried) => {
      const glob = compileGlob(pattern, '/ws');
      const expected = tried.filter((name) => matchesNaively(Array.from(pattern), Array.from(name)));
      expect(tried.filter((name) => glob.matches(`/ws/${name}`))).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});

test('how many texts a pattern stands for is known, and told before they are made', () => {
  const told: number[] = [];
  const spend = (characters: number): void => {
    told.push(characters);
  };
  const texts = ['/ws/plain', '/ws/**/*.{js,ts}', '/ws/{a,b}{c,d}/{e,f}'].map(
    (pattern) => compileGlob(pattern, '/', spend).texts,
  );
  expect([texts, told]).toEqual([
    [1, 2, 6],
    [2 * '*.{js,ts}'.length, 4 * '{a,b}{c,d}'.length, 2 * '{e,f}'.length],
  ]);
});

test.each(['a', '[', '{'])('a pattern of %j without end is refused before it is read', (character) => {
  const pattern = `${character.repeat(MAX_PATTERN_CHARACTERS)}*`;
  expect(() => compileGlob(pattern, '/ws')).toThrow(
    new RangeError(`has more than ${String(MAX_PATTERN_CHARACTERS)} characters`),
  );
});

test('a pattern of as many characters as there may be is prepared', () => {
  const name = 'a'.repeat(MAX_PATTERN_CHARACTERS - 1);
  const glob = compileGlob(`${name}*`, '/ws');
  expect([glob.matches(`/ws/${name}b`), glob.matches('/ws/a')]).toEqual([true, false]);
});

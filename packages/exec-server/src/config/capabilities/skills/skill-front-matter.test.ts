import { MAX_CAPABILITY_YAML_LENGTH } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import { parseFrontMatter } from './skill-front-matter.js';

const head = (...lines: string[]): string => ['---', ...lines, '---', 'Do it.', ''].join('\n');

test.each([
  ['a name and a description', head('name: a', 'description: d'), 'a', 'd'],
  ['text over several lines', head('name: a', 'description: |', '  one', '   two'), 'a', 'one two'],
  ['spaces in abundance', head('name: "  a   b "', 'description:   d '), 'a b', 'd'],
  ['numbers, which stay as they are written', head('name: 012', 'description: 1.50'), '012', '1.50'],
  ['lines that end as on Windows', head('name: a', 'description: d').replaceAll('\n', '\r\n'), 'a', 'd'],
  ['no name', head('description: d'), undefined, 'd'],
  ['an empty name', head('name: ""', 'description: d'), undefined, 'd'],
  ['members that nobody knows', head('description: d', 'other: [a, b]'), undefined, 'd'],
  ['a colon in prose', head('name: a', 'description: Build for AWS: ECS'), 'a', 'Build for AWS: ECS'],
  ['a colon and a quote in prose', head('name: a', "description: it's: so"), 'a', "it's: so"],
  ['prose that begins like a list', head('description: [brief: thing]'), undefined, '[brief: thing]'],
  ['prose that begins like nothing in YAML', head('description: @cool'), undefined, '@cool'],
  ['prose elsewhere', head('description: d', 'tools: Bash(git:*): all'), undefined, 'd'],
  ['a name of 64 characters', head(`name: ${'n'.repeat(64)}`, 'description: d'), 'n'.repeat(64), 'd'],
])('the head is read: %s', (_what, text, name, description) => {
  expect(parseFrontMatter(text)).toEqual({ title: { name, description, shortDescription: undefined } });
});

test('the short description is found', () => {
  const text = head('description: d', 'metadata:', '  short-description: " s  t "');
  expect(parseFrontMatter(text)).toEqual({
    title: { name: undefined, description: 'd', shortDescription: 's t' },
  });
});

const HEADLESS = 'it does not begin with a head between two lines ---';
const NO_YAML = 'its head is no YAML of a skill';
const UNDESCRIBED = 'its head has no description';
const TOO_LONG = `its head has more than ${String(MAX_CAPABILITY_YAML_LENGTH)} characters`;

test.each([
  ['no head', 'description: d\n', HEADLESS],
  ['an empty head', '---\n---\n', HEADLESS],
  ['a head without an end', '---\ndescription: d\n', HEADLESS],
  ['a byte order mark in front', `\ufeff${head('description: d')}`, HEADLESS],
  ['no description', head('name: a'), UNDESCRIBED],
  ['an empty description', head('description: "  "'), UNDESCRIBED],
  ['nothing as description', head('description: ~'), UNDESCRIBED],
  ['a list for a name', head('name: [a]', 'description: d'), NO_YAML],
  ['a key twice', head('name: a', 'name: b', 'description: d'), NO_YAML],
  ['a key twice further inside', head('description: d', 'other:', '  a: 1', '  "a": 2'), NO_YAML],
  ['text for metadata', head('description: d', 'metadata: 5'), NO_YAML],
  ['a list', head('- a'), NO_YAML],
  [
    'a name of 65 characters',
    head(`name: ${'n'.repeat(65)}`, 'description: d'),
    'its name has more than 64 characters',
  ],
])('it is no head of a skill, and why is told: %s', (_what, text, fault) => {
  expect(parseFrontMatter(text)).toEqual({ fault });
});

describe('a head that is made to cost time', () => {
  const many = (count: number, line: string): string[] => Array.from({ length: count }, () => line);

  // With an algorithm that looks at each blank from each other one, the first of these takes an hour.
  test.each([
    ['a mebibyte of blanks', head(`description: a${' '.repeat(2 ** 20)}b: c`)],
    ['a hundred thousand values that might be lists', head('description: d', ...many(100_000, 'a: [b'))],
    ['a hundred thousand keys', head('description: d', ...many(100_000, '').map((_, at) => `k${at}: v`))],
  ])('is not looked into when it is longer than it may be: %s', (_what, text) => {
    expect(parseFrontMatter(text)).toEqual({ fault: TOO_LONG });
  });

  test('is read when it is as long as it may be, and not when it is longer by one', () => {
    const fill = (length: number): string => `description: a${' '.repeat(length - 18)}b: c`;
    expect(parseFrontMatter(head(fill(MAX_CAPABILITY_YAML_LENGTH - 2)))).toMatchObject({
      title: { description: 'a b: c' },
    });
    expect(parseFrontMatter(head(fill(MAX_CAPABILITY_YAML_LENGTH + 1)))).toEqual({ fault: TOO_LONG });
  });
});

test.each([
  ['a: b # why', 'a: b'],
  ['a: b  \t# why: so', 'a: b'],
  ['a: b#c', 'a: b#c'],
  ["it's: so # why", "it's: so"],
])('a comment behind prose stays one: %s', (value, description) => {
  expect(parseFrontMatter(head(`description: ${value}`))).toMatchObject({ title: { description } });
});

import { expect, test } from 'vitest';
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
  expect(parseFrontMatter(text)).toEqual({ name, description, shortDescription: undefined });
});

test('the short description is found', () => {
  const text = head('description: d', 'metadata:', '  short-description: " s  t "');
  expect(parseFrontMatter(text)).toEqual({ name: undefined, description: 'd', shortDescription: 's t' });
});

test.each([
  ['no head', 'description: d\n'],
  ['an empty head', '---\n---\n'],
  ['a head without an end', '---\ndescription: d\n'],
  ['a byte order mark in front', `\ufeff${head('description: d')}`],
  ['no description', head('name: a')],
  ['an empty description', head('description: "  "')],
  ['nothing as description', head('description: ~')],
  ['a list for a name', head('name: [a]', 'description: d')],
  ['a key twice', head('name: a', 'name: b', 'description: d')],
  ['text for metadata', head('description: d', 'metadata: 5')],
  ['a list', head('- a')],
  ['a name of 65 characters', head(`name: ${'n'.repeat(65)}`, 'description: d')],
])('it is no head of a skill: %s', (_what, text) => {
  expect(parseFrontMatter(text)).toBeUndefined();
});

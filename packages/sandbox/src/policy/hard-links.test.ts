import { expect, test } from 'vitest';
import { fakeFiles } from '../files/testing/fake-files.js';
import { notesOfHardLinks } from './hard-links.js';
import { rule, ruleAt } from './testing/rules.js';

const FILES = fakeFiles({
  '/ws/file-a': { text: '', links: 2 },
  '/ws/file-b': { text: '', links: 3 },
  '/ws/file-c': { text: '' },
  '/srv/file-d': { text: '', links: 2 },
  '/etc/file-e': { text: '', links: 2 },
});

test('what is kept from a command under one of its names alone is told, denials apart', () => {
  const rules = [
    'read /',
    'write /ws',
    'read /ws/file-a',
    'read /ws/file-b',
    'deny /ws/file-c',
    'deny /srv/file-d',
  ];
  const missing = rule('read /ws/later/', { placeholderText: '' });
  expect(notesOfHardLinks([...rules.map((line) => rule(line)), missing], FILES)).toEqual([
    {
      origin: ruleAt('/srv/file-d'),
      text: '/srv/file-d has another name, a hard link, by which it can be read where that is shown; remove that, or replace the file by a copy',
    },
    {
      origin: ruleAt('/ws/file-a'),
      text: '/ws/file-a (and 1 more like it) has another name, a hard link, by which it can be written where that may be; remove that, or replace the file by a copy',
    },
  ]);
});

test('what may only be read anyway is not', () => {
  expect(notesOfHardLinks([rule('read /'), rule('read /etc/file-e')], FILES)).toEqual([]);
});

test('what may never answer is not looked at', () => {
  const look = (path: string): never => {
    throw new Error(`looked at ${path}`);
  };
  expect(notesOfHardLinks([rule('read /'), rule('deny /nfs/file-a', { isUnseen: true })], { look })).toEqual(
    [],
  );
});

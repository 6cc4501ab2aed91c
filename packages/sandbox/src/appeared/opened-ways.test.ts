import { mkdirSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { realFileFacts } from '../files/real-file-facts.js';
import { temporaryDirectory } from '../files/testing/temporary-directory.js';
import { Findings } from './findings.js';
import { KeptOutPlaces } from './kept-out.js';
import { findOpenedWays } from './opened-ways.js';

let root = '';

beforeEach(() => {
  root = temporaryDirectory();
  for (const name of ['behind', 'passed', 'stays', 'hidden']) mkdirSync(path.join(root, name));
});

function told(name: string, what: string): unknown {
  const at = path.join(root, name);
  const from = path.join(root, 'x/.git');
  const text = `${at} ${what}, and is where ${from} leads or on the way, so git outside may run hooks and programs that are named there; look at it, or remove ${from}`;
  return { kind: 'gitState', path: at, text };
}

test('where a .git file leads to no directory, one or a link that has come up is told, and a link for a directory that is left by ..', async () => {
  const from = path.join(root, 'x/.git');
  const ends = ['made', 'link', 'behind/r.git', 'file', 'nothing', 'known'];
  const ways = [
    ...ends.map((name) => ({ path: path.join(root, name), from, isPassed: false })),
    ...['passed', 'stays'].map((name) => ({ path: path.join(root, name), from, isPassed: true })),
  ];
  mkdirSync(path.join(root, 'made'));
  mkdirSync(path.join(root, 'known'));
  writeFileSync(path.join(root, 'file'), '');
  symlinkSync('hidden', path.join(root, 'link'));
  for (const name of ['behind', 'passed']) {
    rmdirSync(path.join(root, name));
    symlinkSync('hidden', path.join(root, name));
  }
  const findings = new Findings();
  findings.add('repository', path.join(root, 'known'), () => 'told already');
  const keptOut = new KeptOutPlaces(realFileFacts);
  await findOpenedWays(ways, { findings, signal: new AbortController().signal, keptOut });
  expect(findings.report).toEqual({
    found: [
      { kind: 'repository', path: path.join(root, 'known'), text: 'told already' },
      told('made', 'was no directory before'),
      told('link', 'was no directory before'),
      told('behind/r.git', 'was no directory before'),
      told('passed', 'was no link before'),
    ],
    more: 0,
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realFileFacts } from '../files/real-file-facts.js';
import type { MissingProgram } from '../policy/missing-program.js';
import { NEVER_ABORTED } from '../until-aborted.js';
import { Findings } from './findings.js';
import { KeptOutPlaces } from './kept-out.js';
import { findMadePrograms } from './made-programs.js';

let root = '';

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'holdfast-made-'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

const at = (name: string): string => path.join(root, name);

function programOf(name: string, otherEndings: readonly string[]): MissingProgram {
  return { path: at(name), repository: at('.git'), isOnlyIfExecutable: false, otherEndings };
}

test('what an interpreter finds under another name for a program that is missing is told when it has come up', async () => {
  const endings = ['.js', '.py', '/__main__.py'];
  const programs = ['clean', 'was', 'exact', 'never'].map((name) => programOf(name, endings));
  for (const name of ['was', 'never.js']) mkdirSync(at(name));
  for (const name of ['clean.js', 'clean.py', 'was/__main__.py', 'exact', 'exact.js', 'there.sh'])
    writeFileSync(at(name), '');
  const findings = new Findings();
  const look = { findings, signal: NEVER_ABORTED, keptOut: new KeptOutPlaces(realFileFacts) };
  await findMadePrograms([...programs, programOf('there', ['.js'])], look);
  const config = `the config of ${at('.git')} names`;
  const otherNote = (name: string, of: string): unknown => ({
    kind: 'gitState',
    path: at(name),
    text: `${at(name)} was not there before, and may be what an interpreter that git outside runs takes for ${at(of)}, which ${config}; look at what it holds`,
  });
  const text = `${at('exact')} was no program before, and git outside runs it, since ${config} it; look at what it holds`;
  expect(findings.report).toEqual({
    found: [
      otherNote('clean.js', 'clean'),
      otherNote('clean.py', 'clean'),
      otherNote('was/__main__.py', 'was'),
      { kind: 'gitState', path: at('exact'), text },
    ],
    more: 0,
  });
});

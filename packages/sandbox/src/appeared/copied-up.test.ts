import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { letGoOfWays } from '../files/direct-path.js';
import { realFileFacts } from '../files/real-file-facts.js';
import { type FileIdentity, identityOf } from '../files/resolve-path.js';
import { temporaryDirectory } from '../files/testing/temporary-directory.js';
import { rule } from '../policy/testing/rules.js';
import { NEVER_ABORTED } from '../until-aborted.js';
import { Findings } from './findings.js';
import { KeptOutPlaces } from './kept-out.js';
import { laterTime } from './testing/later-time.js';
import { findUncovered } from './uncovered.js';

/** A workspace on an overlay whose lower layer has some files; undefined where none can be mounted. */
function mountWorkspace(lower: readonly string[]): string | undefined {
  const root = temporaryDirectory();
  const [low, up, work, merged] = ['low', 'up', 'work', 'merged'].map((name) => path.join(root, name)) as [
    string,
    string,
    string,
    string,
  ];
  for (const directory of [path.join(low, 'ws'), up, work, merged]) mkdirSync(directory, { recursive: true });
  for (const name of lower) {
    mkdirSync(path.join(low, 'ws', path.dirname(name)), { recursive: true });
    writeFileSync(path.join(low, 'ws', name), '');
  }
  const options = `lowerdir=${low},upperdir=${up},workdir=${work}`;
  if (spawnSync('mount', ['-t', 'overlay', '-o', options, 'none', merged]).status !== 0) return undefined;
  onTestFinished(() => {
    letGoOfWays();
    execFileSync('umount', [merged]);
  });
  return path.join(merged, 'ws');
}

function identityAt(file: string): FileIdentity {
  const found = realFileFacts.look(file);
  if (found === undefined) throw new Error(`nothing is at ${file}`);
  return identityOf(found);
}

/** The names in a workspace of which is told that something else is there, by what was there when the command began. */
async function toldIn(
  workspace: string,
  before: readonly (readonly [string, FileIdentity])[],
): Promise<readonly string[]> {
  const kept = before.map(([name, identity]) =>
    rule(`read ${path.join(workspace, name)}`, { kind: 'file', identity }),
  );
  const findings = new Findings();
  const rules = [rule(`write ${workspace}`), ...kept];
  await findUncovered(
    { rules },
    {
      since: 0,
      findings,
      signal: NEVER_ABORTED,
      keptOut: new KeptOutPlaces(realFileFacts),
    },
  );
  return findings.report.found.map((one) => path.relative(workspace, one.path));
}

const canMount = process.platform === 'linux' && process.getuid?.() === 0;

test.skipIf(!canMount)(
  'files of a lower layer that somebody edits outside are not told',
  async ({ skip }) => {
    const names = ['.bashrc', '.claude/settings', 'sub/.envrc'];
    const workspace = mountWorkspace(names);
    if (workspace === undefined) return skip('no overlay can be mounted');
    const known = [...names, '.claude'].map(
      (name) => [name, identityAt(path.join(workspace, name))] as const,
    );
    await laterTime(workspace);
    for (const name of names) appendFileSync(path.join(workspace, name), 'more');
    const after = names.map((name) => identityAt(path.join(workspace, name)).bornMs);
    expect(after).not.toEqual(known.slice(0, names.length).map(([, { bornMs }]) => bornMs));
    expect(await toldIn(workspace, known)).toEqual([]);
  },
);

test.skipIf(!canMount)(
  'a file of the upper layer that has got the number of one that has gone is told, also in a directory that a command has made',
  async ({ skip }) => {
    const workspace = mountWorkspace([]);
    if (workspace === undefined) return skip('no overlay can be mounted');
    await laterTime(workspace);
    const { bornMs } = identityAt(path.join(workspace, 'probe'));
    await laterTime(workspace);
    mkdirSync(path.join(workspace, 'sub'));
    const known = ['.bashrc', 'sub/.envrc'].map((name) => {
      writeFileSync(path.join(workspace, name), '');
      return [name, { ...identityAt(path.join(workspace, name)), bornMs }] as const;
    });
    expect(await toldIn(workspace, known)).toEqual(['.bashrc', 'sub/.envrc']);
  },
);

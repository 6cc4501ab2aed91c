import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Command } from '../command.js';
import { spawnHoldfast } from '../harness.js';
import { describeWithCodex } from './codex.js';
import { startReferenceServer } from './reference-server.js';

const DOCUMENT = join(import.meta.dirname, '..', '..', 'docs', 'interop.md');

interface Line {
  readonly id: string;
  readonly verdict: 'passed' | 'failed' | 'skipped';
  readonly reason?: string;
}

/** The cases that the document says the reference fails, and whether it always does. */
function recorded(): ReadonlyMap<string, boolean> {
  const [, section = ''] = readFileSync(DOCUMENT, 'utf8').split('## Conformance cases that the reference');
  const rows = section.split('\n## ')[0]?.matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm) ?? [];
  return new Map(Array.from(rows, ([, id = '', how = '']) => [id, how === 'always']));
}

describeWithCodex('the reference server', () => {
  test('fails the conformance cases that the documentation names, and no other', {
    timeout: 600_000,
  }, async () => {
    await using server = await startReferenceServer();
    const { stdout } = await new Command(spawnHoldfast(['conformance', server.url, '--json'])).ended;
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    // On a busy machine its events leave out of order in any case that has more than two.
    const isOrder = ({ reason }: Line): boolean => reason?.startsWith('the seq of the events') === true;
    const failed = lines.filter(({ verdict }) => verdict === 'failed');
    const known = recorded();
    expect(failed.filter((line) => !known.has(line.id) && !isOrder(line))).toEqual([]);
    const always = Array.from(known).flatMap(([id, isAlways]) => (isAlways ? [id] : []));
    expect(always.filter((id) => !failed.some((line) => line.id === id))).toEqual([]);
  });
});

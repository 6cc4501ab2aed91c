import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownProcessMark } from '@holdfast/sandbox';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { withOwnTemporary } from './own-temporary.js';

const NONE = { write: [], deny: [], network: 'off', hosts: undefined } as const;

let place = '';

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'holdfast-own-'));
  vi.stubEnv('TMPDIR', place);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(place, { recursive: true, force: true });
});

describe.runIf(process.platform === 'linux')('a temporary directory of a command', () => {
  const space = (): string => /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '';

  function left(mark: string): string {
    const name = `holdfast-sandbox-${mark}-abcdef`;
    mkdirSync(join(place, name, 'd'), { recursive: true });
    writeFileSync(join(place, name, 'd', 'file'), '');
    return name;
  }

  test('goes with what the command has left in it', async () => {
    const seen = await withOwnTemporary(NONE, ({ env, permissions }) => {
      const own = env['TMPDIR'] ?? '';
      mkdirSync(join(own, 'd'));
      return [permissions.write, readdirSync(place)].map((paths) =>
        paths.map((at) => join(place, at.replace(place, '')) === own),
      );
    });
    expect([seen, readdirSync(place)]).toEqual([[[true], [true]], []]);
  });

  test('that a killed program has left goes at the next start, and no other one', async () => {
    left(`${space()}-${String(process.pid)}-1`);
    const kept = [
      left(`${space()}-${ownProcessMark()}`),
      left(`1-${String(process.pid)}-1`),
      left('abc'),
    ].sort();
    symlinkSync(join(place, kept[0] ?? ''), join(place, `holdfast-sandbox-${space()}-1-1-link`));
    const during = await withOwnTemporary(NONE, () => readdirSync(place).length);
    const after = readdirSync(place).filter((name) => !name.endsWith('-link'));
    expect([during, after.sort()]).toEqual([kept.length + 2, kept]);
    for (const name of kept) expect(readdirSync(join(place, name))).toEqual(['d']);
  });
});

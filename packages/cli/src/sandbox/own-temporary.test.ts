import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ownProcessMark } from '@holdfast/sandbox/internal';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { withOwnTemporary } from './own-temporary.js';

const NONE = { write: [], read: [], deny: [], network: 'off', hosts: undefined } as const;

const OTHER = 64_322;

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
    mkdirSync(join(place, name), { mode: 0o700 });
    mkdirSync(join(place, name, 'd'));
    writeFileSync(join(place, name, 'd', 'file'), '');
    return name;
  }

  test('goes with what the command has left in it', async () => {
    const seen = await withOwnTemporary(NONE, ({ env, permissions }) => {
      const own = env['TMPDIR'] ?? '';
      mkdirSync(join(own, 'd'));
      return [[permissions.temporary ?? ''], readdirSync(place)].map((paths) =>
        paths.map((at) => join(place, at.replace(place, '')) === own),
      );
    });
    expect([seen, readdirSync(place)]).toEqual([[[true], [true]], []]);
  });

  test('a TMPDIR in which none can be made is named', async () => {
    const missing = join(place, 'missing');
    vi.stubEnv('TMPDIR', missing);
    await expect(withOwnTemporary(NONE, () => undefined)).rejects.toThrow(
      new Error(
        `no directory can be made in ${missing} (ENOENT); TMPDIR names that directory: let it name one that this user can write`,
      ),
    );
  });

  test('a TMPDIR that every sandbox has for itself is named', async () => {
    symlinkSync('/dev/shm', join(place, 'shm'));
    vi.stubEnv('TMPDIR', join(place, 'shm'));
    await expect(withOwnTemporary(NONE, () => undefined)).rejects.toThrow(
      new Error(
        `${join(place, 'shm')} is not there in a sandbox, which has a /dev of its own; let TMPDIR name a directory elsewhere`,
      ),
    );
  });

  test('that a killed program has left goes at the next start, and no other one', async () => {
    left(`${space()}-${String(process.pid)}-1`);
    const kept = [left(ownProcessMark()), left(`1-${String(process.pid)}-1`), left('abc')].sort();
    symlinkSync(join(place, kept[0] ?? ''), join(place, `holdfast-sandbox-${space()}-1-1-link`));
    const during = await withOwnTemporary(NONE, () => readdirSync(place).length);
    const after = readdirSync(place).filter((name) => !name.endsWith('-link'));
    expect([during, after.sort()]).toEqual([kept.length + 2, kept]);
    for (const name of kept) expect(readdirSync(join(place, name))).toEqual(['d']);
  });

  test('that others may write is none that a killed program has left', async () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const name = left(`${space()}-${String(process.pid)}-1`);
    chmodSync(join(place, name), 0o770);
    await withOwnTemporary(NONE, () => undefined);
    expect([readdirSync(place, { recursive: true }).sort(), stderr.mock.calls.map(([text]) => text)]).toEqual(
      [
        [name, join(name, 'd'), join(name, 'd', 'file')],
        [
          `holdfast: ${join(place, name)} is not removed: others may write it, and so could have moved it there\n`,
        ],
      ],
    );
  });

  test.runIf(process.getuid?.() === 0)(
    'stays where a directory of another user was moved into it, which is told',
    async () => {
      const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
      const earlier = [1, 2].map((mark) => left(`${space()}-${String(process.pid)}-${String(mark)}`));
      for (const name of earlier) chownSync(join(place, name, 'd'), OTHER, OTHER);
      const own = await withOwnTemporary(NONE, ({ env }) => {
        const path = env['TMPDIR'] ?? '';
        mkdirSync(join(path, 'd'));
        writeFileSync(join(path, 'd', 'file'), '');
        chownSync(join(path, 'd'), OTHER, OTHER);
        return path;
      });
      const told = stderr.mock.calls.join('');
      expect(readdirSync(place).sort()).toEqual([...earlier, basename(own)].sort());
      for (const name of readdirSync(place))
        expect(readdirSync(join(place, name), { recursive: true })).toEqual(['d', 'd/file']);
      const lines = told.split('\n');
      const text = (path: string): string =>
        `holdfast: ${path} is not removed: a directory of another user is in it`;
      expect(earlier.map((name) => text(join(place, name)))).toContain(lines[0]);
      expect(lines.slice(1)).toEqual([text(own), '']);
    },
  );
});

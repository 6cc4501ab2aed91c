import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ExecError } from '@holdfast/exec-protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OwnPaths } from './own-paths.js';

let place: string;
const uid = process.getuid?.() ?? 0;

beforeEach(() => {
  place = mkdtempSync(path.join(tmpdir(), 'holdfast-own-'));
  for (const name of ['run', 'tmp', 'disk']) mkdirSync(path.join(place, name));
});

afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

function ownPaths(tokenFile?: string): OwnPaths {
  return new OwnPaths({
    records: path.join(place, 'run/holdfast'),
    temporary: path.join(place, 'tmp'),
    spillDirectory: path.join(place, 'disk'),
    tokenFile,
  });
}

test('everything is in directories that only this user may enter, which are there again when they were cleaned away', () => {
  const own = ownPaths();
  const folders = [path.join(place, 'run/holdfast'), path.join(place, `disk/holdfast-${uid}`)];
  expect([own.pipes, own.spill]).toEqual(folders);
  expect(own.secured()).toEqual(folders);
  for (const folder of folders) rmSync(folder, { recursive: true });
  expect(own.secured()).toEqual(folders);
  for (const folder of folders) rmSync(folder, { recursive: true });
  expect([own.pipes, own.spill]).toEqual(folders);
  expect(folders.map((folder) => statSync(folder).mode & 0o777)).toEqual([0o700, 0o700]);
});

test.each(['server.sock', 'link/server.sock', 'link/../server.sock', './link/.././server.sock'])(
  'a socket at %s is among it where it really is, and stays so when the links on its way have changed',
  async (written) => {
    const real = path.join(place, 'real');
    mkdirSync(path.join(real, 'deep'), { recursive: true });
    symlinkSync('real/deep', path.join(place, 'link'));
    const own = ownPaths();
    // path.join would take `..` for what the name says.
    const socket = `${place}/${written}`;
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(socket, resolve));
    const bound = realpathSync.native(socket);
    try {
      const before = own.secured();
      own.addSocket(socket);
      rmSync(path.join(place, 'link'));
      expect({ before, after: own.secured() }).toEqual({ before, after: [...before, bound] });
    } finally {
      await new Promise((resolve) => server.close(resolve));
      rmSync(bound, { force: true });
    }
  },
);

test('a token whose path goes back behind a link is among it where its file really is', () => {
  mkdirSync(path.join(place, 'real/deep'), { recursive: true });
  symlinkSync('real/deep', path.join(place, 'link'));
  for (const directory of [place, path.join(place, 'real')]) writeFileSync(path.join(directory, 'token'), '');
  const hidden = realpathSync(path.join(place, 'real/token'));
  expect(ownPaths(`${place}/link/../token`).secured()).toEqual([...ownPaths().secured(), hidden]);
});

test('output on a disk whose path goes back behind a link is among it where the kernel finds it', () => {
  mkdirSync(path.join(place, 'real/deep'), { recursive: true });
  symlinkSync('real/deep', path.join(place, 'link'));
  const own = new OwnPaths({
    records: path.join(place, 'run/holdfast'),
    temporary: path.join(place, 'tmp'),
    spillDirectory: `${path.relative(process.cwd(), place)}/link/..`,
    tokenFile: undefined,
  });
  const spill = path.join(realpathSync(place), `real/holdfast-${uid}`);
  expect([own.spill, own.secured()]).toEqual([spill, [path.join(place, 'run/holdfast'), spill]]);
});

test('a token is among it where its file really is, as long as it is there', () => {
  const token = path.join(place, 'token');
  const link = path.join(place, 'link');
  writeFileSync(token, 'secret');
  symlinkSync(token, link);
  const own = ownPaths(link);
  const hidden = realpathSync(token);
  rmSync(link);
  expect(own.secured()).toContain(hidden);
  renameSync(token, `${token}.old`);
  expect(own.secured()).not.toContain(hidden);
});

test('a token that came by a pipe is nowhere', () => {
  const pipe = path.join(place, 'pipe');
  execFileSync('mkfifo', [pipe]);
  expect(ownPaths(pipe).secured()).toEqual(ownPaths().secured());
});

test.each([
  ['run/holdfast', (own: OwnPaths) => own.pipes, 'tmp'],
  [`disk/holdfast-${uid}`, (own: OwnPaths) => own.spill, 'disk'],
])(
  'a server whose %s others may enter goes on without it, and runs no sandbox any more',
  (name, used, instead) => {
    const folder = path.join(place, name);
    mkdirSync(folder, { mode: 0o700 });
    const own = ownPaths();
    expect([own.pipes, own.spill]).toHaveLength(2);
    chmodSync(folder, 0o755);
    expect(used(own)).toBe(path.join(place, instead));
    chmodSync(folder, 0o700);
    expect(() => own.secured()).toThrow(
      new ExecError(
        'sandboxUnsupported',
        `sandbox: ${folder} must be a directory of this user with mode 0700; remove it or correct it, and start the server again`,
      ),
    );
  },
);

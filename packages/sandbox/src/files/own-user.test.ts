import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const uid = process.getuid?.() === 0 ? 1001 : (process.getuid?.() ?? 0);
const gid = process.getuid?.() === 0 ? 1001 : (process.getgid?.() ?? 0);

const AROUND = ['bwrap', '--unshare-user', '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'];
const worksHere = spawned([...AROUND, 'test', '-r', import.meta.filename]).status === 0;

function spawned([program = '', ...args]: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(program, args, {
    uid,
    gid,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], TSX_DISABLE_CACHE: '1' },
  });
}

/** The user of a program that is started by others. */
function ownUser(around: readonly string[]): unknown {
  const module = pathToFileURL(path.join(import.meta.dirname, 'own-user.ts')).href;
  const script = `import { readOwnUser } from ${JSON.stringify(module)}; console.log(JSON.stringify(readOwnUser()));`;
  const node = [process.execPath, '--import', import.meta.resolve('tsx'), '--conditions=source'];
  const { stdout, stderr } = spawned([...around, ...node, '--input-type=module', '--eval', script]);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

test.skipIf(!worksHere)(
  'root owns the system; in a sandbox that does not know root, who stands for it',
  () => {
    expect([ownUser([]), ownUser(AROUND)]).toEqual([
      { uid, gid, systemUid: 0 },
      { uid, gid, systemUid: 65534 },
    ]);
  },
);

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Somebody as whom sandboxes are tried. */
export interface InventoryUser {
  /** With the reason where nothing can be tried. */
  readonly name: string;
  readonly uid: number;
  /** Why nothing can be tried as this user on this machine; undefined where it can. */
  readonly obstacle: string | undefined;
}

const ORDINARY_UID = 65534;

/** Whether a program that a case needs is there. */
export function has(program: string): boolean {
  return spawnSync('/bin/sh', ['-c', `command -v ${program}`], { env: ENVIRONMENT }).status === 0;
}

/** What whoever started the tests has left open for every process, as lines of numbers. */
export function inheritedDescriptors(): readonly string[] {
  return readdirSync('/proc/self/fdinfo')
    .filter((fd) => Number(fd) > 2 && isInherited(fd))
    .map((fd) => `${fd}\n`);
}

const CLOSE_ON_EXEC = 0o2000000;

function isInherited(fd: string): boolean {
  try {
    const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    return false;
  }
}

/** What commands of the inventory find in their environment, but for their temporary directory. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
  LANG: 'C.UTF-8',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'somebody',
  GIT_AUTHOR_EMAIL: 'somebody@example.org',
  GIT_COMMITTER_NAME: 'somebody',
  GIT_COMMITTER_EMAIL: 'somebody@example.org',
};

function inventoryUser(name: string, uid: number): InventoryUser {
  const obstacle = obstacleOf(uid);
  return { name: obstacle === undefined ? name : `${name} (skipped: ${obstacle})`, uid, obstacle };
}

function obstacleOf(uid: number): string | undefined {
  const own = process.getuid?.();
  if (process.platform !== 'linux' || own === undefined) return 'bubblewrap is a program for Linux';
  if (own !== uid && own !== 0) return 'only root can act as another user';
  const asUser = own === uid ? {} : { uid, gid: uid };
  const here = import.meta.dirname;
  const reads = spawnSync('/bin/sh', ['-c', 'test -r "$0/driver.ts"', here], asUser);
  if (reads.status !== 0) return `user ${uid} cannot read ${here}`;
  const bwrap = spawnSync('bwrap', TRIAL, { ...asUser, encoding: 'utf8' });
  if (bwrap.error !== undefined) return 'bubblewrap is not installed';
  return bwrap.status === 0 ? undefined : `user ${uid} cannot use bubblewrap: ${bwrap.stderr}`;
}

const TRIAL = [
  ...['--unshare-user', '--unshare-pid', '--unshare-net', '--ro-bind', '/', '/', '--dev', '/dev'],
  ...['--proc', '/proc', '--', 'true'],
];

/** Root and an ordinary user, as far as these tests may act as them. */
export const INVENTORY_USERS: readonly InventoryUser[] = [
  inventoryUser('root', 0),
  process.getuid?.() === 0
    ? inventoryUser('an ordinary user', ORDINARY_UID)
    : inventoryUser('this user', process.getuid?.() ?? 0),
];

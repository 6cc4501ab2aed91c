import { spawnSync } from 'node:child_process';
import { describe } from 'vitest';

/** Somebody as whom sandboxes are tried. */
export interface SandboxUser {
  readonly name: string;
  /** Undefined for whoever runs the tests. */
  readonly uid: number | undefined;
}

export const WHOEVER_TESTS: SandboxUser = { name: 'whoever runs the tests', uid: undefined };

/** For root somebody else, too: root may do what others may not. */
const USERS: readonly SandboxUser[] = [
  WHOEVER_TESTS,
  ...(process.getuid?.() === 0 ? [{ name: 'another user', uid: 64_322 }] : []),
];

const TRIAL = [
  '--unshare-user',
  '--unshare-net',
  '--ro-bind',
  '/',
  '/',
  '--dev',
  '/dev',
  '--proc',
  '/proc',
  'true',
];

/** Describes what a user confines; where the machine does not let him, it is skipped and its name says so. */
export function describeConfined(title: string, user: SandboxUser, suite: () => void): void {
  const { uid } = user;
  const { status } = spawnSync('bwrap', TRIAL, uid === undefined ? {} : { uid, gid: uid });
  if (status === 0) describe(title, suite);
  else describe.skip(`${title} (skipped: bwrap works here for no sandbox of ${user.name})`, suite);
}

/** The same for each user. */
export function describeConfinedByEach(
  title: (user: SandboxUser) => string,
  suite: (user: SandboxUser) => void,
): void {
  for (const user of USERS) {
    describeConfined(title(user), user, () => {
      suite(user);
    });
  }
}

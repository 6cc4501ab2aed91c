import { fstatSync, lstatSync, mkdtempSync, readdirSync, realpathSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SandboxPlan, StalePlan } from '@holdfast/sandbox';
import { isProcessRunning, kernelTreeOf, ownProcessMark } from '@holdfast/sandbox/internal';
import { complain, messageOf } from '../complain.js';
import type { LocalPermissions } from './local-intent.js';
import { makePinnedDirectory, type PinnedDirectory, pinDirectory } from './pinned-directory.js';
import { removeTree } from './remove-tree.js';

/** What a command gets besides what was named for it. */
export interface OwnTemporary {
  /** The environment of this program, with TMPDIR. */
  readonly env: Readonly<Record<string, string>>;
  readonly permissions: LocalPermissions;
  /**
   * Whoever may write where the directory lies could exchange it for a link, and a plan would follow that. A plan that passes
   * holds what it names until it is mounted.
   * @throws StalePlan for a plan in which something else has its name.
   */
  checkPlan(plan: Pick<SandboxPlan, 'decisions'>): void;
}

/** How long the removal of a temporary directory may take; the next start goes on with the rest. */
const REMOVAL_LIMIT_MS = 30_000;

/** The same for all those together that programs have left which were killed, before a command is started. */
const SWEEP_LIMIT_MS = 2_000;

/**
 * Gives a command a temporary directory that it may write; it goes when `use` has settled. What programs have left that could
 * not remove theirs goes first.
 */
export async function withOwnTemporary<T>(
  permissions: LocalPermissions,
  use: (own: OwnTemporary) => T | Promise<T>,
): Promise<T> {
  sweep(tmpdir());
  const temporary = makeTemporary();
  try {
    return await use({
      env: { ...definedEnvironment(), TMPDIR: temporary.path },
      permissions: { ...permissions, temporary: temporary.path },
      checkPlan: temporary.checkPlan,
    });
  } finally {
    temporary.remove();
  }
}

interface Temporary extends Pick<OwnTemporary, 'checkPlan'> {
  /** Canonical. */
  readonly path: string;
  remove(): void;
}

function makeTemporary(): Temporary {
  const prefix = `${PREFIX}${markOfThis() ?? ''}-`;
  if (process.platform !== 'linux') return withoutSandbox(mkdtempSync(join(tmpdir(), prefix)));
  const pinned = makeNamed(prefix);
  const { path } = pinned;
  const { dev, ino } = fstatSync(pinned.fd);
  return {
    path,
    checkPlan: ({ decisions }) => {
      const planned = decisions.find((rule) => rule.path === path)?.identity;
      if (planned?.device !== dev || planned.inode !== ino) throw new StalePlan(path, 'was replaced');
    },
    remove: () => {
      const removal = removeTree(pinned, REMOVAL_LIMIT_MS);
      if (removal === 'foreign') tellKept(path, HOLDS_FOREIGN);
      if (removal === 'unfinished')
        complain(`${path} could not be removed whole; the next start goes on with it`);
    },
  };
}

/** Says who named the directory in which nothing can be made. */
function makeNamed(prefix: string): PinnedDirectory {
  const parent = tmpdir();
  const tree = kernelTreeOf(realpathOf(parent));
  if (tree !== undefined) {
    const remedy = 'let TMPDIR name a directory elsewhere';
    throw new Error(`${parent} is not there in a sandbox, which has a ${tree} of its own; ${remedy}`);
  }
  try {
    return makePinnedDirectory(parent, prefix);
  } catch (error) {
    const named = ['TMPDIR', 'TMP', 'TEMP'].find((name) => (process.env[name] ?? '') !== '');
    if (named === undefined) throw error;
    const remedy = `${named} names that directory: let it name one that this user can write`;
    throw new Error(`${messageOf(error)}; ${remedy}`, { cause: error });
  }
}

/** As it was given, where it does not lead anywhere. */
function realpathOf(directory: string): string {
  try {
    return realpathSync.native(directory);
  } catch {
    return directory;
  }
}

/** Elsewhere there is no sandbox, and so nothing in it. */
function withoutSandbox(path: string): Temporary {
  return { path, checkPlan: () => undefined, remove: () => rmdirSync(path) };
}

/** Removes what was made by processes that have died, as far as it comes. */
function sweep(directory: string): void {
  const deadlineMs = Date.now() + SWEEP_LIMIT_MS;
  let hasTold = false;
  for (const name of namesIn(directory)) {
    const mark = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : '';
    if (!/^\d+-\d+-\d+-/.test(mark) || isProcessRunning(mark)) continue;
    const leftMs = deadlineMs - Date.now();
    if (leftMs <= 0) return;
    const path = `${directory}/${name}`;
    const why = removeLeft(path, leftMs);
    if (why === undefined || hasTold) continue;
    // A command could have made any number of them.
    hasTold = true;
    tellKept(path, why);
  }
}

/** @returns why it must stay, if it is this user's and must. */
function removeLeft(path: string, limitMs: number): string | undefined {
  try {
    const found = lstatSync(path);
    if (!found.isDirectory() || found.uid !== process.getuid?.()) return undefined;
    if ((found.mode & WRITABLE_BY_OTHERS) !== 0) return MAY_BE_ANOTHER;
    return removeTree(pinDirectory(path), limitMs) === 'foreign' ? HOLDS_FOREIGN : undefined;
  } catch {
    // Somebody else has removed it.
    return undefined;
  }
}

function tellKept(path: string, why: string): void {
  complain(`${path} is not removed: ${why}`);
}

const HOLDS_FOREIGN = 'a directory of another user is in it';

/** A directory is moved by those alone who may write it. */
const MAY_BE_ANOTHER = 'others may write it, and so could have moved it there';
const WRITABLE_BY_OTHERS = 0o022;

const PREFIX = 'holdfast-sandbox-';

/** Undefined where there is no telling processes apart. */
function markOfThis(): string | undefined {
  try {
    return ownProcessMark();
  } catch {
    return undefined;
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function definedEnvironment(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

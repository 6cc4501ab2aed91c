import { statSync } from 'node:fs';
import { isatty } from 'node:tty';
import { ExecError } from '@holdfast/exec-protocol';
import {
  createSearches,
  type HostFacts,
  NO_OPERATOR,
  PlaceholderStore,
  type PlannedLaunch,
  placeholderFolder,
  planSandbox,
  readHostFacts,
  type SandboxPlan,
  type SetUp,
  StalePlan,
  secureOwnFolder,
  spillFolder,
} from '@holdfast/sandbox';
import { withPassing } from '@holdfast/sandbox/internal';
import { complain } from '../complain.js';
import { refuseLostVariables } from '../lost-bytes.js';
import { isPassedOn } from './carried-streams.js';
import { inOptions, type LocalPermissions, localIntent } from './local-intent.js';

/** A plan for a command on this machine, and where its placeholders are recorded. */
export interface LocalPlan extends PlannedLaunch {
  readonly plan: SandboxPlan;
  readonly host: HostFacts;
}

/** Whether the command shares a terminal with this program. */
export function hasTerminal(): boolean {
  return [0, 1, 2].some((fd) => isatty(fd));
}

/** @throws Error where the working directory of this program has been removed. */
function ownDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new Error('the working directory has been removed; go to another one', { cause: error });
  }
}

/**
 * Plans a command in the working directory.
 * @param wrapperEnv Of the wrapper, and of the command where that has no such variables; default nothing.
 * @throws ExecError `sandboxUnsupported` when this machine cannot enforce what was asked for; Error for variables that would be
 *   changed; as `setUp.check`.
 */
export async function planLocally(
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  permissions: LocalPermissions,
  setUp: SetUp,
  wrapperEnv: Readonly<Record<string, string>> = {},
): Promise<LocalPlan> {
  refuseLostVariables(env);
  const uid = process.getuid?.() ?? 0;
  const store = new PlaceholderStore(placeholderFolder(uid), complain);
  const cwd = ownDirectory();
  const { dev: device, ino: inode } = statSync('.');
  // Of servers that keep output where they do unless told otherwise; whoever may write there could meet it.
  const ownPaths = [spillFolder(uid)].filter(secureOwnFolder);
  const memory = { store, searches: createSearches(), ownPaths };
  const host = await readHostFacts({ cwd, env }, process.env, memory, setUp);
  const plan = await planSandbox(
    localIntent(permissions),
    {
      argv,
      cwd,
      heldCwd: { device, inode },
      env,
      hasTerminal: hasTerminal(),
      isAmongOthers: hasTerminal(),
      hasOwnErrors: isPassedOn(2),
      wrapperEnv,
    },
    host,
    withPassing(NO_OPERATOR, permissions.temporary === undefined ? [] : [permissions.temporary]),
    { hosts: permissions.hosts, setUp },
  ).catch((error: unknown) => {
    throw inWordsOf(permissions, error);
  });
  return { plan, store, host };
}

function inWordsOf(permissions: LocalPermissions, error: unknown): unknown {
  // A stale one is planned anew, and names no entry.
  if (!(error instanceof ExecError) || error instanceof StalePlan) return error;
  return new ExecError(error.kind, inOptions(error.message, permissions), { cause: error });
}

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** The version of the Codex CLI that everything here is compared with. */
const CODEX_VERSION = '0.169.0';

/** npm would try for more than a minute before it says that it is offline. */
const PATIENCE = ['--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=3000'];

/** What npm reports when the registry itself is out of reach, as opposed to an install that went wrong. */
const UNREACHABLE =
  /npm error code (ENOTFOUND|EAI_AGAIN|ECONN\w+|ENET\w+|EHOST\w+|E?TIMEDOUT|E5\d\d|ERR_SOCKET_TIMEOUT)/;

/** The package registry cannot be reached, so there is nothing to compare with. */
export class RegistryUnreachable extends Error {
  override readonly name = 'RegistryUnreachable';
}

/** A command that comes in a package of npm. */
export interface NpmCommand {
  readonly packageName: string;
  readonly version: string;
  /** What the command is called. */
  readonly command: string;
}

/**
 * Gives the path of the `codex` command, some 400 MB on first use.
 * @throws as `installFromNpm`.
 */
export function installCodex(): string {
  return installFromNpm({ packageName: '@openai/codex', version: CODEX_VERSION, command: 'codex' });
}

/**
 * Gives the path of a command. Its package is installed from the npm registry into the user's cache on first use, never
 * into this repository.
 * @throws RegistryUnreachable; an Error with npm's own words when the install fails in another way.
 */
export function installFromNpm({ packageName, version, command }: NpmCommand): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const home = join(cache, 'holdfast', `${command}-${version}`);
  const program = join(home, 'node_modules', '.bin', command);
  if (existsSync(program)) return program;
  mkdirSync(dirname(home), { recursive: true });
  // An install that is interrupted, or that another process is making now, must not be taken for a whole one.
  const draft = mkdtempSync(`${home}-`);
  try {
    install(draft, `${packageName}@${version}`);
    if (!existsSync(program)) {
      rmSync(home, { recursive: true, force: true });
      renameSync(draft, home);
    }
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return program;
}

function install(folder: string, what: string): void {
  const args = ['install', '--no-save', '--no-audit', '--no-fund', ...PATIENCE, '--prefix', folder, what];
  const { status, error, stderr } = spawnSync('npm', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (error !== undefined) throw error;
  if (status === 0) return;
  const unreachable = UNREACHABLE.exec(stderr);
  if (unreachable === null) throw new Error(`${what} could not be installed:\n${stderr}`);
  throw new RegistryUnreachable(`the npm registry cannot be reached (${String(unreachable[1])})`);
}

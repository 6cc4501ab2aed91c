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

/** The package registry cannot be reached, so there is no Codex CLI to compare with. */
export class RegistryUnreachable extends Error {
  override readonly name = 'RegistryUnreachable';
}

/**
 * Gives the path of the `codex` command. It is installed from the npm registry into the user's cache on first use: some
 * 400 MB, never into this repository.
 * @throws RegistryUnreachable; an Error with npm's own words when the install fails in another way.
 */
export function installCodex(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const home = join(cache, 'holdfast', `codex-${CODEX_VERSION}`);
  const program = join(home, 'node_modules', '.bin', 'codex');
  if (existsSync(program)) return program;
  mkdirSync(dirname(home), { recursive: true });
  // An install that is interrupted, or that another process is making now, must not be taken for a whole one.
  const draft = mkdtempSync(`${home}-`);
  try {
    install(draft);
    if (!existsSync(program)) {
      rmSync(home, { recursive: true, force: true });
      renameSync(draft, home);
    }
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return program;
}

function install(folder: string): void {
  const what = `@openai/codex@${CODEX_VERSION}`;
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

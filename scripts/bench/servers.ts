import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** A server that is measured. */
export interface BenchServer extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
}

const HOLDFAST = new URL('../../packages/cli/dist/main.js', import.meta.url).pathname;
const REFERENCE_VERSION = '0.169.0';

/** Our own server, as built. */
export async function startHoldfast(): Promise<BenchServer> {
  const child = spawn(process.execPath, [HOLDFAST, 'serve', '--no-auth'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return await benchServer('holdfast', child);
}

/** The reference server, installed into the user's cache on first use. */
export async function startReference(): Promise<BenchServer> {
  const home = mkdtempSync(path.join(tmpdir(), 'holdfast-bench-'));
  const env = { ...process.env, CODEX_HOME: home };
  const child = spawn(installReference(), ['exec-server'], { stdio: ['ignore', 'pipe', 'ignore'], env });
  const server = await benchServer('reference', child);
  const dispose = async (): Promise<void> => {
    await server[Symbol.asyncDispose]();
    rmSync(home, { recursive: true, force: true });
  };
  return { ...server, [Symbol.asyncDispose]: dispose };
}

function installReference(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');
  const folder = path.join(cache, 'holdfast', `codex-${REFERENCE_VERSION}`);
  const program = path.join(folder, 'node_modules', '.bin', 'codex');
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const install = [
    'install',
    '--silent',
    '--no-save',
    '--prefix',
    folder,
    `@openai/codex@${REFERENCE_VERSION}`,
  ];
  const { status } = spawnSync('npm', install, { stdio: 'inherit' });
  if (status !== 0)
    throw new Error('the reference server could not be installed; run the bench without --reference');
  return program;
}

async function benchServer(
  name: string,
  child: ChildProcess & { stdout: NodeJS.ReadableStream },
): Promise<BenchServer> {
  let url = '';
  for await (const line of createInterface(child.stdout)) {
    url = line;
    break;
  }
  const dispose = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return { name, url, pid: child.pid ?? 0, [Symbol.asyncDispose]: dispose };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { installCodex } from '../../e2e/codex/install.js';

/** A server that is measured. */
export interface BenchServer extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
}

/** The command that a user has, as built. */
export const HOLDFAST = new URL('../../packages/cli/dist/main.js', import.meta.url).pathname;

/** Our own server, as built. @param args Further ones for `holdfast serve`. */
export async function startHoldfast(args: readonly string[] = []): Promise<BenchServer> {
  const child = spawn(process.execPath, [HOLDFAST, 'serve', '--no-auth', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return await benchServer('holdfast', child);
}

/** The reference server, installed into the user's cache on first use. */
export async function startReference(): Promise<BenchServer> {
  const home = mkdtempSync(path.join(tmpdir(), 'holdfast-bench-'));
  // With its home below this one the server finds no launcher for its sandboxes, and every confined command fails.
  const temporary = path.join(home, 'tmp');
  mkdirSync(temporary);
  const env = { ...process.env, CODEX_HOME: home, TMPDIR: temporary };
  const child = spawn(installCodex(), ['exec-server'], { stdio: ['ignore', 'pipe', 'ignore'], env });
  const server = await benchServer('reference', child);
  const dispose = async (): Promise<void> => {
    await server[Symbol.asyncDispose]();
    rmSync(home, { recursive: true, force: true });
  };
  return { ...server, [Symbol.asyncDispose]: dispose };
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

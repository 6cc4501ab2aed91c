import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const ROOT = dirname(import.meta.dirname);

/** The name and version of the package manager that the workspace is pinned to. */
export const PNPM = pinnedPackageManager();

export interface Finished {
  readonly exitCode: number;
  readonly output: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Shows the output while it is made instead of collecting it. */
  readonly live?: boolean;
  /** Laid over the environment of this program. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end; tools of the workspace are found by their bare name. */
export function run(command: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const [file = '', ...args] = command;
  const path = `${join(ROOT, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`;
  const child = spawn(file, args, {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, ...options.env, PATH: path },
    stdio: ['ignore', options.live === true ? 'inherit' : 'pipe', options.live === true ? 'inherit' : 'pipe'],
  });
  const parts: Buffer[] = [];
  child.stdout?.on('data', (part: Buffer) => parts.push(part));
  child.stderr?.on('data', (part: Buffer) => parts.push(part));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ exitCode: code ?? 1, output: Buffer.concat(parts).toString() });
    });
  });
}

function pinnedPackageManager(): string {
  const text = readFileSync(join(ROOT, 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly packageManager: string }).packageManager;
}

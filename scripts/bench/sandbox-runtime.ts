import { spawnSync } from 'node:child_process';
import { installFromNpm } from '../../e2e/codex/install.js';
import { runBare } from './bare.js';

export const SRT = {
  packageName: '@anthropic-ai/sandbox-runtime',
  version: '0.0.83',
  command: 'srt',
} as const;

/** What srt calls its settings. */
interface Settings {
  readonly network: { readonly allowedDomains: readonly string[]; readonly deniedDomains: readonly string[] };
  readonly filesystem: {
    readonly denyRead: readonly string[];
    readonly allowWrite: readonly string[];
    readonly denyWrite: readonly string[];
  };
}

interface SandboxManager {
  initialize(settings: Settings): Promise<void>;
  wrapWithSandbox(command: string): Promise<string>;
  reset(): Promise<void>;
}

/** srt as a library within this process, which is its fastest way. */
export interface SandboxRuntime extends AsyncDisposable {
  /** Runs a command of a shell to its end. */
  run(command: string): Promise<void>;
}

/** What srt is missing here; undefined where it can be used. */
export function lackOfSrt(): string | undefined {
  const missing = ['socat', 'rg'].filter((program) => spawnSync('which', [program]).status !== 0);
  return missing.length === 0 ? undefined : missing.join(' and ');
}

/** Installs srt into the user's cache on first use and sets it up for commands that may write there. */
export async function startSandboxRuntime(
  writable: readonly string[],
  changes: { readonly denyWrite?: readonly string[]; readonly allowedDomains?: readonly string[] } = {},
): Promise<SandboxRuntime> {
  const program = installFromNpm(SRT);
  const entry = new URL(`../${SRT.packageName}/dist/index.js`, `file://${program}`);
  const { SandboxManager: manager } = (await import(entry.href)) as {
    readonly SandboxManager: SandboxManager;
  };
  await manager.initialize({
    network: { allowedDomains: changes.allowedDomains ?? [], deniedDomains: [] },
    filesystem: { denyRead: [], allowWrite: writable, denyWrite: changes.denyWrite ?? [] },
  });
  return {
    run: async (command) => {
      await runBare(['/bin/sh', '-c', await manager.wrapWithSandbox(command)]);
    },
    [Symbol.asyncDispose]: () => manager.reset(),
  };
}

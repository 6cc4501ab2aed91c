import { chownSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { type ServerOptions, temporaryDirectory } from './harness.js';
import type { RawClient } from './raw-client.js';
import { eventsOf, type Run, runFrom, startParams } from './runs.js';
import type { SandboxUser } from './sandbox-users.js';

/** A workspace, a directory beside it, and where a server of this user records its sandboxes. */
export interface SandboxPlace extends AsyncDisposable {
  readonly path: string;
  readonly workspace: string;
  readonly outside: string;
  /** For a server that confines commands here. */
  readonly server: Pick<ServerOptions, 'env' | 'confinement'>;
}

export async function sandboxPlace({ uid }: SandboxUser): Promise<SandboxPlace> {
  const place = await temporaryDirectory();
  const at = (name: string): string => join(place.path, name);
  for (const directory of ['workspace', 'outside', 'run']) mkdirSync(at(directory), { mode: 0o700 });
  if (uid !== undefined) {
    for (const directory of ['.', 'workspace', 'outside', 'run']) chownSync(at(directory), uid, uid);
  }
  return {
    path: place.path,
    workspace: at('workspace'),
    outside: at('outside'),
    server: {
      env: { XDG_RUNTIME_DIR: at('run') },
      ...(uid === undefined ? {} : { confinement: { launcher: [], uid } }),
    },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

/** The files in which the sandboxes that run there are recorded. */
export function recordsOf({ path }: SandboxPlace): readonly string[] {
  const entries = readdirSync(join(path, 'run', 'holdfast'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

export type Entry = Readonly<Record<string, unknown>>;

export function special(kind: string, access: string, subpath?: string): Entry {
  return {
    path: { type: 'special', value: { kind, ...(subpath === undefined ? {} : { subpath }) } },
    access,
  };
}

export function restricted(entries: readonly Entry[], network = 'restricted'): object {
  return { type: 'managed', file_system: { type: 'restricted', entries }, network };
}

/** Everything can be read, the workspace written, the network not reached. */
export const WORKSPACE_WRITE = restricted([special('root', 'read'), special('project_roots', 'write')]);

/** The `sandbox` of a start in a workspace. */
export function sandboxOf(permissions: object, { workspace }: Pick<SandboxPlace, 'workspace'>): object {
  const uri = pathToFileURL(workspace).href;
  return { permissions, cwd: uri, workspaceRoots: [uri], windowsSandboxLevel: 'disabled' };
}

/** Starts a command in the workspace; the answer names the sandbox. */
export async function startConfined(
  client: RawClient,
  processId: string,
  argv: readonly string[],
  place: SandboxPlace,
  permissions: object = WORKSPACE_WRITE,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const params = startParams(client, processId, argv, {
    cwd: pathToFileURL(place.workspace).href,
    sandbox: sandboxOf(permissions, place),
    ...changes,
  });
  expect(await client.request('process/start', params)).toEqual({
    result: { processId, sandboxType: 'linuxSeccomp' },
  });
}

/** Runs a shell script in the workspace to its end. */
export async function runConfined(
  client: RawClient,
  script: string,
  place: SandboxPlace,
  permissions: object = WORKSPACE_WRITE,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Run & { readonly processId: string; readonly denied: unknown }> {
  const processId = `run-${(runs += 1)}`;
  await startConfined(client, processId, ['/bin/sh', '-c', script], place, permissions, changes);
  const events = await eventsOf(client, processId);
  const exited = events.find(({ method }) => method === 'process/exited');
  return { ...runFrom(events), processId, denied: exited?.params?.['sandboxDenied'] };
}

let runs = 0;

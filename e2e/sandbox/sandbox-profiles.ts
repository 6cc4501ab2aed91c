import { chownSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { ownFolder, type ServerOptions, temporaryDirectory } from '../harness.js';
import type { RawClient } from '../raw-client.js';
import { eventsOf, type Run, runFrom, startParams } from '../runs.js';
import type { SandboxUser } from './sandbox-users.js';

/** A workspace, a directory beside it, and one more for what programs of this user keep. */
export interface SandboxPlace extends AsyncDisposable {
  readonly path: string;
  readonly workspace: string;
  readonly outside: string;
  /** Where all programs of this user record their sandboxes. */
  readonly records: string;
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
    records: ownFolder(uid),
    server: uid === undefined ? {} : { confinement: { launcher: [], uid } },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

/** The files in which the sandboxes that run there are recorded. Those of other places are beside them, and come and go. */
export function recordsOf({ path, records }: SandboxPlace): readonly string[] {
  const folders = entriesOf(join(records, 'directories'));
  return folders.flatMap(entriesOf).filter((file) => textOf(file).includes(`"${path}/`));
}

function entriesOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory).map((name) => join(directory, name));
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
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

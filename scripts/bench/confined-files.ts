import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Contestant } from './contestant.js';
import { row } from './figures.js';
import { sandboxIn, special } from './intents.js';
import type { RawClient } from './raw-client.js';

const PLACE = '/var/tmp';
const FILE_BYTES = 4096;
const ROUNDS = 5;
const REQUESTS_PER_ROUND = 40;

type Request = (client: RawClient, sandbox: object | undefined) => Promise<void>;

/** How many file requests a second are answered inside of a sandbox and without one, one after the other and many at once. */
export async function benchConfinedFiles(all: readonly Contestant[]): Promise<void> {
  const workspace = mkdtempSync(path.join(PLACE, 'holdfast-bench-'));
  try {
    const file = path.join(workspace, 'file');
    writeFileSync(file, Buffer.alloc(FILE_BYTES, 1));
    for (const [name, request] of Object.entries(requestsFor(pathToFileURL(file).href))) {
      for (const atOnce of [1, REQUESTS_PER_ROUND]) {
        await compare(`${name}, ${String(atOnce)} at once`, all, workspace, request, atOnce);
      }
    }
  } finally {
    rmSync(workspace, { recursive: true });
  }
}

function requestsFor(uri: string): Readonly<Record<string, Request>> {
  const dataBase64 = Buffer.alloc(FILE_BYTES, 2).toString('base64');
  const asks =
    (method: string, params: object): Request =>
    async (client, sandbox) => {
      const { error } = await client.request(method, { ...params, sandbox });
      if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    };
  return {
    'fs/getMetadata': asks('fs/getMetadata', { path: uri }),
    'fs/readFile': asks('fs/readFile', { path: uri }),
    'fs/writeFile': asks('fs/writeFile', { path: uri, dataBase64 }),
  };
}

async function compare(
  what: string,
  all: readonly Contestant[],
  workspace: string,
  request: Request,
  atOnce: number,
): Promise<void> {
  const sandbox = sandboxIn(workspace, [special('project_roots')]);
  const taken = { confined: new Map<string, number>(), free: new Map<string, number>() };
  for (const { client } of all) await request(client, sandbox);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { server, client } of all) {
      for (const [kind, named] of [
        ['confined', sandbox],
        ['free', undefined],
      ] as const) {
        const ms = await duration(() => askAll(() => request(client, named), atOnce));
        taken[kind].set(server.name, (taken[kind].get(server.name) ?? 0) + ms);
      }
    }
  }
  const perSecond = (times: ReadonlyMap<string, number>): Record<string, number> =>
    Object.fromEntries(
      [...times].map(([name, ms]): [string, number] => [name, (ROUNDS * REQUESTS_PER_ROUND * 1000) / ms]),
    );
  console.log(row(`${what}, in a sandbox`, perSecond(taken.confined), 'a second'));
  console.log(row(`${what}, without`, perSecond(taken.free), 'a second'));
}

async function askAll(request: () => Promise<void>, atOnce: number): Promise<void> {
  for (let done = 0; done < REQUESTS_PER_ROUND; done += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, request));
  }
}

async function duration(run: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await run();
  return performance.now() - from;
}

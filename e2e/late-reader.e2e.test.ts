import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './deadline.js';
import { spawnHoldfast, startServer, type TestServer, temporaryDirectory } from './harness.js';
import type { RawClient } from './raw-client.js';
import { bytesOf, startScript } from './runs.js';

/** 196 MB of lines with numbers, so that a piece which is missing, doubled or in the wrong place changes the hash. */
const PRINT = 'seq 1 23000000';
const REF = 'unread';
const LIMIT_MS = 120_000;

interface Page {
  readonly chunks: readonly { readonly chunk: string }[];
  readonly nextSeq: number;
  readonly closed: boolean;
}

describe('a process that printed much with nobody reading', () => {
  let server: TestServer;
  let printed: string;

  beforeAll(async () => {
    server = await startServer({ args: ['--spill-limit', '300M'] });
    printed = await hashOf(spawn('sh', ['-c', PRINT], { stdio: ['ignore', 'pipe', 'inherit'] }).stdout);
    await using folder = await temporaryDirectory();
    const go = join(folder.path, 'go');
    const starter = await connect();
    const script = `until [ -e ${go} ]; do sleep 0.01; done; ${PRINT}`;
    await startScript(starter, REF, script, { lifetime: 'server', retention: 'keep' });
    // Whatever is printed from here on is owed to nobody who is there.
    expect(await starter.request('session/close')).toEqual({ result: { processes: 0 } });
    starter.end();
    await starter.ended();
    writeFileSync(go, '');
    const watcher = await connect();
    await eventually('the end of the process', () => isClosed(watcher), LIMIT_MS);
    watcher.end();
    await watcher.ended();
  }, LIMIT_MS);

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  async function connect(): Promise<RawClient> {
    const client = await server.connect();
    await client.initialize({ attach: 1, gap: 1, session: 1 });
    return client;
  }

  async function isClosed(client: RawClient): Promise<true | undefined> {
    const { result } = await client.request('process/list');
    const { processes } = result as { processes: readonly { readonly state: string }[] };
    return processes.some(({ state }) => state === 'closed') || undefined;
  }

  /** Joins it where everything has been pushed already, so that nothing comes but answers. */
  async function attachAtEnd(client: RawClient): Promise<void> {
    const { result } = await client.request('process/list');
    const { processes } = result as {
      processes: readonly { readonly id: string; readonly nextSeq: number }[];
    };
    const { nextSeq = 1 } = processes.find(({ id }) => id === REF) ?? {};
    const attach = { processId: 'p', ref: REF, afterSeq: nextSeq - 1 };
    expect(await client.request('process/attach', attach)).toMatchObject({ result: {} });
  }

  async function read(client: RawClient, params: object): Promise<Page> {
    return (await client.request('process/read', { processId: 'p', ...params })).result as Page;
  }

  async function firstPage(client: RawClient): Promise<Page> {
    return await read(client, { afterSeq: 0 });
  }

  async function* pages(client: RawClient, params: object): AsyncGenerator<Page> {
    for (let afterSeq = 0; ; ) {
      const page = await read(client, { afterSeq, ...params });
      yield page;
      // With a budget the state is the one of now, and only an empty page is the end.
      if (page.closed && (!('maxBytes' in params) || page.chunks.length === 0)) return;
      afterSeq = page.nextSeq - 1;
    }
  }

  test(
    'is pushed whole to one who comes late, and to the next one as well',
    async () => {
      for (let reader = 0; reader < 2; reader += 1) {
        await using client = await connect();
        const attach = { processId: 'p', ref: REF };
        expect(await client.request('process/attach', attach)).toMatchObject({ result: {} });
        const hash = createHash('sha256');
        for (
          let event = await client.next();
          event.method !== 'process/closed';
          event = await client.next()
        ) {
          hash.update(bytesOf(event));
        }
        expect(hash.digest('hex')).toBe(printed);
      }
    },
    LIMIT_MS,
  );

  test.each([{}, { maxBytes: 100_000 }])(
    'is read whole page by page, with %o',
    async (params) => {
      await using client = await connect();
      await attachAtEnd(client);
      const hash = createHash('sha256');
      for await (const { chunks } of pages(client, params)) {
        for (const { chunk } of chunks) hash.update(chunk, 'base64');
      }
      expect(hash.digest('hex')).toBe(printed);
    },
    LIMIT_MS,
  );

  test(
    'is shown whole by holdfast logs',
    async () => {
      const logs = spawnHoldfast(['logs', REF], { HOLDFAST_URL: server.url });
      expect(await hashOf(logs.stdout)).toBe(printed);
    },
    LIMIT_MS,
  );

  test(
    'is answered as often as it is asked for, also to one who stopped to read meanwhile',
    async () => {
      await using client = await connect();
      await attachAtEnd(client);
      const first = await firstPage(client);
      client.pause();
      const answers = Array.from({ length: 8 }, () => client.request('process/read', { processId: 'p' }));
      await using other = await connect();
      expect(await other.request('environment/status')).toEqual({ result: { status: 'ready' } });
      client.resume();
      for (const { result } of await Promise.all(answers)) {
        expect(hashOfPage(result as Page)).toBe(hashOfPage(first));
      }
    },
    LIMIT_MS,
  );

  test('harms nobody when one who asked for it is gone before the answers', async () => {
    const client = await connect();
    await attachAtEnd(client);
    client.pause();
    for (let id = 100; id < 120; id += 1)
      client.send({ id, method: 'process/read', params: { processId: 'p' } });
    client.cut();
    await client.ended();
    await using other = await connect();
    await attachAtEnd(other);
    expect((await firstPage(other)).nextSeq).toBeGreaterThan(1);
  });
});

function hashOfPage({ chunks }: Page): string {
  const hash = createHash('sha256');
  for (const { chunk } of chunks) hash.update(chunk, 'base64');
  return hash.digest('hex');
}

async function hashOf(pieces: AsyncIterable<unknown>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of pieces) hash.update(piece as Uint8Array);
  return hash.digest('hex');
}

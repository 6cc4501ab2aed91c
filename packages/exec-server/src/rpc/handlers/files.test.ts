import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { COPY_TURN_BYTES, FILE_ANSWERS_BYTES, MAX_FILE_BLOCK_BYTES } from '@holdfast/exec-protocol';
import { describe, expect, test, vi } from 'vitest';
import { SMALL_FILE_BYTES } from '../../file-up-to.js';
import { COPIES_IN_BLOCKS } from '../../fs/testing/copies-in-blocks.js';
import { type CoreClient, CoreWorld, REPLAY, settle } from '../../testing/core-world.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A directory for one test. */
class Place implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'holdfast-rpc-'));

  uri(name: string): string {
    return pathToFileURL(join(this.root, name)).href;
  }

  read(name: string): string {
    return readFileSync(join(this.root, name), 'utf8');
  }

  has(name: string): boolean {
    return existsSync(join(this.root, name));
  }

  sizeOf(name: string): number {
    return statSync(join(this.root, name)).size;
  }

  write(name: string, content: string): void {
    writeFileSync(join(this.root, name), content);
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true });
  }
}

describe('files that are asked for without waiting', () => {
  test('are changed and read in the order of the requests', async () => {
    await using world = new CoreWorld();
    using place = new Place();
    const client = await world.client();
    const path = place.uri('f');
    const ids = [
      client.send('fs/createDirectory', { path: place.uri('d') }),
      client.send('fs/writeFile', { path, dataBase64: base64('one') }),
      client.send('fs/readFile', { path }),
      client.send('fs/writeFile', { path, dataBase64: base64('two') }),
      client.send('fs/readFile', { path }),
      client.send('fs/copy', { sourcePath: path, destinationPath: place.uri('d/g'), recursive: false }),
      client.send('fs/readFile', { path: place.uri('d/g') }),
      client.send('fs/remove', { path }),
      client.send('fs/readFile', { path }),
    ];
    const answers = await Promise.all(ids.map((id) => client.eventually(id)));
    expect(answers.map(({ result, error }) => result ?? error?.data.kind)).toEqual([
      {},
      {},
      { dataBase64: base64('one') },
      {},
      { dataBase64: base64('two') },
      {},
      { dataBase64: base64('two') },
      {},
      'fileNotFound',
    ]);
  });

  test.each([SMALL_FILE_BYTES, SMALL_FILE_BYTES + 1])('of %i bytes are answered whole', async (bytes) => {
    await using world = new CoreWorld();
    using place = new Place();
    place.write('f', 'x'.repeat(bytes));
    const client = await world.client();
    const { result } = await client.eventually(client.send('fs/readFile', { path: place.uri('f') }));
    expect(result).toEqual({ dataBase64: base64('x'.repeat(bytes)) });
  });

  test('a process starts after the changes that were asked for before it', async () => {
    await using world = new CoreWorld();
    using place = new Place();
    const client = await world.client();
    const seen: string[] = [];
    world.processes.onSpawn = () => seen.push(place.read('f'));
    client.send('fs/writeFile', { path: place.uri('f'), dataBase64: base64('before') });
    const started = client.send('process/start', {
      processId: 'p',
      argv: ['p'],
      cwd: 'file:///',
      env: {},
      tty: false,
    });
    // The id is taken from the moment of the request on, and what names it waits for the start.
    const second = client.send('process/start', {
      processId: 'p',
      argv: ['p'],
      cwd: 'file:///',
      env: {},
      tty: false,
    });
    const read = client.send('process/read', { processId: 'p' });
    expect((await client.eventually(second)).error?.data.kind).toBe('processIdInUse');
    expect((await client.eventually(started)).result).toEqual({ processId: 'p', sandboxType: 'none' });
    expect((await client.eventually(read)).result).toMatchObject({ exited: false });
    expect(seen).toEqual(['before']);
  });

  test('keep their order over a lost connection', async () => {
    await using world = new CoreWorld();
    using place = new Place();
    const client = await world.client(REPLAY);
    const path = place.uri('f');
    for (let id = 10; id < 30; id += 1)
      client.send('fs/writeFile', { path, dataBase64: base64(String(id)) }, id);
    await settle();
    await client.cut();
    const again = await world.resumed(client, REPLAY);
    const read = again.send('fs/readFile', { path }, 40);
    expect((await again.eventually(read)).result).toEqual({ dataBase64: base64('29') });
  });
});

describe('an open file', () => {
  test('stays open for a client that goes on, and a repeated block is written once', async () => {
    await using world = new CoreWorld();
    using place = new Place();
    const client = await world.client(REPLAY);
    const open = { handleId: 'h', path: place.uri('f'), mode: 'replace' };
    const block = { handleId: 'h', offset: 0, chunk: base64('first') };
    await client.eventually(client.send('fs/open', open, 10));
    await client.eventually(client.send('fs/writeBlock', block, 11));
    await client.cut();
    const again = await world.resumed(client, REPLAY);
    place.write('f', 'changed since');
    expect((await again.eventually(again.send('fs/writeBlock', block, 11))).result).toEqual({});
    expect(place.read('f')).toBe('changed since');
    await again.eventually(again.send('fs/writeBlock', { ...block, chunk: base64('again') }, 12));
    expect(place.read('f')).toBe('agained since');
  });

  test('is closed with the connection of a client that cannot know what became of it', async () => {
    await using world = new CoreWorld();
    using place = new Place();
    place.write('f', 'content');
    const client = await world.client();
    const open = { handleId: 'h', path: place.uri('f') };
    await client.eventually(client.send('fs/open', open));
    await client.cut();
    const again = await world.resumed(client);
    const read = again.send('fs/readBlock', { handleId: 'h', offset: 0, len: 7 });
    expect((await again.eventually(read)).error?.data.kind).toBe('fileHandleUnknown');
    expect((await again.eventually(again.send('fs/open', open))).result).toEqual({ handleId: 'h' });
  });
});

test('a path that appears is told once, and to nobody whose connection has gone', async () => {
  await using world = new CoreWorld();
  using place = new Place();
  const client = await world.client();
  const watch = { watchId: 7, missing: [place.uri('later')] };
  expect((await client.eventually(client.send('fs/watchMissing', watch))).result).toEqual({ watching: true });
  place.write('later', '');
  expect(await client.event('fs/missingChanged')).toEqual({ watchId: 7 });
  rmSync(join(place.root, 'later'));
  await client.eventually(client.send('fs/watchMissing', watch));
  await client.cut();
  const again = await world.resumed(client);
  place.write('later', '');
  await settle();
  expect((await again.eventually(again.send('fs/watchMissing', watch))).result).toEqual({ watching: false });
  expect(again.received).toEqual([]);
});

test('what asks for a sandbox is refused, and nothing happens', async () => {
  await using world = new CoreWorld();
  using place = new Place();
  const client = await world.client();
  const sandbox = { permissions: { type: 'disabled' } };
  const requests: readonly [string, object][] = [
    ['fs/readFile', { path: place.uri('f') }],
    ['fs/writeFile', { path: place.uri('f'), dataBase64: '' }],
    ['fs/createDirectory', { path: place.uri('f') }],
    ['fs/getMetadata', { path: place.uri('f') }],
    ['fs/canonicalize', { path: place.uri('f') }],
    ['fs/readDirectory', { path: place.uri('f') }],
    ['fs/walk', { path: place.uri('f'), options: WALK }],
    ['fs/remove', { path: place.uri('f') }],
    ['fs/copy', { sourcePath: place.uri('f'), destinationPath: place.uri('g'), recursive: true }],
    ['fs/open', { handleId: 'h', path: place.uri('f'), mode: 'replace' }],
  ];
  for (const [method, params] of requests) {
    const { error } = await client.eventually(client.send(method, { ...params, sandbox }));
    expect([method, error?.data.kind]).toEqual([method, 'sandboxUnsupported']);
  }
  expect(() => place.read('f')).toThrow('ENOENT');
});

test('a block that is longer than one may be is refused at once, and needs no room', async () => {
  await using world = new CoreWorld();
  using place = new Place();
  place.write('f', 'content');
  const client = await world.client();
  await client.eventually(client.send('fs/open', { handleId: 'f', path: place.uri('f') }));
  const len = Number.MAX_SAFE_INTEGER;
  const { error } = await client.eventually(client.send('fs/readBlock', { handleId: 'f', offset: 0, len }));
  expect(error?.data.kind).toBe('invalidFileRequest');
});

const WALK = { maxDepth: 1, maxDirectories: 1, maxEntries: 1, followDirectorySymlinks: false };

describe('files that a client asks for and does not take', () => {
  const COUNT = 40;

  test.each([
    ['blocks', 'fs/readBlock', { handleId: 'f', offset: 0, len: MAX_FILE_BLOCK_BYTES }],
    ['whole files', 'fs/readFile', {}],
  ])(
    'stay on the disk beyond a bound, and all of them come when it does: %s',
    async (_what, method, params) => {
      await using world = new CoreWorld();
      using place = new Place();
      place.write('f', 'x'.repeat(MAX_FILE_BLOCK_BYTES));
      const path = place.uri('f');
      const client = await world.client();
      await client.eventually(client.send('fs/open', { handleId: 'f', path }));
      client.pause();
      const ids = Array.from({ length: COUNT }, () => client.send(method, { path, ...params }));
      await restOf(client);
      expect(client.unreadBytes).toBeLessThanOrEqual(FILE_ANSWERS_BYTES);
      client.resume();
      const answers = await Promise.all(ids.map((id) => client.eventually(id)));
      expect(answers.filter(({ result }) => result === undefined)).toEqual([]);
    },
  );
});

test.each([
  ['fs/readDirectory', 2000, {}],
  ['fs/walk', 200, { options: { ...WALK, maxEntries: 50_000 } }],
  ['fs/list', 200, {}],
])(
  'listings that a client does not take are held to the bound, however long they are: %s',
  async (method, length, params) => {
    const COUNT = 16;
    await using world = new CoreWorld();
    using place = new Place();
    const long = '\x01'.repeat(240);
    const directory = Array<string>(14).fill(long).join('/');
    mkdirSync(join(place.root, directory), { recursive: true });
    for (let at = 0; at < length; at += 1) place.write(`${directory}/${String(at)}${long}`, '');
    const client = await world.client({ extensions: ['files'] });
    client.pause();
    const ids = Array.from({ length: COUNT }, () =>
      client.send(method, { path: place.uri(`${directory}/`), ...params }),
    );
    await restOf(client);
    expect(client.unreadBytes).toBeLessThanOrEqual(FILE_ANSWERS_BYTES);
    client.resume();
    const answers = await Promise.all(ids.map((id) => client.eventually(id)));
    const lengths = answers.map(({ result }) => (result?.['entries'] as unknown[] | undefined)?.length);
    expect(lengths).toEqual(ids.map(() => length));
  },
);

describe.runIf(COPIES_IN_BLOCKS)('a copy that takes long', () => {
  const ENDLESS_BYTES = 2 ** 40;

  async function copying(place: Place, client: CoreClient): Promise<void> {
    place.write('endless', '');
    truncateSync(join(place.root, 'endless'), ENDLESS_BYTES);
    const paths = { sourcePath: place.uri('endless'), destinationPath: place.uri('copy') };
    client.send('fs/copy', { ...paths, recursive: false });
    await vi.waitUntil(() => place.has('copy'), { timeout: 20_000 });
    await client.cut();
  }

  test('ends with the connection of a client that cannot ask for it again', async () => {
    await using world = new CoreWorld();
    using place = new Place();
    await copying(place, await world.client());
    await vi.waitUntil(() => !place.has('copy'), { timeout: 20_000 });
  });

  test('ends with the session of one that can', async () => {
    await using world = new CoreWorld();
    using place = new Place();
    const client = await world.client(REPLAY);
    await copying(place, client);
    const again = await world.resumed(client, REPLAY);
    const size = place.sizeOf('copy');
    await vi.waitUntil(() => place.sizeOf('copy') > size + COPY_TURN_BYTES, { timeout: 20_000 });
    again.send('session/close', {}, 1000);
    await vi.waitUntil(() => !place.has('copy'), { timeout: 20_000 });
  });
});

/** Waits until nothing more comes to a client that takes nothing. */
async function restOf(client: CoreClient): Promise<void> {
  for (let still = 0, before = 0; still < 50; still += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (client.unreadBytes !== before) still = 0;
    before = client.unreadBytes;
  }
}

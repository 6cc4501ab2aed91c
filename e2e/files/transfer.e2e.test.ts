import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { connect, TransferError, type TransferResult } from '@holdfast/exec-client';
import { describe, expect, test } from 'vitest';
import { Command } from '../command.js';
import { eventually, within } from '../deadline.js';
import { type FaultProxy, startFaultProxy } from '../fault-proxy.js';
import { spawnHoldfast, startServer, temporaryDirectory } from '../harness.js';
import { names, pattern, resultOf, sha256 } from './transfer-content.js';

const TIMEOUT_MS = 120_000;

/** Resets the link each time that another part of the content has been moved. */
function cutting(proxy: FaultProxy, at: readonly number[]): (progress: { readonly bytes: number }) => void {
  const marks = [...at];
  return ({ bytes }) => {
    if (bytes < (marks[0] ?? Infinity)) return;
    marks.shift();
    proxy.inject({ kind: 'reset' });
  };
}

const WITHOUT_FILES = { replay: 1, session: 1 };

const EXTENSIONS = { 'with all extensions': undefined, 'without extensions': {} };

for (const [name, extensions] of Object.entries(EXTENSIONS)) {
  test(`a file is whole although the link is cut on its way, ${name}`, { timeout: TIMEOUT_MS }, async () => {
    await using place = await temporaryDirectory();
    await using server = await startServer({ sessionTtl: '60s' });
    await using proxy = await startFaultProxy(server.url);
    await using client = await connect(proxy.url, extensions === undefined ? {} : { extensions });
    const here = join(place.path, 'here');
    const there = join(place.path, 'there');
    const back = join(place.path, 'back');
    writeFileSync(here, pattern(12_000_001));
    writeFileSync(there, 'old');
    writeFileSync(back, 'old');
    chmodSync(back, 0o751);
    const sent = await client.fs.upload(here, there, { onProgress: cutting(proxy, [3_000_000, 9_000_000]) });
    const came = await client.fs.download(there, back, {
      onProgress: cutting(proxy, [3_000_000, 9_000_000]),
    });
    const result = resultOf({ files: 1, bytes: 12_000_001 });
    expect([sent, came]).toEqual([result, result]);
    expect([sha256(there), sha256(back)]).toEqual([sha256(here), sha256(here)]);
    expect(names(place.path)).toEqual(['back', 'here', 'there']);
    expect(proxy.counts.accepted).toBeGreaterThanOrEqual(5);
  });
}

test('a copy that is broken off leaves what was there and nothing else where nobody could go on with it', {
  timeout: TIMEOUT_MS,
}, async () => {
  await using place = await temporaryDirectory();
  await using server = await startServer();
  await using client = await connect(server.url, { extensions: WITHOUT_FILES });
  const here = join(place.path, 'here');
  const there = join(place.path, 'there');
  writeFileSync(here, pattern(8_000_000));
  writeFileSync(there, 'old');
  for (const way of ['upload', 'download'] as const) {
    const stop = new AbortController();
    const enough = new Error('enough');
    const [from, to] = way === 'upload' ? [here, there] : [here, join(place.path, 'back')];
    const broken = client.fs[way](from, to, {
      signal: stop.signal,
      onProgress: ({ bytes }) => {
        if (bytes > 2_000_000) stop.abort(enough);
      },
    });
    await expect(broken).rejects.toBe(enough);
  }
  expect([readFileSync(there, 'utf8'), names(place.path)]).toEqual(['old', ['here', 'there']]);
});

test('Ctrl-C ends a copy while the link is lost, long before the session is given up', {
  timeout: TIMEOUT_MS,
}, async () => {
  await using place = await temporaryDirectory();
  await using server = await startServer();
  await using proxy = await startFaultProxy(server.url);
  const here = join(place.path, 'here');
  writeFileSync(here, '');
  // Takes no room, and longer than this test.
  truncateSync(here, 4_000_000_000);
  const command = new Command(
    spawnHoldfast(['cp', here, `:${join(place.path, 'there')}`], { HOLDFAST_URL: proxy.url }),
  );
  await eventually(
    'a part of the file on its way',
    () => proxy.counts.bytes.toServer > 4_000_000 || undefined,
  );
  proxy.newLinks = { kind: 'refuse' };
  proxy.inject({ kind: 'reset' });
  await eventually('an attempt to get the link back', () => proxy.counts.refused > 0 || undefined);
  command.child.kill('SIGINT');
  expect(await within('the end of the copy', command.ended)).toEqual({
    code: 130,
    stdout: '',
    stderr: expect.any(String) as string,
  });
});

test('holdfast cp copies trees both ways, whatever their names, links as links and with their permissions', {
  timeout: TIMEOUT_MS,
}, async () => {
  await using place = await temporaryDirectory();
  await using server = await startServer();
  const tree = join(place.path, 'tree');
  mkdirSync(join(tree, 'deep', 'hollow'), { recursive: true });
  mkdirSync(join(place.path, 'box'));
  writeFileSync(join(tree, 'large'), pattern(3_000_000), { mode: 0o750 });
  writeFileSync(join(tree, 'deep', 'empty'), '', { mode: 0o600 });
  writeFileSync(join(tree, 'deep', ' \n"%?#*'), 'odd', { mode: 0o444 });
  // Linux alone has names that are not UTF-8.
  if (process.platform === 'linux') writeFileSync(Buffer.from(`${tree}/deep/\xff\xfe`, 'latin1'), 'bytes');
  symlinkSync('large', join(tree, 'link'));
  symlinkSync('../../../escaping', join(tree, 'deep', 'out'));
  symlinkSync('/etc', join(tree, 'deep', 'absolute'));
  chmodSync(join(tree, 'deep', 'hollow'), 0o2555);
  chmodSync(join(tree, 'deep'), 0o700);
  const before = tellsOf(tree);
  const up = await server.holdfast('cp', '-r', tree, `:${place.path}/box`);
  expect(up).toEqual({ code: 0, stdout: '', stderr: '' });
  const down = await server.holdfast('cp', '--json', `:${place.path}/box/tree`, join(place.path, 'back'));
  const [files, bytes] = process.platform === 'linux' ? [4, 3_000_008] : [3, 3_000_003];
  expect({ ...down, stdout: JSON.parse(down.stdout) as unknown }).toEqual({
    code: 0,
    stdout: {
      type: 'copied',
      ...resultOf({ files, directories: 3, links: 3, bytes }),
      failed: [],
      kept: [],
    },
    stderr: '',
  });
  expect([tellsOf(join(place.path, 'box', 'tree')), tellsOf(join(place.path, 'back'))]).toEqual([
    before,
    before,
  ]);
  expect(sha256(join(place.path, 'back', 'large'))).toBe(sha256(join(tree, 'large')));
  // What may not be written may still be replaced, and a directory that may not be filled is.
  expect((await server.holdfast('cp', '-r', tree, `:${place.path}/box`)).code).toBe(0);
  expect(tellsOf(join(place.path, 'box', 'tree'))).toEqual(before);
});

test('towards a server without the extension links are named and left out, and files get what new ones get', {
  timeout: TIMEOUT_MS,
}, async () => {
  await using place = await temporaryDirectory();
  await using server = await startServer();
  await using client = await connect(server.url, { extensions: {} });
  const tree = join(place.path, 'tree');
  mkdirSync(tree);
  writeFileSync(join(tree, 'file'), 'x');
  symlinkSync('file', join(tree, 'link'));
  expect(await client.fs.upload(tree, join(place.path, 'there'))).toEqual(
    resultOf({
      files: 1,
      directories: 1,
      bytes: 1,
      skipped: [
        {
          path: JSON.stringify(join(tree, 'link')),
          reason: 'is a symbolic link, which the server does not know',
        },
      ],
    }),
  );
  expect(names(join(place.path, 'there'))).toEqual(['file']);
});

/** Everything below a directory: what it is, who may use it, where it leads. No link is followed. */
function tellsOf(directory: string | Buffer): Record<string, string> {
  const told: Record<string, string> = {};
  for (const name of readdirSync(directory, { encoding: 'buffer' })) {
    const path = Buffer.concat([Buffer.from(directory), Buffer.from('/'), name]);
    const found = lstatSync(path);
    const permissions = (found.mode & 0o777).toString(8);
    const text = name.toString('latin1');
    if (found.isSymbolicLink()) told[text] = `leads to ${readlinkSync(path)}`;
    else if (found.isDirectory()) {
      told[text] = `directory ${permissions}`;
      for (const [below, tells] of Object.entries(tellsOf(path))) told[`${text}/${below}`] = tells;
    } else told[text] = `${String(found.size)} bytes ${permissions}`;
  }
  return told;
}

describe('a link that lies where a directory is to go', () => {
  for (const way of ['upload', 'download'] as const) {
    test(`leads no file of the ${way} out of the destination`, { timeout: TIMEOUT_MS }, async () => {
      await using place = await temporaryDirectory();
      await using server = await startServer();
      await using client = await connect(server.url);
      const at = (name: string): string => join(place.path, name);
      for (const directory of ['tree', 'tree/a', 'tree/b', 'copy', 'outside']) mkdirSync(at(directory));
      for (const file of ['tree/a/small', 'tree/b/fine', 'tree/c', 'outside/kept'])
        writeFileSync(at(file), 'new');
      writeFileSync(at('tree/a/large'), pattern(1_500_000));
      writeFileSync(at('outside/kept'), 'old');
      // The first copy of a hostile tree made a link, the second finds a directory there, and files where links are.
      symlinkSync('../outside', at('copy/a'));
      symlinkSync('../outside/kept', at('copy/c'));
      const failure: unknown = await client.fs[way](at('tree'), at('copy')).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(TransferError);
      const { failed, result } = failure as TransferError;
      expect([failed.length, failed[0]?.path.includes('/tree/a'), result.files]).toEqual([1, true, 2]);
      expect([names(at('outside')), readFileSync(at('outside/kept'), 'utf8')]).toEqual([['kept'], 'old']);
      const permissions = (statSync(at('tree/c')).mode & 0o777).toString(8);
      expect(tellsOf(at('copy'))).toEqual({
        a: 'leads to ../outside',
        b: tellsOf(at('tree'))['b'],
        'b/fine': `3 bytes ${permissions}`,
        c: `3 bytes ${permissions}`,
      });
    });
  }
});

describe('a copy that was ended', () => {
  for (const way of ['upload', 'download'] as const) {
    test(`goes on where it was when the ${way} is run again`, { timeout: TIMEOUT_MS }, async () => {
      await using place = await temporaryDirectory();
      await using server = await startServer();
      const [here, there] = [join(place.path, 'here'), join(place.path, 'there')];
      writeFileSync(here, pattern(12_000_001), { mode: 0o640 });
      writeFileSync(there, 'old');
      const kept: string[] = [];
      const stop = new AbortController();
      {
        await using client = await connect(server.url);
        const broken = client.fs[way](here, there, {
          signal: stop.signal,
          onProgress: ({ bytes }) => {
            if (bytes > 6_000_000) stop.abort(new Error('enough'));
          },
          onKept: (path) => kept.push(path),
        });
        await expect(broken).rejects.toThrow('enough');
      }
      const left = names(place.path).filter((name) => name.endsWith('.part'));
      expect([left.length, kept.length, kept[0]?.includes(left[0] ?? '-')]).toEqual([1, 1, true]);
      expect(readFileSync(there, 'utf8')).toBe('old');
      await using client = await connect(server.url);
      const result = await client.fs[way](here, there);
      expect(result).toEqual(resultOf({ files: 1, bytes: 12_000_001, resumedBytes: result.resumedBytes }));
      expect(result.resumedBytes).toBeGreaterThanOrEqual(1_000_000);
      expect([names(place.path), sha256(there)]).toEqual([['here', 'there'], sha256(here)]);
      expect(statSync(there).mode & 0o777).toBe(0o640);
    });

    test.each([
      // The same size and the same time: only the content tells.
      ['another', 8_000_001, 1],
      ['shorter', 2_000_000, 0],
    ])(
      `begins the ${way} anew where the source is %s by then`,
      { timeout: TIMEOUT_MS },
      async (_, size, flip) => {
        await using place = await temporaryDirectory();
        await using server = await startServer();
        await using client = await connect(server.url);
        const [here, there] = [join(place.path, 'here'), join(place.path, 'there')];
        const content = pattern(8_000_001);
        writeFileSync(here, content);
        const { mtime } = statSync(here);
        const stop = new AbortController();
        const broken = client.fs[way](here, there, {
          signal: stop.signal,
          onProgress: ({ bytes }) => {
            if (bytes > 5_000_000) stop.abort(new Error('enough'));
          },
        });
        await expect(broken).rejects.toThrow('enough');
        content[0] = (content[0] ?? 0) ^ flip;
        writeFileSync(here, content.subarray(0, size));
        utimesSync(here, mtime, mtime);
        expect(await client.fs[way](here, there)).toEqual(resultOf({ files: 1, bytes: size }));
        expect([names(place.path), sha256(there)]).toEqual([['here', 'there'], sha256(here)]);
      },
    );
  }

  test('by SIGKILL goes on as well', { timeout: TIMEOUT_MS }, async () => {
    await using place = await temporaryDirectory();
    await using server = await startServer();
    await using proxy = await startFaultProxy(server.url);
    const [here, there] = [join(place.path, 'here'), join(place.path, 'there')];
    writeFileSync(here, '');
    truncateSync(here, 60_000_000);
    const command = new Command(spawnHoldfast(['cp', here, `:${there}`], { HOLDFAST_URL: proxy.url }));
    await eventually(
      'a part of the file on its way',
      () => proxy.counts.bytes.toServer > 8_000_000 || undefined,
    );
    command.child.kill('SIGKILL');
    await within('the end of the copy', command.ended);
    const again = await server.holdfast('cp', '--json', here, `:${there}`);
    const told = JSON.parse(again.stdout) as TransferResult;
    expect([again.code, told.bytes]).toEqual([0, 60_000_000]);
    expect(told.resumedBytes).toBeGreaterThanOrEqual(1_000_000);
    expect([names(place.path), sha256(there)]).toEqual([['here', 'there'], sha256(here)]);
  });
});

test.each([
  ['both ends here', ['a', 'b'], 125, /are both on this machine; a leading colon marks the executor's side/],
  ['a relative path there', ['/etc/hostname', ':b'], 125, /a path must be absolute, such as/],
  ['a source that is not here', ['/no/such', ':/tmp/b'], 1, /"\/no\/such" does not exist on this machine/],
  ['a source that is not there', [':/no/such', 'b'], 1, /"\/no\/such" does not exist/],
  [
    'a destination without a directory there',
    [process.execPath, ':/no/such/b'],
    1,
    /file:\/\/\/no\/such does not exist on the executor; make it first/,
  ],
  [
    'a destination without a directory here',
    [`:${process.execPath}`, '/no/such/b'],
    1,
    /the directory of "\/no\/such\/b" does not exist on this machine; make it first/,
  ],
])('holdfast cp refuses %s', async (_, words, code, message) => {
  await using server = await startServer();
  const outcome = await server.holdfast('cp', ...words);
  expect(outcome).toEqual({ code, stdout: '', stderr: expect.stringMatching(message) as string });
});

test('a directory of ten thousand entries is copied whole', { timeout: 3 * TIMEOUT_MS }, async () => {
  await using place = await temporaryDirectory();
  await using server = await startServer();
  await using client = await connect(server.url);
  const huge = join(place.path, 'huge');
  mkdirSync(huge);
  for (let at = 0; at < 10_000; at += 1) writeFileSync(join(huge, String(at)), '');
  const result = resultOf({ files: 10_000, directories: 1 });
  expect(await client.fs.download(huge, join(place.path, 'back'))).toEqual(result);
  expect(readdirSync(join(place.path, 'back')).length).toBe(10_000);
});

// A backslash separates names on Windows alone.
test.skipIf(process.platform === 'win32')(
  'what the executor calls its files decides nothing but their names here',
  { timeout: TIMEOUT_MS },
  async () => {
    await using place = await temporaryDirectory();
    await using server = await startServer();
    await using client = await connect(server.url);
    const tree = join(place.path, 'tree');
    const home = join(place.path, 'home');
    mkdirSync(join(tree, 'x\\..'), { recursive: true });
    mkdirSync(home);
    for (const [name, content] of [
      ['x\\../escaped', 'out'],
      ['a\\same', '1'],
      ['b\\same', '2'],
    ] as const) {
      writeFileSync(join(tree, name), content);
    }
    const result = resultOf({ files: 3, directories: 2, bytes: 5 });
    expect(await client.fs.download(tree, join(home, 'copy'))).toEqual(result);
    expect(names(home)).toEqual(['copy', ...names(tree).map((name) => join('copy', name))]);
    expect(readFileSync(join(home, 'copy', 'a\\same'), 'utf8')).toBe('1');
    expect(readFileSync(join(home, 'copy', 'b\\same'), 'utf8')).toBe('2');
  },
);

test.each(['upload', 'download'] as const)(
  'what goes away during a %s is left out',
  { timeout: TIMEOUT_MS },
  async (way) => {
    await using place = await temporaryDirectory();
    await using server = await startServer();
    await using client = await connect(server.url);
    const tree = join(place.path, 'tree');
    mkdirSync(tree);
    for (let at = 0; at < 100; at += 1) writeFileSync(join(tree, String(at)), 'x');
    const result = await client.fs[way](tree, join(place.path, 'copy'), {
      onProgress: ({ files }) => {
        if (files === 20) rmSync(tree, { recursive: true, force: true });
      },
    });
    const copied = readdirSync(join(place.path, 'copy'));
    expect(result).toEqual(resultOf({ files: copied.length, directories: 1, bytes: copied.length }));
    expect(copied.length).toBeGreaterThanOrEqual(20);
    expect(copied.length).toBeLessThan(100);
  },
);

test.skipIf(process.getuid?.() !== 0)(
  'what the server may not read or write is named, and the rest is copied',
  { timeout: TIMEOUT_MS },
  async () => {
    const uid = 64_321;
    await using place = await temporaryDirectory();
    await using server = await startServer({ confinement: { launcher: [], uid } });
    await using client = await connect(server.url);
    const at = (name: string): string => join(place.path, name);
    for (const directory of ['tree', 'tree/closed', 'ours', 'theirs']) mkdirSync(at(directory));
    for (const file of ['tree/open', 'tree/secret', 'tree/closed/inner']) writeFileSync(at(file), 'x');
    chmodSync(at('tree/secret'), 0o600);
    chmodSync(at('tree/closed'), 0o700);
    chownSync(at('theirs'), uid, uid);
    const failure: unknown = await client.fs
      .download(at('tree'), at('back'))
      .catch((error: unknown) => error);
    const { result, failed } = failure instanceof TransferError ? failure : { result: failure, failed: [] };
    expect({ result, failed: failed.map(({ path }) => path).sort(), names: names(at('back')) }).toEqual({
      result: resultOf({ files: 1, directories: 1, bytes: 1 }),
      failed: [`file://${at('tree/closed')}`, `file://${at('tree/secret')}`],
      names: ['open'],
    });
    const outcome = await server.holdfast('cp', at('tree/open'), `:${at('ours')}`);
    expect(outcome).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${at('ours/open')}" may not be used by the server`) as string,
    });
    expect(await client.fs.upload(at('tree'), at('theirs/tree'))).toMatchObject({ files: 3 });
    // Who may put files there but not look.
    chmodSync(at('theirs'), 0o300);
    writeFileSync(at('large'), pattern(1_500_000));
    expect(await client.fs.upload(at('large'), at('theirs/large'))).toMatchObject({ files: 1 });
    expect(sha256(at('theirs/large'))).toBe(sha256(at('large')));
  },
);

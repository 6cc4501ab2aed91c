import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { FileView } from '../files/file-facts.js';
import { type FakeFile, fakeFiles } from '../files/testing/fake-files.js';
import { MAX_GLOB_COMPARISONS, MAX_GLOB_TEXT_CHARACTERS, SCAN_SLICE_MS } from '../limits.js';
import { ShutDirectory } from '../repositories/scan-files.js';
import type { ScanTools } from '../repositories/scan-tree.js';
import { fakeScanning } from '../repositories/testing/fake-scans.js';
import type { GlobMatches, GlobScan } from './deny-glob.js';
import { PatternLooks } from './pattern-looks.js';

const TREE: Readonly<Record<string, FakeFile>> = {
  '/ws/a/b/.env': { text: '' },
  '/ws/c/.env': { text: '' },
  '/ws/c/key.pem': { text: '' },
  '/ws/vault/open/.env': { text: '' },
  '/srv/.env': { text: '' },
  '/to-ws': { link: 'ws' },
};

/** A machine that counts, and on which it takes a while to list a directory. */
class Machine implements ScanTools {
  readonly #tree = fakeScanning(fakeFiles(TREE)).files;
  readonly #listMs: number;
  nowMs = 0;
  turns = 0;
  listed: string[] = [];
  onTurn: () => void = () => undefined;

  constructor(listMs = 0) {
    this.#listMs = listMs;
  }

  readonly files: ScanTools['files'] = {
    ...this.#tree,
    list: (directory) => {
      this.listed.push(directory);
      this.nowMs += this.#listMs;
      return this.#tree.list(directory);
    },
  };

  now = (): number => this.nowMs;
  wallNow = this.now;

  turn = (): Promise<void> => {
    this.turns += 1;
    this.onTurn();
    return setImmediate();
  };

  find(
    patterns: readonly string[],
    signal?: AbortSignal,
    looks = new PatternLooks(this),
  ): Promise<GlobMatches> {
    return looks.find(patterns.map(scanFor), fakeFiles(TREE), signal);
  }
}

function scanFor(pattern: string, at: number): GlobScan {
  return { pattern, origin: `entry ${at}`, directory: '/ws', maxDepth: undefined };
}

function looksAt(files: FileView, changes: Partial<ScanTools['files']>): PatternLooks {
  const tools = fakeScanning(files);
  return new PatternLooks({ ...tools, files: { ...tools.files, ...changes } });
}

function pathsIn(found: GlobMatches): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries([...found].map(([origin, { paths }]) => [origin, [...paths].sort()]));
}

describe('a look', () => {
  test('finds what each pattern matches, whatever the others match', async () => {
    const patterns = [
      '**/*.env',
      '*/vault',
      'va*',
      '/srv/*',
      '**/.env',
      '/to-ws/*/key.pem',
      '*.none',
      '**/*.env',
    ];
    const machine = new Machine();
    const env = ['/ws/a/b/.env', '/ws/c/.env', '/ws/vault/open/.env'];
    expect(pathsIn(await machine.find(patterns))).toEqual({
      'entry 0': env,
      'entry 1': [],
      'entry 2': ['/ws/vault'],
      'entry 3': ['/srv/.env'],
      'entry 4': env,
      'entry 5': ['/ws/c/key.pem'],
      'entry 6': [],
      'entry 7': env,
    });
  });

  test('lists each directory once for all patterns of one base, and none in which nothing can match', async () => {
    const machine = new Machine();
    await machine.find(['**/v*', '**/*.env', '*/.env', '/srv/*/*/x', '/ws/a/?.none']);
    expect(machine.listed.sort()).toEqual([
      '/srv',
      '/ws',
      '/ws/a',
      '/ws/a',
      '/ws/a/b',
      '/ws/c',
      '/ws/vault',
      '/ws/vault/open',
    ]);
  });

  test('does not go into what is denied as a whole', async () => {
    const machine = new Machine();
    await machine.find(['**/[av]*']);
    expect(machine.listed).toEqual(['/ws', '/ws/c']);
  });

  test('denies as a whole what cannot be read now and could be opened later', async () => {
    const files = fakeFiles({ '/ws/empty': 'directory', '/ws/shut': 'directory' });
    const looks = looksAt(files, {
      async *list(directory) {
        if (directory === '/ws/shut') throw new ShutDirectory(directory);
        yield* fakeScanning(files).files.list(directory);
      },
    });
    const found = await looks.find([scanFor('**/*.env', 0)], files);
    expect(pathsIn(found)).toEqual({ 'entry 0': ['/ws/shut'] });
  });

  test.each<[string, string, FakeFile]>([
    ['*.env', '/ws/\ufffd.env', { text: '' }],
    ['?.env', '/ws/\ufffd.env', { text: '' }],
    ['**/x', '/ws/\ufffd', 'directory'],
  ])('of %s refuses what nobody can name', async (pattern, path, file) => {
    const files = fakeFiles({ [path]: file });
    const find = (exists: boolean): Promise<GlobMatches> =>
      looksAt(files, { exists: () => exists }).find([scanFor(pattern, 0)], files);
    await expect(find(true)).resolves.toBeDefined();
    await expect(find(false)).rejects.toThrow(
      `entry 0: ${path} has a name that is not UTF-8 and may match ${pattern}; rename it`,
    );
  });
});

describe('the time of a look', () => {
  test('others have the event loop when it was kept for a while', async () => {
    const quick = new Machine();
    await quick.find(['**/*.env']);
    const slow = new Machine(SCAN_SLICE_MS);
    await slow.find(['**/*.env']);
    expect([quick.turns, slow.turns >= slow.listed.length / 4]).toEqual([0, true]);
  });

  test('changes nothing of what is found', async () => {
    const found = await new Machine(60_000).find(['*.env', '/srv/*']);
    expect(pathsIn(found)).toEqual({ 'entry 0': [], 'entry 1': ['/srv/.env'] });
  });

  test('is bounded by how much there is to compare', async () => {
    const files = fakeFiles({ '/ws': 'directory' });
    const names = (count: number): PatternLooks =>
      looksAt(files, {
        async *list() {
          yield await Promise.resolve(
            Array.from({ length: count }, (_, at) => ({ name: `${at}`, isDirectory: false })),
          );
        },
      });
    const patterns = Array.from({ length: 5_000 }, (_, at) => scanFor(`none-${at}`, at));
    // So many are compared for seconds; one more is refused before any is.
    const most = MAX_GLOB_COMPARISONS / patterns.length;
    await expect(names(most + 1).find(patterns, files)).rejects.toThrow(
      'entry 0: with the pattern none-0 there are more than 20000000 names to compare; start patterns deeper or set glob_scan_max_depth',
    );
  });

  test('counts a comparison for each text that the braces of a pattern stand for', async () => {
    const names = Array.from({ length: 100_000 }, (_, at) => ({ name: `${at}`, isDirectory: false }));
    const looks = looksAt(fakeFiles({ '/ws': 'directory' }), {
      async *list() {
        yield await Promise.resolve(names);
      },
    });
    const most = MAX_GLOB_COMPARISONS / names.length;
    const patterns = Array.from({ length: most / 2 + 1 }, (_, at) => scanFor(`{none,no}-${at}`, at));
    await expect(looks.find(patterns, fakeFiles({ '/ws': 'directory' }))).rejects.toThrow(
      'there are more than 20000000 names to compare',
    );
  });

  test('is bounded by the characters that braces stand for', async () => {
    const name = '{a,b}'.repeat(7);
    const most = Math.floor(MAX_GLOB_TEXT_CHARACTERS / (2 ** 7 * name.length));
    const patterns = Array.from({ length: most + 1 }, (_, at) => `${'x/'.repeat(at + 1)}${name}`);
    expect(pathsIn(await new Machine().find(patterns.slice(1)))).not.toEqual({});
    await expect(new Machine().find(patterns)).rejects.toThrow(
      `the patterns stand for more than ${MAX_GLOB_TEXT_CHARACTERS} characters; use fewer braces, or deny directories instead`,
    );
  });

  test('lets others in between two patterns, also for a single name', async () => {
    const machine = new Machine();
    machine.now = () => (machine.nowMs += SCAN_SLICE_MS);
    const patterns = Array.from({ length: 100 }, (_, at) => `none-${String(at)}*`);
    await machine.find(patterns);
    // Each of them is prepared, and compared with three names.
    expect(machine.turns).toBeGreaterThanOrEqual(4 * patterns.length);
  });

  test('ends when it is not wanted any more', async () => {
    const machine = new Machine(SCAN_SLICE_MS);
    const caller = new AbortController();
    machine.onTurn = () => {
      caller.abort(new Error('enough'));
    };
    await expect(machine.find(['*.env', '/srv/*'], caller.signal)).rejects.toThrow('enough');
    await setImmediate();
    expect(machine.listed).toEqual(['/ws']);
    await expect(machine.find(['*.env'], caller.signal)).rejects.toThrow('enough');
    expect(machine.listed).toEqual(['/ws']);
  });
});

test('who asks for the same while a look goes on gets a later one, which all others share', async () => {
  const machine = new Machine();
  const looks = new PatternLooks(machine);
  const many = await Promise.all(Array.from({ length: 5 }, () => machine.find(['*.env'], undefined, looks)));
  expect([many.length, machine.listed]).toEqual([5, ['/ws', '/ws']]);
  await Promise.all([machine.find(['*.env'], undefined, looks), machine.find(['*.pem'], undefined, looks)]);
  expect(machine.listed.length).toBe(4);
});

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { connect, TransferError, type TransferResult } from '@holdfast/exec-client';
import { describe, expect, test } from 'vitest';
import { Command } from '../command.js';
import { within } from '../deadline.js';
import { spawnHoldfast, startServer, temporaryDirectory } from '../harness.js';
import { names, pattern, resultOf, sha256 } from './transfer-content.js';

const TIMEOUT_MS = 120_000;
const EXTENSIONS = { 'with all extensions': undefined, 'without extensions': {} };

describe('what is neither a file nor a link keeps its place', () => {
  for (const [name, extensions] of Object.entries(EXTENSIONS)) {
    test(`at once, ${name}`, { timeout: TIMEOUT_MS }, async () => {
      await using place = await temporaryDirectory();
      await using server = await startServer();
      await using client = await connect(server.url, extensions === undefined ? {} : { extensions });
      const at = (file: string): string => join(place.path, file);
      execFileSync('mkfifo', [at('pipe')]);
      mkdirSync(at('box'));
      writeFileSync(at('small'), 'x');
      writeFileSync(at('large'), pattern(3_000_000));
      const before = names(place.path);
      for (const way of ['upload', 'download'] as const) {
        for (const from of ['small', 'large']) {
          for (const to of ['pipe', 'box']) {
            let bytes = 0;
            const onProgress = (progress: { readonly bytes: number }): void => {
              bytes = Math.max(bytes, progress.bytes);
            };
            const refusal: unknown = await client.fs[way](at(from), at(to), { onProgress }).catch(
              (error: unknown) => error,
            );
            expect({ way, from, to, refusal, bytes }).toEqual({
              way,
              from,
              to,
              refusal: expect.objectContaining({ kind: 'notAFile' }) as unknown,
              bytes: 0,
            });
          }
        }
      }
      expect([names(place.path), lstatSync(at('pipe')).isFIFO()]).toEqual([before, true]);
    });
  }

  test('inside of a tree as well, and the rest is copied', { timeout: TIMEOUT_MS }, async () => {
    await using place = await temporaryDirectory();
    await using server = await startServer();
    await using client = await connect(server.url);
    const at = (file: string): string => join(place.path, file);
    for (const directory of ['tree', 'copy']) mkdirSync(at(directory));
    for (const file of ['tree/a', 'tree/b']) writeFileSync(at(file), pattern(1_500_000));
    symlinkSync('a', at('tree/c'));
    for (const pipe of ['copy/b', 'copy/c']) execFileSync('mkfifo', [at(pipe)]);
    for (const way of ['upload', 'download'] as const) {
      const failure: unknown = await client.fs[way](at('tree'), at('copy')).catch((error: unknown) => error);
      const failed = failure instanceof TransferError ? failure.failed.map(({ reason }) => reason) : failure;
      expect(failed).toEqual(
        ['copy/b', 'copy/c'].map(
          (name) => expect.stringMatching(`${name}.* is not a regular file`) as unknown,
        ),
      );
      expect(sha256(at('copy/a'))).toBe(sha256(at('tree/a')));
      rmSync(at('copy/a'));
    }
    expect(names(at('copy'))).toEqual(['b', 'c']);
  });
});

test.each(['upload', 'download'] as const)(
  'the %s of a directory into itself brings what was in it, and ends',
  { timeout: TIMEOUT_MS },
  async (way) => {
    await using place = await temporaryDirectory();
    await using server = await startServer();
    await using client = await connect(server.url);
    const at = (file: string): string => join(place.path, file);
    mkdirSync(at('d'));
    writeFileSync(at('f'), 'x');
    writeFileSync(at('d/g'), 'y');
    expect(await client.fs[way](place.path, at('copy'))).toEqual(
      resultOf({ files: 2, directories: 2, bytes: 2 }),
    );
    expect(names(place.path)).toEqual(['copy', 'copy/d', 'copy/d/g', 'copy/f', 'd', 'd/g', 'f']);
  },
);

test.each(['upload', 'download'] as const)(
  'a file is copied as it is when its turn comes (%s)',
  { timeout: TIMEOUT_MS },
  async (way) => {
    await using place = await temporaryDirectory();
    await using server = await startServer();
    await using client = await connect(server.url);
    const at = (name: string): string => join(place.path, name);
    mkdirSync(at('tree'));
    writeFileSync(at('tree/f'), pattern(2_000_000));
    const totals = new Set<number | undefined>();
    let isFirst = true;
    const result = await client.fs[way](at('tree'), at('copy'), {
      onProgress: ({ totalBytes }) => {
        totals.add(totalBytes);
        // All has been found, and nothing is on its way.
        if (isFirst) writeFileSync(at('tree/f'), pattern(3_000_000), { mode: 0o640 });
        isFirst = false;
      },
    });
    expect(result).toEqual(resultOf({ files: 1, directories: 1, bytes: 3_000_000 }));
    expect([sha256(at('copy/f')), [...totals]]).toEqual([sha256(at('tree/f')), [2_000_000, 3_000_000]]);
  },
);

test.each(['upload', 'download'] as const)(
  'what becomes of one directory of the destination is no matter of the others (%s)',
  { timeout: TIMEOUT_MS },
  async (way) => {
    await using place = await temporaryDirectory();
    await using server = await startServer();
    await using client = await connect(server.url);
    const at = (name: string): string => join(place.path, name);
    for (const directory of ['tree', 'tree/closed', 'tree/gone', 'tree/moved', 'else'])
      mkdirSync(at(directory));
    for (const file of ['tree/f', 'tree/moved/small']) writeFileSync(at(file), 'x');
    writeFileSync(at('tree/moved/large'), pattern(1_500_000));
    symlinkSync('small', at('tree/moved/link'));
    for (const directory of ['closed', 'gone']) chmodSync(at(`tree/${directory}`), 0o555);
    let isFirst = true;
    const failure: unknown = await client.fs[way](at('tree'), at('copy'), {
      onProgress: () => {
        if (!isFirst) return;
        isFirst = false;
        rmSync(at('copy/gone'), { recursive: true });
        renameSync(at('copy/moved'), at('elsewhere'));
        symlinkSync('../else', at('copy/moved'));
      },
    }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TransferError);
    const { failed, result } = failure as TransferError;
    const named = failed.map(({ path }) => path.replaceAll('"', '').split('/').at(-1));
    expect([named.sort(), result.files, result.links]).toEqual([['large', 'link', 'small'], 1, 0]);
    expect([names(at('else')), names(at('copy'))]).toEqual([[], ['closed', 'f', 'moved']]);
    expect(statSync(at('copy/closed')).mode & 0o777).toBe(0o555);
  },
);

test.skipIf(process.getuid?.() !== 0)(
  'a directory that another user owns is filled and keeps its permissions, which is told',
  { timeout: TIMEOUT_MS },
  async () => {
    const uid = 64_321;
    await using place = await temporaryDirectory();
    await using server = await startServer({ confinement: { launcher: [], uid } });
    const at = (name: string): string => join(place.path, name);
    for (const directory of [
      'tree',
      'tree/sub',
      'up',
      'up/tree',
      'up/tree/sub',
      'down',
      'down/tree',
      'down/tree/sub',
    ])
      mkdirSync(at(directory));
    for (const directory of ['up/tree', 'up/tree/sub', 'down/tree', 'down/tree/sub'])
      chmodSync(at(directory), 0o777);
    writeFileSync(at('tree/sub/small'), 'x');
    writeFileSync(at('tree/sub/large'), pattern(1_500_000));
    const copies = {
      up: ['--json', at('tree'), `:${at('up')}`],
      down: ['--json', `:${at('tree')}`, at('down')],
    };
    for (const [to, words] of Object.entries(copies)) {
      const command = new Command(
        spawnHoldfast(['cp', ...words], { HOLDFAST_URL: server.url }, { launcher: [], uid }),
      );
      const { code, stdout } = await within('the end of the copy', command.ended);
      const { skipped, files } = JSON.parse(stdout) as TransferResult;
      expect({ to, code, files, skipped }).toEqual({
        to,
        code: 0,
        files: 2,
        skipped: [
          {
            path: expect.stringContaining('tree/sub') as string,
            reason: expect.stringMatching(
              /^its permissions; the directory .* belongs to another user$/,
            ) as string,
          },
        ],
      });
      expect([names(at(`${to}/tree/sub`)), statSync(at(`${to}/tree/sub`)).mode & 0o777]).toEqual([
        ['large', 'small'],
        0o777,
      ]);
    }
  },
);

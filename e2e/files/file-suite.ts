import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import type { Client } from '@holdfast/exec-client';
import { ExecError } from '@holdfast/exec-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { within } from '../deadline.js';
import { disposeAll, temporaryDirectory } from '../harness.js';

/** A client and whatever it hangs on. */
export interface FileWorld extends AsyncDisposable {
  readonly client: Client;
}

/** The kind with which something fails. */
export async function kindOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'no failure',
    (error: unknown) => (error instanceof ExecError ? error.kind : String(error)),
  );
}

/** What `client.fs` promises, towards whatever server. */
export function describeFiles(name: string, start: () => Promise<FileWorld>): void {
  describe(`files of ${name}`, () => {
    let world: FileWorld;
    let client: Client;
    let place: Awaited<ReturnType<typeof temporaryDirectory>>;
    const at = (path: string): string => join(place.path, path);

    beforeAll(async () => {
      world = await start();
      client = world.client;
      place = await temporaryDirectory();
    });

    afterAll(() => disposeAll(world, place));

    test('are written and read, whole, as text and as bytes', async () => {
      await client.fs.writeFile(at('text'), 'grüße\n');
      expect(readFileSync(at('text'), 'utf8')).toBe('grüße\n');
      expect(await client.fs.readFile(at('text'), { encoding: 'utf8' })).toBe('grüße\n');
      expect(await client.fs.readFile(pathToFileURL(at('text')).href)).toEqual(
        new Uint8Array(Buffer.from('grüße\n')),
      );
      await client.fs.writeFile(at('text'), new Uint8Array(0));
      expect((await client.fs.readFile(at('text'))).length).toBe(0);
    });

    test('may be larger than any one message', async () => {
      const content = pattern(5_000_001);
      await client.fs.writeFile(at('large'), content);
      expect(readFileSync(at('large')).equals(content)).toBe(true);
      expect(Buffer.from(await client.fs.readFile(at('large'))).equals(content)).toBe(true);
      const pieces: Uint8Array[] = [];
      for (let from = 0; from < content.length; from += 700_001) {
        pieces.push(content.subarray(from, from + 700_001));
      }
      await client.fs.writeFile(at('pieces'), Readable.from(pieces) as AsyncIterable<Uint8Array>);
      expect(readFileSync(at('pieces')).equals(content)).toBe(true);
    });

    test('come and go as streams', async () => {
      const content = pattern(3_500_000);
      const sink = client.fs.createWriteStream(at('stream')).getWriter();
      for (let from = 0; from < content.length; from += 1_000_000) {
        await sink.write(content.subarray(from, from + 1_000_000));
      }
      await sink.close();
      expect(readFileSync(at('stream')).equals(content)).toBe(true);
      const got: Uint8Array[] = [];
      for await (const piece of client.fs.createReadStream(at('stream'))) got.push(piece);
      expect(Buffer.concat(got).equals(content)).toBe(true);
      for await (const piece of client.fs.createReadStream(at('stream'))) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
    });

    test('are read and written at any position of an open one', async () => {
      writeFileSync(at('open'), '0123456789');
      await using file = await client.fs.open(at('open'));
      expect(Buffer.from(await file.read(8, 5)).toString()).toBe('89');
      expect(Buffer.from(await file.read(2, 3)).toString()).toBe('234');
      await using made = await client.fs.open(at('made'), 'w');
      await Promise.all([made.write(4, Buffer.from('later')), made.write(0, Buffer.from('first'))]);
      await made.close();
      expect(readFileSync(at('made'), 'utf8')).toBe('firstater');
    });

    test('are described, links as what they lead to and as themselves', async () => {
      writeFileSync(at('described'), 'four');
      symlinkSync('described', at('alias'));
      symlinkSync('nowhere', at('dangling'));
      const facts = async (path: string, how: 'stat' | 'lstat'): Promise<object> => {
        const told = await client.fs[how](at(path));
        return {
          file: told.isFile(),
          directory: told.isDirectory(),
          link: told.isSymbolicLink(),
          size: told.size,
        };
      };
      expect(await facts('described', 'stat')).toEqual({
        file: true,
        directory: false,
        link: false,
        size: 4,
      });
      expect(await facts('alias', 'stat')).toEqual({ file: true, directory: false, link: true, size: 4 });
      expect(await facts('described', 'lstat')).toEqual({
        file: true,
        directory: false,
        link: false,
        size: 4,
      });
      for (const link of ['alias', 'dangling']) {
        expect(await facts(link, 'lstat')).toEqual({ file: false, directory: false, link: true, size: 0 });
      }
      const { mtimeMs } = await client.fs.stat(at('described'));
      expect(Math.floor(mtimeMs)).toBe(Math.floor(statSync(at('described')).mtimeMs));
      expect(await kindOf(client.fs.stat(at('dangling')))).toBe('fileNotFound');
      expect(await kindOf(client.fs.stat(at('alias'), { followSymlinks: false }))).toBe('symlinkRefused');
      expect(await client.fs.realpath(at('alias'))).toBe(realpathSync(at('described')));
    });

    test('lie in directories that are made, listed, walked, copied and removed', async () => {
      await client.fs.mkdir(at('tree/deep/down'), { recursive: true });
      expect(await kindOf(client.fs.mkdir(at('tree')))).toBe('fileExists');
      await client.fs.writeFile(at('tree/a'), 'a');
      await client.fs.writeFile(at('tree/deep/b'), 'b');
      symlinkSync('a', at('tree/link'));
      const listed = (await client.fs.readdir(at('tree'))).map((entry) => [entry.name, entry.isDirectory()]);
      expect(listed.sort()).toEqual([
        ['a', false],
        ['deep', true],
        ['link', false],
      ]);
      const walked = await client.fs.walk(at('tree'));
      expect({ ...walked, entries: walked.entries.map(({ path }) => path) }).toEqual({
        entries: ['tree/a', 'tree/deep', 'tree/deep/b', 'tree/deep/down'].map(at),
        errors: [],
        truncated: false,
      });
      expect(await kindOf(client.fs.cp(at('tree'), at('copy')))).toBe('invalidFileRequest');
      await client.fs.cp(at('tree'), at('copy'), { recursive: true });
      expect(readdirSync(at('copy')).sort()).toEqual(['a', 'deep', 'link']);
      expect(lstatSync(at('copy/link')).isSymbolicLink()).toBe(true);
      await client.fs.copyFile(at('tree/a'), at('copied'));
      expect(readFileSync(at('copied'), 'utf8')).toBe('a');
      expect(await kindOf(client.fs.rm(at('tree')))).toBe('directoryNotEmpty');
      await client.fs.rm(at('tree'), { recursive: true });
      expect(await kindOf(client.fs.rm(at('tree')))).toBe('fileNotFound');
      await client.fs.rm(at('tree'), { force: true });
    });

    test('fail with the kind of failure, naming the path', async () => {
      writeFileSync(at('file'), '');
      mkdirSync(at('directory'), { recursive: true });
      const kinds = await Promise.all(
        [
          client.fs.readFile(at('missing')),
          client.fs.readFile(at('directory')),
          client.fs.readFile(at('file/below')),
          client.fs.writeFile(at('missing/below'), 'x'),
          client.fs.writeFile(at('directory'), 'x'),
          client.fs.readdir(at('file')),
          client.fs.mkdir(at('file')),
          client.fs.open(at('missing')),
          client.fs.readFile('relative'),
        ].map(kindOf),
      );
      expect(kinds).toEqual([
        'fileNotFound',
        'notAFile',
        'notADirectory',
        'fileNotFound',
        'notAFile',
        'notADirectory',
        'fileExists',
        'fileNotFound',
        'invalidPath',
      ]);
    });

    test('that are none hold up nobody', async () => {
      execFileSync('mkfifo', [at('pipe')]);
      const socket = createSocketServer().listen(at('socket'));
      await new Promise((resolve) => socket.once('listening', resolve));
      for (const path of [at('pipe'), '/dev/zero']) {
        expect(await within(path, kindOf(client.fs.readFile(path)))).toBe('notAFile');
      }
      expect(await within('a socket', kindOf(client.fs.readFile(at('socket'))))).not.toBe('no failure');
      expect((await client.fs.stat(at('pipe'))).isFile()).toBe(false);
      socket.close();
    });

    test('are waited for until they appear or go', async () => {
      writeFileSync(at('there'), '');
      const appeared = client.fs.watch([at('soon')], { present: at('there') });
      // The reference says nothing of what happens while it sets the watch.
      await client.fs.stat(at('there'));
      writeFileSync(at('soon'), '');
      await within('a file that appears', appeared);
      await within('a file that is there', client.fs.watch([at('soon')]));
      const stop = new AbortController();
      const waiting = client.fs.watch([at('never')], { signal: stop.signal });
      stop.abort(new Error('enough'));
      await expect(waiting).rejects.toThrow('enough');
      rmSync(at('soon'));
    });

    test.skipIf(process.getuid?.() === 0)('that may not be read are refused by name', async () => {
      writeFileSync(at('secret'), '');
      chmodSync(at('secret'), 0);
      expect(await kindOf(client.fs.readFile(at('secret')))).toBe('fileAccessDenied');
    });
  });
}

/** Bytes of which no two blocks are alike. */
export function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE((at * 2_654_435_761) % 2 ** 32, at);
  return bytes;
}

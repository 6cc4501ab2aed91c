import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Client, connect } from '@holdfast/exec-client';
import type { Contestant } from './contestant.js';
import { row, times } from './figures.js';

const MEGABYTE = 1_000_000;
const FILES_PER_DIRECTORY = 100;

/** One walk answers at most 50,000 entries. */
const FILES_PER_WALK = 10_000;

/** How much is moved and listed. */
export interface FileBenchSizes {
  readonly megabytes: number;
  readonly files: number;
}

/**
 * How fast one large file is written, read and uploaded, the last with and without our extensions, and many small ones are listed. The client is ours for everybody; both ends
 * share this machine.
 */
export async function benchFiles(all: readonly Contestant[], sizes: FileBenchSizes): Promise<void> {
  const place = mkdtempSync(path.join(tmpdir(), 'holdfast-bench-'));
  try {
    const walks = plantFiles(path.join(place, 'tree'), sizes.files);
    const written: Record<string, number> = {};
    const read: Record<string, number> = {};
    const uploaded: Record<string, number> = {};
    const walked: Record<string, number> = {};
    const source = path.join(place, 'source');
    for (let at = 0; at < sizes.megabytes; at += 1) appendFileSync(source, PIECE);
    for (const { server } of all) {
      await using client = await connect(server.url);
      const file = path.join(place, server.name);
      written[server.name] = await megabytesPerSecond(sizes, () => writeFile(client, file, sizes));
      read[server.name] = await megabytesPerSecond(sizes, () => readFile(client, file, sizes));
      rmSync(file);
      uploaded[server.name] = await megabytesPerSecond(sizes, () => upload(client, source, file));
      rmSync(file);
      [walked[server.name] = Number.NaN] = await times(1, () => walkAll(client, walks, sizes));
    }
    const [ours] = all;
    if (ours !== undefined) {
      await using client = await connect(ours.server.url, { extensions: {} });
      const file = path.join(place, 'plain');
      uploaded['holdfast, base wire'] = await megabytesPerSecond(sizes, () => upload(client, source, file));
    }
    console.log(row(`${String(sizes.megabytes)} MB written`, written, 'MB/s'));
    console.log(row(`${String(sizes.megabytes)} MB read`, read, 'MB/s'));
    console.log(row(`${String(sizes.megabytes)} MB uploaded and compared`, uploaded, 'MB/s'));
    console.log(row(`${String(sizes.files)} files walked`, walked, 'ms'));
  } finally {
    rmSync(place, { recursive: true });
  }
}

async function megabytesPerSecond({ megabytes }: FileBenchSizes, run: () => Promise<void>): Promise<number> {
  const [ms = Number.NaN] = await times(1, run);
  return megabytes / (ms / 1000);
}

const PIECE = new Uint8Array(MEGABYTE).map((_, at) => (at * 7919) >> 3);

async function writeFile(client: Client, file: string, { megabytes }: FileBenchSizes): Promise<void> {
  const sink = client.fs.createWriteStream(file).getWriter();
  for (let at = 0; at < megabytes; at += 1) await sink.write(PIECE);
  await sink.close();
}

async function upload(client: Client, source: string, file: string): Promise<void> {
  const { files } = await client.fs.upload(source, file);
  expectEqual(files, 1, 'files uploaded');
}

async function readFile(client: Client, file: string, { megabytes }: FileBenchSizes): Promise<void> {
  let bytes = 0;
  for await (const piece of client.fs.createReadStream(file)) bytes += piece.length;
  expectEqual(bytes, megabytes * MEGABYTE, 'bytes read');
}

async function walkAll(client: Client, walks: readonly string[], { files }: FileBenchSizes): Promise<void> {
  let found = 0;
  for (const root of walks) {
    const { entries } = await client.fs.walk(root);
    for (const entry of entries) found += entry.isFile() ? 1 : 0;
  }
  expectEqual(found, files, 'files walked');
}

/** Makes a tree of so many empty files. @returns directories whose walks give all of them. */
function plantFiles(root: string, files: number): string[] {
  const walks = new Set<string>();
  for (let at = 0; at < files; at += FILES_PER_DIRECTORY) {
    const walk = path.join(root, String(Math.floor(at / FILES_PER_WALK)));
    walks.add(walk);
    const directory = path.join(walk, String(at));
    mkdirSync(directory, { recursive: true });
    for (let file = at; file < Math.min(at + FILES_PER_DIRECTORY, files); file += 1) {
      writeFileSync(path.join(directory, `${String(file)}.txt`), '');
    }
  }
  return [...walks];
}

// A figure of what did not happen would be worse than none.
function expectEqual(found: number, wanted: number, what: string): void {
  if (found !== wanted) throw new Error(`${what}: ${String(found)} instead of ${String(wanted)}`);
}

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Client, connect } from '@holdfast/exec-client';
import { HOLDFAST, startHoldfast } from '../bench/servers.js';
import { ResidentMemory } from './resident-memory.js';

// A process prints 2 GB while nobody reads. Then readers come, one after the other: each has to get every byte, and the server
// may never have more than 64 MiB beyond what it had before the process.

const LIMIT_MIB = 64;
/** 2 GB of lines with numbers, so that a piece which is missing, doubled or in the wrong place changes the hash. */
const PRINT = 'seq 1 213000000';
const LOOK_EVERY_MS = 100;

/** What a reader got. */
interface Received {
  readonly bytes: number;
  readonly sha256: string;
}

interface Reader {
  readonly name: string;
  readonly read: (url: string, ref: string) => Promise<Received>;
}

const READERS: readonly Reader[] = [
  { name: 'pushed to a client that was not there before', read: readPushed },
  { name: 'the same, again', read: readPushed },
  { name: 'page by page, with process/read', read: readPages },
  { name: 'holdfast logs', read: readLogs },
];

process.exitCode = (await lateReader()) ? 0 : 1;

/** @returns whether everything held. */
async function lateReader(): Promise<boolean> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-soak-'));
  try {
    await using server = await startHoldfast(['--spill-limit', '3G']);
    const memory = new ResidentMemory(server.pid);
    console.log(`server at ${memory.startMib.toFixed(0)} MiB, ${LIMIT_MIB} MiB more are allowed`);
    const printed = await bytesOf(
      spawn('sh', ['-c', PRINT], { stdio: ['ignore', 'pipe', 'inherit'] }).stdout,
    );
    const written = await phase('printed, with nobody reading', memory, async () => {
      await using watcher = await connect(server.url);
      const ref = await printUnread(server.url, path.join(folder, 'go'));
      await closed(watcher, ref);
      return { value: ref, bytes: printed.bytes, isRight: true };
    });
    let { isRight } = written;
    for (const { name, read } of READERS) {
      const outcome = await phase(name, memory, async () => {
        const { bytes, sha256 } = await read(server.url, written.value);
        return { value: sha256, bytes, isRight: sha256 === printed.sha256 };
      });
      isRight = outcome.isRight && isRight;
    }
    return isRight;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Outcome<T> {
  readonly value: T;
  readonly bytes: number;
  readonly isRight: boolean;
}

/** Runs one part and says how it went; it is right only if memory was, too. */
async function phase<T>(
  name: string,
  memory: ResidentMemory,
  run: () => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  memory.forgetPeak();
  const from = performance.now();
  const outcome = await run();
  const speed = outcome.bytes / 1000 / (performance.now() - from);
  const { peakMib } = memory;
  const isSmall = peakMib <= LIMIT_MIB;
  const verdicts = [outcome.isRight ? 'every byte' : 'BYTES DIFFER', isSmall ? '' : 'TOO MUCH MEMORY'];
  const figures = `${speed.toFixed(0).padStart(4)} MB/s  +${peakMib.toFixed(0).padStart(3)} MiB at most`;
  console.log(`  ${name.padEnd(46)} ${figures}  ${verdicts.join('  ').trim()}`);
  return { ...outcome, isRight: outcome.isRight && isSmall };
}

/** Starts the process and leaves; only then does it begin. @returns its ref. */
async function printUnread(url: string, goFile: string): Promise<string> {
  {
    await using starter = await connect(url);
    const script = `until [ -e ${goFile} ]; do sleep 0.05; done; ${PRINT}`;
    const id = 'late-reader';
    await starter.spawn(['sh', '-c', script], { id, lifetime: 'server', retention: 'keep' }).started;
  }
  writeFileSync(goFile, '');
  return 'late-reader';
}

async function closed(watcher: Client, ref: string): Promise<void> {
  for (;;) {
    const process = (await watcher.processes()).find(({ id }) => id === ref);
    if (process?.state === 'closed') return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** A view that is there from the first moment gets everything pushed. */
async function readPushed(url: string, ref: string): Promise<Received> {
  await using client = await connect(url);
  const events = client.attach(ref).events({ after: 0 });
  return await bytesOf(outputOf(events));
}

/** A view that is opened later asks for what was there before it. */
async function readPages(url: string, ref: string): Promise<Received> {
  await using client = await connect(url);
  const handle = client.attach(ref);
  // With nobody looking until now, the server has pushed nothing and will not come back to it.
  await handle.started;
  return await bytesOf(outputOf(handle.events({ after: 0 })));
}

async function readLogs(url: string, ref: string): Promise<Received> {
  const env = { ...process.env, HOLDFAST_URL: url };
  const logs = spawn(process.execPath, [HOLDFAST, 'logs', ref], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(logs, 'exit');
  const received = await bytesOf(logs.stdout);
  await exited;
  return received;
}

type Events = ReturnType<ReturnType<Client['attach']>['events']>;

async function* outputOf(events: Events): AsyncGenerator<Uint8Array> {
  for await (const event of events) if (event.type === 'output') yield event.bytes;
}

async function bytesOf(pieces: AsyncIterable<unknown>): Promise<Received> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of pieces) {
    hash.update(piece as Uint8Array);
    bytes += (piece as Uint8Array).length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { managedNetwork } from '../../e2e/sandbox/managed-network.js';
import type { Contestant } from './contestant.js';
import { figures, median, row, times } from './figures.js';
import { sandboxIn, special } from './intents.js';
import { lackOfSrt, startSandboxRuntime } from './sandbox-runtime.js';

const PLACE = '/var/tmp';
/** An address of this machine that no list of exceptions from a proxy names. */
const HOST = '127.0.0.2';
const MEGABYTE = 1_000_000;
const DOWNLOAD_BYTES = 500 * MEGABYTE;
const SMALL_REQUESTS = 500;
const ROUNDS = 5;

/** What curl fetches, and how many bytes of it that is. */
interface Errand {
  readonly what: string;
  readonly flags: readonly string[];
  readonly url: string;
  readonly bytes: number;
}

/** What the proxy of a managed network costs: curl behind it, beside curl that needs none; with others in the run, beside that of srt. */
export async function benchProxy(all: readonly Contestant[]): Promise<void> {
  const [ours] = all;
  if (ours === undefined) return;
  if (spawnSync('which', ['curl']).status !== 0) {
    console.log('proxy: left out, for there is no curl (apt-get install --yes curl)');
    return;
  }
  const workspace = mkdtempSync(path.join(PLACE, 'holdfast-bench-'));
  const site = await startSite();
  try {
    const { origin } = site;
    const sandbox = sandboxIn(workspace, [special('project_roots')]);
    const network = managedNetwork({ [origin]: 'allow' });
    await using srt = all.length > 1 && lackOfSrt() === undefined ? await startSrt(workspace) : undefined;
    for (const errand of errandsAt(origin)) {
      const argv = ['curl', '--silent', '--fail', '--output', '/dev/null', ...errand.flags, errand.url];
      const runs: Record<string, () => Promise<unknown>> = {
        holdfast: () => ours.client.run(argv, { sandbox, network }),
        'no sandbox': () => ours.client.run(argv),
      };
      if (srt !== undefined) runs['srt'] = () => srt.run(argv.map((word) => `'${word}'`).join(' '));
      await compare(errand, runs, site);
    }
  } finally {
    site.server.closeAllConnections();
    site.server.close();
    rmSync(workspace, { recursive: true });
  }
}

function startSrt(workspace: string): ReturnType<typeof startSandboxRuntime> {
  return startSandboxRuntime([workspace], { allowedDomains: [HOST] });
}

function errandsAt(origin: string): readonly Errand[] {
  const download = `http://${origin}/${String(DOWNLOAD_BYTES)}`;
  return [
    { what: 'by HTTP', flags: [], url: download, bytes: DOWNLOAD_BYTES },
    { what: 'through a tunnel', flags: ['--proxytunnel'], url: download, bytes: DOWNLOAD_BYTES },
    {
      what: `${String(SMALL_REQUESTS)} requests of one curl`,
      flags: [],
      url: `http://${origin}/1?[1-${String(SMALL_REQUESTS)}]`,
      bytes: SMALL_REQUESTS,
    },
  ];
}

async function compare(
  { what, bytes }: Errand,
  runs: Readonly<Record<string, () => Promise<unknown>>>,
  site: Site,
): Promise<void> {
  const taken: Record<string, number[]> = {};
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, run] of Object.entries(runs)) {
      const before = site.sent();
      const [ms = Number.NaN] = await times(1, run);
      const sent = site.sent() - before;
      if (sent !== bytes) throw new Error(`${name} fetched ${String(sent)} of ${String(bytes)} bytes`);
      // The first one is there to warm up.
      if (round > 0) (taken[name] ??= []).push(ms);
    }
  }
  const large = bytes >= MEGABYTE;
  const figure = (one: readonly number[]): number =>
    ((large ? bytes / MEGABYTE : SMALL_REQUESTS) * 1000) / median(one);
  console.log(row(`curl behind the proxy, ${what}`, figures(taken, figure), large ? 'MB/s' : 'a second'));
}

/** Answers with as many bytes as the path says. */
interface Site {
  readonly server: Server;
  /** `HOST:PORT`. */
  readonly origin: string;
  /** Bytes of bodies that were wanted and given so far. */
  sent(): number;
}

async function startSite(): Promise<Site> {
  const block = Buffer.alloc(64 * 1024);
  let sent = 0;
  const server = createServer((request, response) => {
    const length = Number.parseInt((request.url ?? '/0').slice(1), 10);
    response.writeHead(200, { 'Content-Length': length });
    let left = length;
    const write = (): void => {
      while (left > 0) {
        const piece = block.subarray(0, Math.min(left, block.length));
        left -= piece.length;
        sent += piece.length;
        if (!response.write(piece)) return;
      }
      response.end();
    };
    response.on('drain', write);
    write();
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  return {
    server,
    origin: `${HOST}:${String((server.address() as AddressInfo).port)}`,
    sent: () => sent,
  };
}

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { connect, type ProcessHandle } from '@holdfast/exec-client';
import type { Contestant } from './contestant.js';
import { residentKib } from './figures.js';

const COUNTS: readonly number[] = [10, 100, 1000];

/** What a live process that says nothing costs our server and our client in memory. */
export async function benchMemory([ours]: readonly Contestant[]): Promise<void> {
  if (ours === undefined) return;
  await using client = await connect(ours.server.url);
  const before = { server: residentKib(ours.server.pid), client: usedKib() };
  const live: ProcessHandle[] = [];
  for (const count of COUNTS) {
    const from = performance.now();
    while (live.length < count) {
      const handle = client.spawn(['sleep', '1000']);
      live.push(handle);
      await handle.started;
    }
    const ms = performance.now() - from;
    const server = (residentKib(ours.server.pid) - before.server) / count;
    const own = (usedKib() - before.client) / count;
    const figures = `server ${server.toFixed(1)} KiB each, client ${own.toFixed(1)} KiB each, started in ${ms.toFixed(0)} ms`;
    console.log(`${`${String(count)} live processes`.padEnd(44)} ${figures}`);
  }
}

/** What this program uses for objects and buffers once the rest is thrown away, in KiB. */
function usedKib(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1024;
}

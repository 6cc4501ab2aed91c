import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Command } from './command.js';
import { eventually, within } from './deadline.js';
import { startServer } from './harness.js';
import { markedProcesses, noneMarked, openDescriptors, residentBytes } from './process-table.js';

const PROGRAM = join(import.meta.dirname, 'programs', 'busy-client.mjs');
const MIB = 1024 * 1024;

test('when a client is killed, its session expires, its processes end, and the server is as before', async () => {
  await using server = await startServer({ sessionTtl: '500ms', args: ['--spill-limit', '1M'] });
  const before = openDescriptors(server.pid);
  const resident: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    const mark = randomUUID();
    const client = new Command(spawn(process.execPath, [PROGRAM, server.url, mark], { stdio: 'pipe' }));
    await client.prints('busy');
    // Five of the twenty have a child.
    expect(markedProcesses(mark).length).toBeGreaterThanOrEqual(20);
    client.child.kill('SIGKILL');
    await within('the end of the client', client.ended);
    await noneMarked(mark);
    await eventually('the descriptors', () => openDescriptors(server.pid) <= before || undefined);
    resident.push(residentBytes(server.pid));
  }
  // The first rounds fill pools and caches; what leaks does so in each.
  const [, second = 0, , last = 0] = resident;
  expect(last - second).toBeLessThan(32 * MIB);
});

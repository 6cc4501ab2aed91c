import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { eventually, within } from './deadline.js';
import { spawnHoldfast, startServer, temporaryDirectory } from './harness.js';
import { MARK_VARIABLE, markedProcesses } from './process-table.js';
import { dialWebSocket, type RawClient } from './raw-client.js';
import { start } from './runs.js';

/** Every way of getting away from whoever started one. */
const SHAPES: Readonly<Record<string, string>> = {
  plain: 'sleep 300',
  background: 'sleep 300 & sleep 300 & wait',
  'a leader that is gone': 'sleep 300 & exit 0',
  'a session of its own': 'setsid sleep 300 & wait',
  'a daemon': '(setsid sleep 300 </dev/null >/dev/null 2>&1 &) ; sleep 300',
  'deaf to signals': 'trap "" TERM INT HUP; while :; do sleep 300; done',
  stopped: 'kill -STOP $$',
};

async function startAll(raw: RawClient): Promise<void> {
  for (const [shape, script] of Object.entries(SHAPES)) {
    for (const tty of [false, true])
      await start(raw, `${shape} ${String(tty)}`, ['/bin/sh', '-c', script], { tty });
  }
}

test('when the server is killed, nothing that it started lives on', async () => {
  await using place = await temporaryDirectory();
  const server = spawnHoldfast(['serve'], { TMPDIR: place.path });
  server.stderr.resume();
  const [line] = (await within('the URL', once(server.stdout, 'data'))) as [Buffer];
  const raw = await dialWebSocket(line.toString().trim());
  await raw.initialize();
  await startAll(raw);
  await eventually('all processes', () => markedProcesses(raw.mark).length >= 20 || undefined);
  const ended = once(server, 'exit');
  server.kill('SIGKILL');
  await within('the end of the server', ended);
  await eventually('that all are gone', () => markedProcesses(raw.mark).length === 0 || undefined, 5_000);
  expect(markedProcesses(raw.mark)).toEqual([]);
});

test('when the server is told to end, nothing that it started lives on either', async () => {
  const server = await startServer();
  const raw = await server.connect();
  await raw.initialize();
  await startAll(raw);
  expect(await server.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(markedProcesses(raw.mark)).toEqual([]);
  await server[Symbol.asyncDispose]();
});

test.each(Object.entries(SHAPES).filter(([shape]) => !shape.includes('gone')))(
  'terminate ends %s, whatever it has become',
  async (_shape, script) => {
    await using server = await startServer();
    await using raw = await server.connect();
    await raw.initialize({ signals: 1 });
    await start(raw, 'p', ['/bin/sh', '-c', script]);
    await eventually(
      'the process',
      () => markedProcesses(raw.mark).some(({ command }) => /sleep|sh/.test(command)) || undefined,
    );
    expect(await raw.request('process/terminate', { processId: 'p', graceMs: 100 })).toEqual({
      result: { running: true },
    });
    await eventually('that all are gone', () => markedProcesses(raw.mark).length === 0 || undefined);
  },
);

test('5,000 short processes leave no zombie behind', async () => {
  await using server = await startServer();
  await using raw = await server.connect();
  await raw.initialize({ flow: 1 });
  const env = { PATH: '/usr/bin:/bin', [MARK_VARIABLE]: raw.mark };
  for (let batch = 0; batch < 50; batch += 1) {
    const ids = Array.from({ length: 100 }, (_, at) => `${String(batch)}.${String(at)}`);
    for (const processId of ids) {
      raw.send({
        id: processId,
        method: 'process/start',
        params: { processId, argv: ['/bin/true'], cwd: 'file:///', env, tty: false },
      });
    }
    for (const processId of ids) await within('a close', raw.nextEvent('process/closed', processId));
  }
  await eventually('that every child was reaped', () => zombiesOf(server.pid) === 0 || undefined);
  expect(zombiesOf(server.pid)).toBe(0);
}, 120_000);

function zombiesOf(parent: number): number {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(statOf);
  return stats.filter((stat) => stat.includes(`) Z ${String(parent)} `)).length;
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}

import { processRead } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { FakeServer } from '../testing/fake-server.js';
import { outcomeKinds } from '../testing/outcome-kinds.js';
import type { ProcessEvent } from './events.js';
import type { GapError } from './gap-error.js';

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

const NO_BYTES = new Uint8Array(0);

test('a terminal has a size and a TERM, and takes input until its end', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const shell = client.spawn(['sh'], { pty: { rows: 24, cols: 80 } });
  await shell.write('exit\n');
  await shell.end();
  const [start] = server.paramsOf('process/start');
  expect(start).toMatchObject({ tty: true, size: { rows: 24, cols: 80 }, env: { TERM: 'xterm-256color' } });
  expect(server.paramsOf('process/closeStdin')).toEqual([{ processId: shell.id }]);
});

test('a terminal of whatever size needs no extension, and keeps the TERM that it was given', async () => {
  const server = new FakeServer({ extensions: {} });
  await using client = await server.connect();
  const shell = client.spawn(['sh'], { pty: true, env: { TERM: 'vt100' } });
  await shell.started;
  const [start] = server.paramsOf('process/start');
  expect(start).toMatchObject({ tty: true, env: { TERM: 'vt100' } });
  expect(start).not.toHaveProperty('size');
  expect(await outcomeKinds([shell.resize({ rows: 1, cols: 1 })])).toEqual(['unsupported']);
});

test('resizes are events with a number of their own, pushed and read', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const shell = client.spawn(['sh'], { pty: true });
  const live = collect(shell.events());
  await shell.started;
  server.on(processRead, () => ({
    chunks: [
      { seq: 1, stream: 'pty' as const, chunk: NO_BYTES, size: { rows: 5, cols: 6 } },
      { seq: 2, stream: 'pty' as const, chunk: new Uint8Array([120]) },
    ],
    nextSeq: 5,
    exited: true,
    exitCode: 0,
    closed: true,
  }));
  server.resized(shell.id, 1, 5, 6);
  server.output(shell.id, 2, 'x', 'pty');
  server.exited(shell.id, 3);
  const totals = { bytes: { stdout: 0, stderr: 0, pty: 1 }, holders: [{ pid: 7, name: 'sleep' }] };
  server.closed(shell.id, 4, totals);
  const events = await live;
  const expected: ProcessEvent[] = [
    { type: 'resized', seq: 1, size: { rows: 5, cols: 6 } },
    { type: 'output', seq: 2, stream: 'pty', bytes: new Uint8Array([120]) },
    { type: 'exited', seq: 3, exitCode: 0, signal: null },
    { type: 'closed', seq: 4, ...totals },
  ];
  expect(events).toEqual(expected);
  expect(await collect(shell.events())).toEqual(expected);
});

test('a resize that a server without the extension shows as an empty chunk is passed over', async () => {
  const server = new FakeServer({ extensions: {} });
  await using client = await server.connect();
  const shell = client.spawn(['sh'], { pty: true });
  const views = [collect(shell.events()), collect(shell.stdout)];
  await shell.started;
  server.output(shell.id, 1, NO_BYTES, 'pty');
  server.output(shell.id, 2, 'x', 'pty');
  server.exited(shell.id, 3);
  server.closed(shell.id, 4);
  const [events, bytes] = await Promise.all(views);
  expect(events).toMatchObject([{ seq: 2 }, { seq: 3 }, { seq: 4 }]);
  expect(bytes).toEqual([new Uint8Array([120])]);
});

test('a gap that the server tells fails the views that wanted what is missing', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const process = client.spawn(['yes'], { retention: 'drop', lifetime: 'server', drainMs: 10 });
  const live = collect(process.events());
  await process.started;
  expect(server.paramsOf('process/start')).toMatchObject([
    { retention: 'drop', lifetime: 'server', drainMs: 10 },
  ]);
  server.on(processRead, () => ({ chunks: [], nextSeq: 11, exited: true, exitCode: 0, closed: true }));
  server.gap(process.id, 1, 8);
  server.exited(process.id, 9);
  server.closed(process.id, 10);
  await expect(live).rejects.toMatchObject({ kind: 'gap', from: 1, to: 8 } satisfies Partial<GapError>);
  expect(await collect(process.events({ after: 8 }))).toMatchObject([{ seq: 9 }, { seq: 10 }]);
});

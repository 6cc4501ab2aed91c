import { asProcessId, processStart, type SandboxAppearedReport } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { FakeServer } from '../testing/fake-server.js';
import { settle, until } from '../testing/until.js';

const REPORT = {
  found: [{ kind: 'repository', path: 'file:///ws/new', text: 'a new repository' }],
  more: 2,
} as const satisfies SandboxAppearedReport;

/** A thing of a later version, beside one that is known. */
const TOLD = { found: [{ kind: 'oracle' }, ...REPORT.found], more: 2 };

test('a process tells what appeared while it ran, as far as this build understands it, after it has closed', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const told: SandboxAppearedReport[] = [];
  const process = client.spawn(['x'], { id: 'p', onAppeared: (report) => told.push(report) });
  await process.started;
  server.exited('p', 1);
  server.closed('p', 2);
  await process.closed;
  server.appeared({ processId: asProcessId('other'), ...TOLD });
  server.appeared({ processId: asProcessId('p'), ...TOLD });
  await until(() => told.length > 0);
  expect(told).toEqual([REPORT]);
});

test('that nobody has looked is told as well', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const told: SandboxAppearedReport[] = [];
  const process = client.spawn(['x'], { id: 'p', onAppeared: (report) => told.push(report) });
  await process.started;
  const report = { found: [], more: 0, unseen: 'too many looks wait' };
  server.appeared({ processId: asProcessId('p'), ...report });
  await until(() => told.length > 0);
  expect(told).toEqual([report]);
});

test('exec tells it as well, over the next connection too', async () => {
  const server = new FakeServer();
  await using client = await server.connect({ silenceMs: 0, random: () => 0 });
  const told: SandboxAppearedReport[] = [];
  const run = client.exec(['x'], { id: 'p', onAppeared: (report) => told.push(report) });
  await until(() => server.paramsOf(processStart.method).length === 1);
  await settle();
  server.exited('p', 1);
  server.closed('p', 2);
  expect((await run).exitCode).toBe(0);
  server.cut();
  await until(() => server.dials === 2 && client.state === 'ready');
  server.appeared({ processId: asProcessId('p'), ...TOLD });
  await until(() => told.length > 0);
  expect(told).toEqual([REPORT]);
});

test('nobody has to listen', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  await client.spawn(['x'], { id: 'p' }).started;
  server.appeared({ processId: asProcessId('p'), ...TOLD });
  await settle();
  expect(client.state).toBe('ready');
});

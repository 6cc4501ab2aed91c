import { processStart, type SandboxDenial, type SandboxReport } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { FakeServer } from '../testing/fake-server.js';
import { settle, until } from '../testing/until.js';
import type { ExitedEvent } from './events.js';
import { missedEvents } from './feed/missed-events.js';

const DENIAL = {
  findings: [
    {
      evidence: 'path',
      confidence: 'likely',
      subject: { type: 'path', path: 'file:///srv/x', operation: 'write' },
      rule: { source: 'ceiling', entry: 'permissions.file_system.entries.0' },
    },
  ],
} as const satisfies SandboxDenial;

const REPORT = {
  narrowed: [],
  narrowedLeftOut: 2,
  notes: [{ text: 'a note', rule: { source: 'default', entry: 'executableConfiguration' } }],
  notesLeftOut: 0,
} as const satisfies SandboxReport;

/** A finding of a later version, beside one that is known. */
const TOLD = { findings: [{ evidence: 'oracle' }, ...DENIAL.findings] };

function serverWithReport(): FakeServer {
  const server = new FakeServer();
  server.on(processStart, ({ processId }) => {
    const { notes, ...rest } = REPORT;
    return { processId, sandboxReport: { ...rest, narrowed: [], notes: [...notes, { text: 1 }] } };
  });
  return server;
}

test('a handle tells what its sandbox denied and where it was narrowed, as far as this build understands it', async () => {
  const server = serverWithReport();
  await using client = await server.connect();
  const process = client.spawn(['x'], { id: 'p' });
  const events = process.events();
  expect(await process.sandboxReport).toEqual(REPORT);
  server.exited('p', 1, 3, null, { sandboxDenied: true, denial: TOLD });
  expect(await process.exited).toEqual({ exitCode: 3, signal: null, denial: DENIAL });
  const told: ExitedEvent = { type: 'exited', seq: 1, exitCode: 3, signal: null, denial: DENIAL };
  expect((await events.next()).value).toEqual(told);
});

test('exec has both in its result', async () => {
  const server = serverWithReport();
  await using client = await server.connect();
  const run = client.exec(['x'], { id: 'p', reject: false });
  await until(() => server.paramsOf(processStart.method).length === 1);
  await settle();
  server.exited('p', 1, 3, null, { sandboxDenied: true, denial: TOLD });
  server.closed('p', 2);
  expect(await run).toMatchObject({ exitCode: 3, denial: DENIAL, sandboxReport: REPORT });
});

test('a server that says only that something was denied lists nothing, and one that says no more tells nothing', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const [denied, not] = [client.spawn(['x'], { id: 'p' }), client.spawn(['x'], { id: 'q' })];
  expect([await denied.sandboxReport, await not.sandboxReport]).toEqual([undefined, undefined]);
  server.exited('p', 1, 3, null, { sandboxDenied: true });
  server.exited('q', 1, 3, null, { sandboxDenied: false });
  expect([await denied.exited, await not.exited]).toEqual([
    { exitCode: 3, signal: null, denial: { findings: [] } },
    { exitCode: 3, signal: null },
  ]);
});

test('the report of a process that could not be started fails like its start, and may be left alone', async () => {
  const server = new FakeServer();
  server.on(processStart, () => {
    throw new Error('no');
  });
  await using client = await server.connect();
  const process = client.spawn(['x'], { id: 'p' });
  const failure = await process.started.catch((error: unknown) => error);
  expect(await process.sandboxReport.catch((error: unknown) => error)).toBe(failure);
});

test('what is read after a loss tells the same', () => {
  const page = { chunks: [], nextSeq: 2, exited: true, exitCode: 1, closed: false };
  const known = { afterSeq: 0, exited: undefined, closed: undefined };
  expect([
    missedEvents({ ...page, sandboxDenied: true, denial: TOLD }, known).events,
    missedEvents({ ...page, sandboxDenied: true }, known).events,
  ]).toEqual([
    [{ type: 'exited', seq: 1, exitCode: 1, signal: null, denial: DENIAL }],
    [{ type: 'exited', seq: 1, exitCode: 1, signal: null, denial: { findings: [] } }],
  ]);
});

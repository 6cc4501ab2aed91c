import type { AppearedReport } from '@holdfast/sandbox';
import { expect, test } from 'vitest';
import type { AppearedLook } from '../process/sandbox/sandbox.js';
import { NO_SANDBOXES } from '../process/testing/no-sandboxes.js';
import { type CoreClient, CoreWorld, REPLAY, settle } from '../testing/core-world.js';

const SANDBOXED = { ...REPLAY, extensions: [...REPLAY.extensions, 'sandbox'] };

const INTENT = { permissions: { type: 'external', network: 'restricted' }, windowsSandboxLevel: 'disabled' };

/** Of a kind that is a warning in the log. */
function reportOf(path: string): AppearedReport {
  return { found: [{ kind: 'protectedName', path, text: `${path} is new` }], more: 0 };
}

/** A server on which what is confined is looked after so, and not confined at all. */
function worldWith(look: AppearedLook | undefined): CoreWorld {
  return new CoreWorld({}, undefined, {
    ...NO_SANDBOXES,
    confine: () =>
      Promise.resolve({
        start: async (attempt) => ({
          started: await attempt(undefined),
          report: { narrowed: [], narrowedLeftOut: 0, notes: [], notesLeftOut: 0 },
          aftermath: look && { judge: () => Promise.resolve(undefined), look, forget: () => undefined },
        }),
      }),
  });
}

/** Each look finds another repository. */
function numbering(): AppearedLook {
  let count = 0;
  return () => Promise.resolve(reportOf(`/ws/${String((count += 1))}`));
}

/** Has a command run to its end. */
async function run(world: CoreWorld, client: CoreClient, name: string, more: object = { sandbox: INTENT }) {
  await client.start(name, more);
  world.processes.child(name).end(0);
  await settle();
}

/** What has come since the last time, in order. */
function told({ received }: CoreClient): unknown[] {
  return received.splice(0).map(({ method, params }) => {
    const isReport = method === 'sandbox/appeared';
    return isReport ? params : method;
  });
}

function reported(processId: string, path: string): object {
  return {
    processId,
    found: [{ kind: 'protectedName', path: `file://${path}`, text: `${path} is new` }],
    more: 0,
  };
}

test('a session is told once what appeared while its process ran', async () => {
  await using world = worldWith(numbering());
  const client = await world.client(SANDBOXED);
  await run(world, client, 'a');
  expect(told(client)).toEqual(['process/exited', reported('a', '/ws/1'), 'process/closed']);
  expect(world.warnings).toEqual(['executable configuration appeared while a command ran']);
});

test('a session is told that nobody could look', async () => {
  await using world = worldWith(() => Promise.reject(new Error('it broke')));
  const client = await world.client(SANDBOXED);
  await run(world, client, 'a');
  const unseen = 'what appeared while a command ran could not be looked for';
  expect(told(client)).toEqual([
    'process/exited',
    { processId: 'a', found: [], more: 0, unseen },
    'process/closed',
  ]);
  expect(world.warnings).toEqual([unseen]);
});

test('the end of a process does not wait for the look, nor does the end of the server', async () => {
  const signals: AbortSignal[] = [];
  const world = worldWith((signal) => {
    signals.push(signal);
    return new Promise(() => undefined);
  });
  const client = await world.client(SANDBOXED);
  await run(world, client, 'a');
  expect(told(client)).toEqual(['process/exited', 'process/closed']);
  await client.start('b', { sandbox: INTENT });
  await world[Symbol.asyncDispose]();
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  expect(world.warnings).toEqual([]);
});

test('what is not confined, or by the sandbox around the server, is not looked after', async () => {
  await using bare = worldWith(numbering());
  const client = await bare.client(SANDBOXED);
  await run(bare, client, 'a', {});
  await using inside = worldWith(undefined);
  const other = await inside.client(SANDBOXED);
  await run(inside, other, 'a');
  const end = ['process/exited', 'process/closed'];
  expect([told(client), bare.warnings, told(other), inside.warnings]).toEqual([end, [], end, []]);
});

test('reports of the time without a connection wait for the next one, and are told once', async () => {
  await using world = worldWith(numbering());
  const first = await world.client(SANDBOXED);
  await first.start('a', { sandbox: INTENT });
  await first.start('b', { sandbox: INTENT });
  await first.cut();
  for (const name of ['a', 'b']) world.processes.child(name).end(0);
  await settle();
  const second = await world.resumed(first, SANDBOXED);
  expect(told(second)).toEqual([reported('a', '/ws/1'), reported('b', '/ws/2')]);
  await second.cut();
  const third = await world.resumed(second, SANDBOXED);
  expect(told(third)).toEqual([]);
});

test('nothing waits for a session whose last connection has not agreed on the extension', async () => {
  await using world = worldWith(numbering());
  const first = await world.client(REPLAY);
  await run(world, first, 'a');
  expect(told(first)).toEqual(['process/exited', 'process/closed']);
  await first.start('b', { sandbox: INTENT });
  await first.cut();
  world.processes.child('b').end(0);
  await settle();
  const second = await world.resumed(first, { ...SANDBOXED, clientInstance: 'second' });
  expect(told(second).filter((one) => typeof one === 'object')).toEqual([]);
  await run(world, second, 'c');
  expect(told(second)).toEqual(['process/exited', reported('c', '/ws/3'), 'process/closed']);
  expect(world.warnings.length).toBe(3);
});

test('what waits goes when a connection comes that has not agreed on it', async () => {
  await using world = worldWith(numbering());
  const first = await world.client(SANDBOXED);
  await first.start('a', { sandbox: INTENT });
  await first.cut();
  world.processes.child('a').end(0);
  await settle();
  const second = await world.resumed(first, REPLAY);
  await second.cut();
  const third = await world.resumed(second, SANDBOXED);
  expect(told(third).filter((one) => typeof one === 'object')).toEqual([]);
});

test('a session is told of its own processes alone', async () => {
  await using world = worldWith(numbering());
  const client = await world.client(SANDBOXED);
  const other = await world.client({ ...SANDBOXED, clientInstance: 'other' });
  await run(world, client, 'a');
  expect([told(client).length, told(other)]).toEqual([3, []]);
});

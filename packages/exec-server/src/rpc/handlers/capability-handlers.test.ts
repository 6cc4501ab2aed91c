import {
  type capabilityRootsDiscover,
  MAX_CAPABILITY_ANSWER_BYTES,
  MAX_CAPABILITY_ROOTS,
  type ParamsOf,
  type RequestSpec,
  type ResultOf,
  type RootCapabilities,
  type WireId,
} from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import type { CapabilityFinder, CapabilityRoot } from '../../config/capabilities/capability-finder.js';
import type { FilePlace } from '../../confined-files.js';
import { FileOrder } from '../../fs/file-order.js';
import { settle } from '../../testing/core-world.js';
import { TestClock } from '../../testing/test-clock.js';
import { AnswerRoom } from '../answers/answer-room.js';
import { SharedRoom } from '../answers/shared-room.js';
import { type CapabilityScope, discoverInstalled, discoverRoots } from './capability-handlers.js';

const NONE = { plugin: null, skills: [], namespaceManifests: [], warnings: [], error: null };
const INSTALLED = { plugins: [], skills: [], warnings: ['found'] };
const SANDBOX = { permissions: { type: 'managed' } };

class Finder implements CapabilityFinder {
  readonly asked: string[] = [];
  /** What is found below each. */
  warnings: string[] = [];
  /** Until it settles, nothing is found. */
  held = Promise.resolve();

  async below({ id, path }: CapabilityRoot): Promise<RootCapabilities> {
    this.asked.push(path.toString());
    await this.held;
    return { ...NONE, id, path: `found ${path.toString()}`, warnings: this.warnings };
  }

  installed(): Promise<typeof INSTALLED> {
    return Promise.resolve(INSTALLED);
  }
}

interface Scope extends CapabilityScope {
  readonly finder: Finder;
  /** What was asked inside of sandboxes. */
  readonly inside: unknown[];
  /** The messages that have been sent, in their slices. */
  readonly sent: (readonly Uint8Array[])[];
  readonly socket: { bufferedBytes: number };
}

/** Whatever has a sandbox is asked inside of it. */
function scope(): Scope {
  const inside: unknown[] = [];
  const place: FilePlace = {
    use: (_isLook, work) =>
      work({
        request(spec, params) {
          inside.push([spec.method, params]);
          return Promise.resolve(answerInside(spec, params));
        },
        openFile: () => expect.unreachable(),
      }),
    open: () => expect.unreachable(),
  };
  const confined = { placeOf: (sandbox: unknown) => (sandbox == null ? undefined : place) };
  const sent: (readonly Uint8Array[])[] = [];
  const transport = { sendSlices: (message: readonly Uint8Array[]) => sent.push(message) };
  const socket = { bufferedBytes: 0 };
  const room = new AnswerRoom({
    transport: socket,
    clock: new TestClock(),
    sharedRoom: new SharedRoom(),
    gone: new AbortController().signal,
  });
  const files = { order: new FileOrder(), confined, room, transport };
  return { finder: new Finder(), files, inside, sent, socket };
}

function answerInside<S extends RequestSpec>(spec: S, params: ParamsOf<S>): ResultOf<S> {
  if (spec.method === 'capabilities/discoverV2') return INSTALLED as ResultOf<S>;
  const { roots } = params as ParamsOf<typeof capabilityRootsDiscover>;
  return { roots: roots.map(({ id, path }) => ({ ...NONE, id, path: `inside ${path}` })) } as ResultOf<S>;
}

type Roots = ParamsOf<typeof capabilityRootsDiscover>;

/** The roots of the answer. */
async function discovered(here: Scope, params: Roots): Promise<readonly RootCapabilities[]> {
  const { send } = await discoverRoots(here, params, '7' as WireId);
  send();
  const { id, result } = JSON.parse(Buffer.concat(here.sent.at(-1) ?? []).toString()) as {
    readonly id: number;
    readonly result: ResultOf<typeof capabilityRootsDiscover>;
  };
  expect(id).toBe(7);
  return result.roots;
}

test('a path of another system has an answer in its place, and is not looked for', async () => {
  const here = scope();
  const roots = ['file:///a', 'file:///C:/x', 'file:///b'].map((path) => ({ id: path, path }));
  expect(await discovered(here, { roots })).toEqual([
    { ...NONE, id: 'file:///a', path: 'found /a' },
    { ...NONE, id: 'file:///C:/x', path: 'file:///C:/x', error: 'file:///C:/x is a path of another system' },
    { ...NONE, id: 'file:///b', path: 'found /b' },
  ]);
  expect(here.finder.asked).toEqual(['/a', '/b']);
});

test('who asks for a sandbox is answered from inside of it', async () => {
  const here = scope();
  expect(await discoverInstalled(here, { cwd: 'file:///', sandbox: SANDBOX })).toEqual(INSTALLED);
  const paths = ['file:///C:/x', 'file:///a', 'file:///b'];
  const roots = paths.map((path) => ({ id: path, path, sandbox: SANDBOX }));
  expect(await discovered(here, { roots })).toEqual([
    { ...NONE, id: 'file:///C:/x', path: 'file:///C:/x', error: 'file:///C:/x is a path of another system' },
    { ...NONE, id: 'file:///a', path: 'inside file:///a' },
    { ...NONE, id: 'file:///b', path: 'inside file:///b' },
  ]);
  expect([here.inside, here.finder.asked]).toEqual([
    [
      ['capabilities/discoverV2', { cwd: 'file:///' }],
      ['capabilityRoots/discoverV1', { roots: [{ id: 'file:///a', path: 'file:///a' }] }],
      ['capabilityRoots/discoverV1', { roots: [{ id: 'file:///b', path: 'file:///b' }] }],
    ],
    [],
  ]);
});

test('roots in different sandboxes are refused together', async () => {
  const here = scope();
  const root = { id: '', path: 'file:///a' };
  await expect(discovered(here, { roots: [root, { ...root, sandbox: SANDBOX }] })).rejects.toMatchObject({
    kind: 'sandboxUnsupported',
    message:
      'capabilityRoots/discoverV1: the roots have different sandboxes; ask for those of each in a request of their own',
  });
  expect([here.inside, here.finder.asked]).toEqual([[], []]);
});

test.each([null, undefined])('who asks for none is answered: %j', async (sandbox) => {
  const here = scope();
  expect(await discoverInstalled(here, { cwd: 'file:///', sandbox })).toEqual(INSTALLED);
  const roots = await discovered(here, {
    roots: [
      { id: '', path: 'file:///a', sandbox },
      { id: '', path: 'file:///b' },
    ],
  });
  expect(roots).toEqual(['/a', '/b'].map((path) => ({ ...NONE, id: '', path: `found ${path}` })));
});

test('more directories than one request may name are refused', async () => {
  const roots = Array.from({ length: MAX_CAPABILITY_ROOTS + 1 }, () => ({ id: '', path: 'file:///a' }));
  await expect(discovered(scope(), { roots })).rejects.toMatchObject({
    kind: 'invalidFileRequest',
    message: 'capabilityRoots/discoverV1: 129 roots; ask for at most 128 at once',
  });
});

test('it is looked after the changes that were asked for before', async () => {
  const here = scope();
  const done: string[] = [];
  let change: () => void = () => undefined;
  const changed = here.files.order.change(() => new Promise<void>((resolve) => (change = resolve)));
  const found = discoverInstalled(here, { cwd: 'file:///' }).then(() => done.push('found'));
  void changed.then(() => done.push('changed'));
  change();
  await Promise.all([changed, found]);
  expect(done).toEqual(['changed', 'found']);
});

test('a root that no longer fits into the answer says so, and those that fit still come, in pieces of 1 MiB', async () => {
  const here = scope();
  here.finder.warnings = ['é'.repeat((MAX_CAPABILITY_ANSWER_BYTES - 1024) / 2)];
  const large = await discovered(here, {
    roots: ['large', 'left out', 'C:/x'].map((id) => ({ id, path: `file:///${id}` })),
  });
  expect(large.map(({ id, warnings, error }) => [id, warnings[0]?.length, error])).toEqual([
    ['large', (MAX_CAPABILITY_ANSWER_BYTES - 1024) / 2, null],
    [
      'left out',
      undefined,
      'file:///left out is left out: what lies below the directories is too large together',
    ],
    ['C:/x', undefined, 'file:///C:/x is a path of another system'],
  ]);
  const longest = Math.max(...here.sent.flat().map(({ length }) => length));
  expect(longest).toBe(1024 * 1024);
});

test('while the client takes nothing, nothing more is looked for', async () => {
  const here = scope();
  const root = { id: '', path: 'file:///a' };
  let find: () => void = () => undefined;
  here.finder.held = new Promise((resolve) => (find = resolve));
  const asked = [1, 4, 2].map((roots) =>
    discovered(here, { roots: Array.from({ length: roots }, () => root) }),
  );
  await settle();
  expect(here.finder.asked).toHaveLength(1);
  here.socket.bufferedBytes = 17 * 1024 * 1024;
  find();
  await settle();
  expect(here.finder.asked).toHaveLength(1);
  here.socket.bufferedBytes = 0;
  here.files.room.look();
  expect((await Promise.all(asked)).map(({ length }) => length)).toEqual([1, 4, 2]);
});

test('what is installed is looked for when there is room for it', async () => {
  const here = scope();
  here.socket.bufferedBytes = 21 * 1024 * 1024;
  let found: unknown;
  const answer = discoverInstalled(here, { cwd: 'file:///' }).then((installed) => (found = installed));
  await settle();
  expect(found).toBe(undefined);
  here.socket.bufferedBytes -= 1024 * 1024;
  here.files.room.look();
  expect(await answer).toEqual(INSTALLED);
});

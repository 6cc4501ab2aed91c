import { MAX_CAPABILITY_ROOTS, type ResultOf, type RootCapabilities } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import type { CapabilityFinder, CapabilityRoot } from '../../config/capabilities/capability-finder.js';
import type { FilePlace } from '../../confined-files.js';
import { FileOrder } from '../../fs/file-order.js';
import { type CapabilityScope, discoverInstalled, discoverRoots } from './capability-handlers.js';

const NONE = { plugin: null, skills: [], namespaceManifests: [], warnings: [], error: null };
const INSTALLED = { plugins: [], skills: [], warnings: ['found'] };
const INSIDE = { ...NONE, id: 'inside', path: 'file:///a' };
const SANDBOX = { permissions: { type: 'managed' } };

class Finder implements CapabilityFinder {
  asked: readonly CapabilityRoot[] | undefined;

  below(roots: readonly CapabilityRoot[]): Promise<RootCapabilities[]> {
    this.asked = roots;
    return Promise.resolve(roots.map(({ id, path }) => ({ ...NONE, id, path: `found ${path.toString()}` })));
  }

  installed(): Promise<typeof INSTALLED> {
    return Promise.resolve(INSTALLED);
  }
}

interface Scope extends CapabilityScope {
  readonly finder: Finder;
  /** What was asked inside of sandboxes. */
  readonly inside: unknown[];
}

/** Whatever has a sandbox is asked inside of it. */
function scope(): Scope {
  const inside: unknown[] = [];
  const place: FilePlace = {
    use: (_isLook, work) =>
      work({
        request(spec, params) {
          inside.push([spec.method, params]);
          const answer = spec.method === 'capabilities/discoverV2' ? INSTALLED : { roots: [INSIDE] };
          return Promise.resolve(answer as ResultOf<typeof spec>);
        },
      }),
    open: () => expect.unreachable(),
  };
  const confined = { placeOf: (sandbox: unknown) => (sandbox == null ? undefined : place) };
  return { finder: new Finder(), files: { order: new FileOrder(), confined }, inside };
}

test('a path of another system has an answer in its place, and is not looked for', async () => {
  const here = scope();
  const roots = ['file:///a', 'file:///C:/x', 'file:///b'].map((path) => ({ id: path, path }));
  expect(await discoverRoots(here, { roots })).toEqual({
    roots: [
      { ...NONE, id: 'file:///a', path: 'found /a' },
      {
        ...NONE,
        id: 'file:///C:/x',
        path: 'file:///C:/x',
        error: 'file:///C:/x is a path of another system',
      },
      { ...NONE, id: 'file:///b', path: 'found /b' },
    ],
  });
  expect(here.finder.asked).toHaveLength(2);
});

test('who asks for a sandbox is answered from inside of it', async () => {
  const here = scope();
  expect(await discoverInstalled(here, { cwd: 'file:///', sandbox: SANDBOX })).toEqual(INSTALLED);
  const roots = ['file:///C:/x', 'file:///a'].map((path) => ({ id: path, path, sandbox: SANDBOX }));
  expect((await discoverRoots(here, { roots })).roots).toEqual([
    { ...NONE, id: 'file:///C:/x', path: 'file:///C:/x', error: 'file:///C:/x is a path of another system' },
    INSIDE,
  ]);
  expect([here.inside, here.finder.asked]).toEqual([
    [
      ['capabilities/discoverV2', { cwd: 'file:///' }],
      ['capabilityRoots/discoverV1', { roots: [{ id: 'file:///a', path: 'file:///a' }] }],
    ],
    undefined,
  ]);
});

test('roots in different sandboxes are refused together', async () => {
  const here = scope();
  const root = { id: '', path: 'file:///a' };
  await expect(discoverRoots(here, { roots: [root, { ...root, sandbox: SANDBOX }] })).rejects.toMatchObject({
    kind: 'sandboxUnsupported',
    message:
      'capabilityRoots/discoverV1: the roots have different sandboxes; ask for those of each in a request of their own',
  });
  expect([here.inside, here.finder.asked]).toEqual([[], undefined]);
});

test.each([null, undefined])('who asks for none is answered: %j', async (sandbox) => {
  const here = scope();
  expect(await discoverInstalled(here, { cwd: 'file:///', sandbox })).toEqual(INSTALLED);
  const { roots } = await discoverRoots(here, {
    roots: [
      { id: '', path: 'file:///a', sandbox },
      { id: '', path: 'file:///b' },
    ],
  });
  expect(roots).toEqual(['/a', '/b'].map((path) => ({ ...NONE, id: '', path: `found ${path}` })));
});

test('more directories than one request may name are refused', async () => {
  const roots = Array.from({ length: MAX_CAPABILITY_ROOTS + 1 }, () => ({ id: '', path: 'file:///a' }));
  await expect(discoverRoots(scope(), { roots })).rejects.toMatchObject({
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

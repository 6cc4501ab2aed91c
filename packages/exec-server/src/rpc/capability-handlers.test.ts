import { type ExecError, MAX_CAPABILITY_ROOTS, type RootCapabilities } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import type { CapabilityFinder, CapabilityRoot } from '../config/capabilities/capability-finder.js';
import { FileOrder } from '../fs/file-order.js';
import { type CapabilityScope, discoverInstalled, discoverRoots } from './capability-handlers.js';

const NONE = { plugin: null, skills: [], namespaceManifests: [], warnings: [], error: null };
const INSTALLED = { plugins: [], skills: [], warnings: ['found'] };
const UNRESTRICTED = { permissions: { type: 'disabled' }, windowsSandboxLevel: 'disabled' };

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

function scope(hasCeiling = false): CapabilityScope & { readonly finder: Finder } {
  return { finder: new Finder(), files: { order: new FileOrder(), hasCeiling } };
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

test.each([
  ['any sandbox', { permissions: { type: 'managed' } }],
  ['no permissions', {}],
  ['permissions that are none', { permissions: null }],
])('who asks for %s is not answered without', async (_what, sandbox) => {
  const here = scope();
  const root = { id: '', path: 'file:///a' };
  const refused = { kind: 'sandboxUnsupported' satisfies ExecError['kind'] };
  await expect(discoverRoots(here, { roots: [root, { ...root, sandbox }] })).rejects.toMatchObject(refused);
  await expect(discoverInstalled(here, { cwd: 'file:///', sandbox })).rejects.toMatchObject(refused);
  expect(here.finder.asked).toBeUndefined();
});

test.each([null, undefined, UNRESTRICTED])('who asks for none is answered: %j', async (sandbox) => {
  const here = scope();
  expect(await discoverInstalled(here, { cwd: 'file:///', sandbox })).toEqual(INSTALLED);
  const { roots } = await discoverRoots(here, { roots: [{ id: '', path: 'file:///a', sandbox }] });
  expect(roots).toEqual([{ ...NONE, id: '', path: 'found /a' }]);
});

test('under a ceiling nobody is answered', async () => {
  const here = scope(true);
  const refused = { kind: 'sandboxUnsupported' satisfies ExecError['kind'] };
  await expect(discoverInstalled(here, { cwd: 'file:///' })).rejects.toMatchObject(refused);
  await expect(
    discoverRoots(here, { roots: [{ id: '', path: 'file:///a', sandbox: UNRESTRICTED }] }),
  ).rejects.toMatchObject(refused);
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

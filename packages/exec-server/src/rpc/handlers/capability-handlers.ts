import {
  capabilitiesDiscover,
  capabilityRootsDiscover,
  ExecError,
  MAX_CAPABILITY_ROOTS,
  type ParamsOf,
  type ResultOf,
  type RootCapabilities,
} from '@holdfast/exec-protocol';
import type { CapabilityFinder } from '../../config/capabilities/capability-finder.js';
import { isForeign, toNativePath } from '../../fs/native-path.js';
import type { FileScope } from './file-handlers.js';

/** What the methods about plugins and skills work with. */
export interface CapabilityScope {
  readonly finder: CapabilityFinder;
  readonly files: Pick<FileScope, 'order' | 'confined'>;
}

export async function discoverRoots(
  { finder, files }: CapabilityScope,
  { roots }: ParamsOf<typeof capabilityRootsDiscover>,
): Promise<ResultOf<typeof capabilityRootsDiscover>> {
  if (roots.length > MAX_CAPABILITY_ROOTS) {
    throw new ExecError(
      'invalidFileRequest',
      `capabilityRoots/discoverV1: ${roots.length} roots; ask for at most ${MAX_CAPABILITY_ROOTS} at once`,
    );
  }
  const place = files.confined.placeOf(commonSandbox(roots));
  // A path of another system spoils no other root.
  const own = roots.filter(({ path }) => !isForeign(path)).map(({ id, path }) => ({ id, path }));
  const native = own.map(({ id, path }) => ({ id, path: toNativePath(path, 'roots') }));
  const found = await files.order.look(async () =>
    place === undefined
      ? await finder.below(native)
      : await place.use(
          true,
          async (inside) => (await inside.request(capabilityRootsDiscover, { roots: own })).roots,
        ),
  );
  const answers = found.values();
  return { roots: roots.map(({ id, path }) => (isForeign(path) ? foreign(id, path) : next(answers))) };
}

export async function discoverInstalled(
  { finder, files }: CapabilityScope,
  { cwd, sandbox }: ParamsOf<typeof capabilitiesDiscover>,
): Promise<ResultOf<typeof capabilitiesDiscover>> {
  const place = files.confined.placeOf(sandbox);
  // Nothing is looked for there; it only has to be a path.
  if (!isForeign(cwd)) toNativePath(cwd, 'cwd');
  return await files.order.look(() =>
    place === undefined
      ? finder.installed()
      : place.use(true, (inside) => inside.request(capabilitiesDiscover, { cwd })),
  );
}

type Sandbox = Readonly<Record<string, unknown>> | null | undefined;

/** What is found is bounded for the whole answer, and so by whoever looks for all of it. */
function commonSandbox([first, ...others]: readonly { readonly sandbox?: Sandbox }[]): Sandbox {
  const text = JSON.stringify(first?.sandbox ?? null);
  if (others.every(({ sandbox }) => JSON.stringify(sandbox ?? null) === text)) return first?.sandbox;
  throw new ExecError(
    'sandboxUnsupported',
    'capabilityRoots/discoverV1: the roots have different sandboxes; ask for those of each in a request of their own',
  );
}

function foreign(id: string, path: string): RootCapabilities {
  return {
    id,
    path,
    plugin: null,
    skills: [],
    namespaceManifests: [],
    warnings: [],
    error: `${path} is a path of another system`,
  };
}

function next<T>(values: Iterator<T, undefined>): T {
  const { value } = values.next();
  if (value === undefined) throw new Error('there is an answer for each root');
  return value;
}

import {
  type capabilitiesDiscover,
  type capabilityRootsDiscover,
  ExecError,
  MAX_CAPABILITY_ROOTS,
  type ParamsOf,
  type ResultOf,
  type RootCapabilities,
} from '@holdfast/exec-protocol';
import type { CapabilityFinder } from '../config/capabilities/capability-finder.js';
import { isForeign, toNativePath } from '../fs/native-path.js';
import { type FileScope, refuseSandbox } from './file-handlers.js';

type PermissionIntent = Readonly<Record<string, unknown>> | null | undefined;

/** What the methods about plugins and skills work with. */
export interface CapabilityScope {
  readonly finder: CapabilityFinder;
  readonly order: FileScope['order'];
  readonly hasCeiling: FileScope['hasCeiling'];
}

export async function discoverRoots(
  scope: CapabilityScope,
  { roots }: ParamsOf<typeof capabilityRootsDiscover>,
): Promise<ResultOf<typeof capabilityRootsDiscover>> {
  const { finder, order } = scope;
  if (roots.length > MAX_CAPABILITY_ROOTS) {
    throw new ExecError(
      'invalidFileRequest',
      `capabilityRoots/discoverV1: ${roots.length} roots; ask for at most ${MAX_CAPABILITY_ROOTS} at once`,
    );
  }
  for (const { sandbox } of roots) refuseConfinement(scope, sandbox);
  // A path of another system spoils no other root.
  const own = roots.flatMap(({ id, path }) =>
    isForeign(path) ? [] : [{ id, path: toNativePath(path, 'roots') }],
  );
  const found = (await order.look(() => finder.below(own))).values();
  return { roots: roots.map(({ id, path }) => (isForeign(path) ? foreign(id, path) : next(found))) };
}

export async function discoverInstalled(
  scope: CapabilityScope,
  { cwd, sandbox }: ParamsOf<typeof capabilitiesDiscover>,
): Promise<ResultOf<typeof capabilitiesDiscover>> {
  refuseConfinement(scope, sandbox);
  // Nothing is looked for there; it only has to be a path.
  if (!isForeign(cwd)) toNativePath(cwd, 'cwd');
  return await scope.order.look(() => scope.finder.installed());
}

// The Codex CLI says that it wants no sandbox instead of saying nothing. Who wants one is never answered without.
function refuseConfinement({ hasCeiling }: CapabilityScope, sandbox: PermissionIntent): void {
  const permissions = sandbox?.['permissions'];
  const isNone =
    typeof permissions === 'object' &&
    permissions !== null &&
    'type' in permissions &&
    permissions.type === 'disabled';
  refuseSandbox({ hasCeiling }, { sandbox: isNone ? null : sandbox });
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

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
import type { FileScope } from './file-handlers.js';

/** What the methods about plugins and skills work with. */
export interface CapabilityScope {
  readonly finder: CapabilityFinder;
  readonly files: Pick<FileScope, 'order' | 'hasCeiling'>;
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
  for (const { sandbox } of roots) refuseConfinement(files, sandbox);
  // A path of another system spoils no other root.
  const own = roots.flatMap(({ id, path }) =>
    isForeign(path) ? [] : [{ id, path: toNativePath(path, 'roots') }],
  );
  const found = (await files.order.look(() => finder.below(own))).values();
  return { roots: roots.map(({ id, path }) => (isForeign(path) ? foreign(id, path) : next(found))) };
}

export async function discoverInstalled(
  { finder, files }: CapabilityScope,
  { cwd, sandbox }: ParamsOf<typeof capabilitiesDiscover>,
): Promise<ResultOf<typeof capabilitiesDiscover>> {
  refuseConfinement(files, sandbox);
  // Nothing is looked for there; it only has to be a path.
  if (!isForeign(cwd)) toNativePath(cwd, 'cwd');
  return await files.order.look(() => finder.installed());
}

// Nothing that asked for a sandbox is ever answered without one; the Codex CLI says in its own words that it asks for none.
function refuseConfinement(
  { hasCeiling }: CapabilityScope['files'],
  sandbox: Readonly<Record<string, unknown>> | null | undefined,
): void {
  if (!hasCeiling && (sandbox == null || isUnrestricted(sandbox))) return;
  throw new ExecError(
    'sandboxUnsupported',
    hasCeiling
      ? 'this executor has a sandbox ceiling, to which it cannot hold this request yet'
      : 'sandbox: this executor looks for plugins and skills without a sandbox only; send null to have that',
  );
}

function isUnrestricted({ permissions }: Readonly<Record<string, unknown>>): boolean {
  return (
    typeof permissions === 'object' &&
    permissions !== null &&
    'type' in permissions &&
    permissions.type === 'disabled'
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

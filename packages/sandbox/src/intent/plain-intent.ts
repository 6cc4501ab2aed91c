import { formatPathUri } from '@holdfast/exec-protocol';
import { NowhereBefore, type PhysicalPath, physicalPath } from '../files/physical-path.js';
import { refuse } from '../refuse.js';
import { restrictedFilesOf } from './glob-scans.js';
import { parseIntent } from './parse-intent.js';
import type { SandboxIntent } from './schema.js';
import { keepTyped } from './typed-paths.js';

/**
 * What a command of this machine may do. Paths may be relative to the working directory of this program, and `..` in them leads where
 * it leads every program: out of what a link before it leads to.
 */
export interface PlainPermissions {
  /** What may be written, with all below; default nothing. */
  readonly write?: readonly string[];
  /** What can only be read, below what may be written or what cannot be read; what is missing there stays missing. Default nothing. */
  readonly read?: readonly string[];
  /** What can be neither read nor written; default nothing. */
  readonly deny?: readonly string[];
  /** Default `off`. */
  readonly network?: 'on' | 'off';
}

/**
 * The intent behind permissions in short: everything can be read, and nothing written but what is named.
 * @throws ExecError `sandboxUnsupported` for an empty path, which would stand for the working directory, and for one with `..` behind
 *   something that is missing or no directory.
 */
export function plainIntent({
  write = [],
  read = [],
  deny = [],
  network = 'off',
}: PlainPermissions): SandboxIntent {
  const named = [
    ...write.map((path) => namedPath(path, 'write')),
    ...read.map((path) => namedPath(path, 'read')),
    ...deny.map((path) => namedPath(path, 'deny')),
  ];
  const intent = parseIntent({
    permissions: {
      type: 'managed',
      file_system: {
        type: 'restricted',
        entries: [
          { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
          ...named.map(({ access, found }) => ({
            path: { type: 'path', path: formatPathUri(found.path, 'posix') },
            access,
          })),
        ],
      },
      network: network === 'on' ? 'enabled' : 'restricted',
    },
    windowsSandboxLevel: 'disabled',
  });
  keepAllTyped(intent, named);
  return intent;
}

function keepAllTyped(intent: SandboxIntent, named: readonly NamedPath[]): void {
  const [, ...entries] = restrictedFilesOf(intent)?.entries ?? [];
  for (const [at, entry] of entries.entries()) {
    const one = named[at];
    if (one !== undefined && one.found.links.length > 0)
      keepTyped(entry, { path: one.path, links: one.found.links });
  }
}

interface NamedPath {
  readonly path: string;
  readonly access: 'write' | 'read' | 'deny';
  readonly found: PhysicalPath;
}

function namedPath(path: string, access: NamedPath['access']): NamedPath {
  if (path === '') refuse(access, 'a path is empty; name one, such as . for the working directory');
  try {
    return { path, access, found: physicalPath(path) };
  } catch (error) {
    if (!(error instanceof NowhereBefore)) throw error;
    return refuse(access, `${path} names nothing, for ${error.message}; name it without ..`);
  }
}

import { resolve } from 'node:path';
import { formatPathUri } from '@holdfast/exec-protocol';
import { refuse } from '../refuse.js';
import { parseIntent } from './parse-intent.js';
import type { SandboxIntent } from './schema.js';

/** What a command of this machine may do. Paths may be relative to the working directory of this program. */
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
 * @throws ExecError `sandboxUnsupported` for an empty path, which would stand for the working directory.
 */
export function plainIntent({
  write = [],
  read = [],
  deny = [],
  network = 'off',
}: PlainPermissions): SandboxIntent {
  const entry = (path: string, access: 'write' | 'read' | 'deny'): object => {
    if (path === '') refuse(access, 'a path is empty; name one, such as . for the working directory');
    return { path: { type: 'path', path: formatPathUri(resolve(path), 'posix') }, access };
  };
  return parseIntent({
    permissions: {
      type: 'managed',
      file_system: {
        type: 'restricted',
        entries: [
          { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
          ...write.map((path) => entry(path, 'write')),
          ...read.map((path) => entry(path, 'read')),
          ...deny.map((path) => entry(path, 'deny')),
        ],
      },
      network: network === 'on' ? 'enabled' : 'restricted',
    },
    windowsSandboxLevel: 'disabled',
  });
}

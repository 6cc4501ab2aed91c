import { resolve } from 'node:path';
import { formatPathUri } from '@holdfast/exec-protocol';
import { type HostRules, parseIntent, type SandboxIntent } from '@holdfast/sandbox';

/** What a command run by `holdfast sandbox` may do. Paths may be relative to the working directory. */
export interface LocalPermissions {
  readonly write: readonly string[];
  readonly deny: readonly string[];
  readonly network: 'on' | 'off';
  /** Hosts that may be reached although the network is off; undefined for none. */
  readonly hosts: HostRules | undefined;
}

/** The intent behind the options: everything can be read, nothing written but what was named. */
export function localIntent({ write, deny, network }: LocalPermissions): SandboxIntent {
  const entry = (path: string, access: string): object => ({
    path: { type: 'path', path: formatPathUri(resolve(path), 'posix') },
    access,
  });
  return parseIntent({
    permissions: {
      type: 'managed',
      file_system: {
        type: 'restricted',
        entries: [
          { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
          ...write.map((path) => entry(path, 'write')),
          ...deny.map((path) => entry(path, 'deny')),
        ],
      },
      network: network === 'on' ? 'enabled' : 'restricted',
    },
    windowsSandboxLevel: 'disabled',
  });
}

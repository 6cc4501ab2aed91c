import type { HostRules, PlainPermissions } from '@holdfast/sandbox';

/** What a command run by `holdfast sandbox` may do. Paths may be relative to the working directory. */
export interface LocalPermissions extends Required<PlainPermissions> {
  /** Hosts that may be reached although the network is off; undefined for none. */
  readonly hosts: HostRules | undefined;
}

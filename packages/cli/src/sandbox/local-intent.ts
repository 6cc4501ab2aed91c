import {
  type HostRules,
  type PlainPermissions,
  plainIntent,
  type RuleOrigin,
  type SandboxIntent,
} from '@holdfast/sandbox';
import { DEFAULTS } from '../denial/server-rule.js';

/** What a command run by `holdfast sandbox` may do. Paths may be relative to the working directory. */
export interface LocalPermissions extends Required<PlainPermissions> {
  /** A directory of its own, which it may write as well; default none. */
  readonly temporary?: string;
  /** Hosts that may be reached although the network is off; undefined for none. */
  readonly hosts: HostRules | undefined;
}

/** The intent behind the options. */
export function localIntent({ write, read, deny, temporary, network }: LocalPermissions): SandboxIntent {
  const own = temporary === undefined ? [] : [temporary];
  return plainIntent({ write: [...write, ...own], read, deny, network });
}

/** Says by what option a rule of that intent came about, and of any other rule what it is for. */
export function namesOfRules(permissions: LocalPermissions): (origin: RuleOrigin) => string {
  const names = new Map([[`${PERMISSIONS}.network`, `--net ${permissions.network}`]]);
  for (const [at, option] of optionsOf(permissions).entries())
    names.set(`${PERMISSIONS}.file_system.entries.${String(at)}`, option);
  return ({ entry }) => names.get(entry) ?? DEFAULTS[entry]?.by ?? entry;
}

/** Names the options instead of the entries of the intent in what is said of it. */
export function inOptions(text: string, permissions: LocalPermissions): string {
  const nameOf = namesOfRules(permissions);
  return text.replaceAll(ENTRY, (entry) => nameOf({ source: 'intent', entry }));
}

/** As rules name it. */
const PERMISSIONS = 'sandbox.permissions';

const ENTRY = /sandbox\.permissions(?:\.\w+)+/g;

/** How each entry of the intent was asked for, in their order. */
function optionsOf({ write, read, deny, temporary }: LocalPermissions): readonly string[] {
  return [
    'unless told otherwise',
    ...write.map((path) => `--write ${path}`),
    ...(temporary === undefined ? [] : ['its temporary directory']),
    ...read.map((path) => `--read ${path}`),
    ...deny.map((path) => `--deny ${path}`),
  ];
}

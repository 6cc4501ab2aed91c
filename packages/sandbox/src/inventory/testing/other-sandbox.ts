import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DriverRequest } from './driver-messages.js';

/** Names a sandbox other than ours with which the cases are tried: `codex:PROGRAM` or `srt:PROGRAM`. */
export const OTHER_SANDBOX = 'INVENTORY_SANDBOX';

/** What starts a command in another sandbox. */
export interface OtherLaunch {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

/** The program of another sandbox, told of the same intent in its own words. */
export function otherLaunch(named: string, request: DriverRequest): OtherLaunch {
  if (request.hosts !== undefined) throw new Error('managed networks are not compared');
  const [name = '', program = ''] = named.split(/:(.*)/);
  const tell = { codex, srt }[name];
  if (tell === undefined) throw new Error(`${OTHER_SANDBOX}: there is no way to start "${named}"`);
  return tell(program, request, entriesOf(request.intent));
}

/** A place and what may be done there. */
interface Entry {
  readonly place: { readonly kind: 'root' | 'temporary' | 'path' | 'glob'; readonly name: string };
  readonly access: 'read' | 'write' | 'deny';
}

type Tell = (program: string, request: DriverRequest, entries: readonly Entry[]) => OtherLaunch;

/** https://developers.openai.com/codex/security: a permission profile in the configuration. */
const codex: Tell = (program, { argv, cwd, env, stateFolder, intent }, entries) => {
  const home = path.join(stateFolder, 'codex');
  mkdirSync(home, { recursive: true });
  const keys = { root: ':root', temporary: ':tmpdir' };
  const rules = entries.map(({ place: { kind, name }, access }) => {
    const key = kind === 'root' || kind === 'temporary' ? keys[kind] : name;
    return `${JSON.stringify(key)} = "${access}"`;
  });
  const network = `enabled = ${isNetworkOpen(intent)}`;
  const profile = ['[permissions.it.filesystem]', ...rules, '[permissions.it.network]', network, ''].join(
    '\n',
  );
  writeFileSync(path.join(home, 'config.toml'), profile);
  return { argv: [program, 'sandbox', '-P', 'it', '-C', cwd, ...argv], env: { ...env, CODEX_HOME: home } };
};

/** https://github.com/anthropic-experimental/sandbox-runtime: its settings. It reads everything unless told otherwise. */
const srt: Tell = (program, { id, argv, env, stateFolder, intent }, entries) => {
  mkdirSync(stateFolder, { recursive: true });
  const file = path.join(stateFolder, `srt-${id}.json`);
  const named = (access: Entry['access']): string[] =>
    entries
      .filter((entry) => entry.access === access)
      .map(({ place: { kind, name } }) => (kind === 'temporary' ? (env['TMPDIR'] ?? '') : name));
  const settings = {
    network: { allowedDomains: isNetworkOpen(intent) ? ['*'] : [], deniedDomains: [] },
    filesystem: { denyRead: named('deny'), allowWrite: named('write'), denyWrite: [] },
  };
  writeFileSync(file, JSON.stringify(settings));
  return { argv: [program, '--settings', file, '--', ...argv], env };
};

interface WireIntent {
  readonly permissions: {
    readonly file_system: { readonly entries: readonly WireEntry[] };
    readonly network: 'restricted' | 'enabled';
  };
}

interface WireEntry {
  readonly path:
    | { readonly type: 'special'; readonly value: { readonly kind: string } }
    | { readonly type: 'path'; readonly path: string }
    | { readonly type: 'glob_pattern'; readonly pattern: string };
  readonly access: Entry['access'];
}

function isNetworkOpen(intent: unknown): boolean {
  return (intent as WireIntent).permissions.network === 'enabled';
}

function entriesOf(intent: unknown): readonly Entry[] {
  return (intent as WireIntent).permissions.file_system.entries.map(({ path: at, access }) => {
    if (at.type === 'path') return { place: { kind: 'path', name: fileURLToPath(at.path) }, access };
    if (at.type === 'glob_pattern') return { place: { kind: 'glob', name: at.pattern }, access };
    return at.value.kind === 'root'
      ? { place: { kind: 'root', name: '/' }, access }
      : { place: { kind: 'temporary', name: '' }, access };
  });
}

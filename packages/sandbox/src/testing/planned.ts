import { type Ceiling, DEFAULT_CEILING } from '../ceiling/ceiling.js';
import type { CeilingSource } from '../ceiling/operator-ceiling.js';
import { fakeFiles } from '../files/testing/fake-files.js';
import type { HostFacts } from '../host-facts.js';
import { parseIntent } from '../intent/parse-intent.js';
import { PatternLooks } from '../intent/pattern-looks.js';
import type { SetUp } from '../launch/set-up.js';
import { planSandbox, type SandboxPlan } from '../plan-sandbox.js';
import { fakeScanning, fakeScans } from '../repositories/testing/fake-scans.js';

/** What most plans are made for. */
export const FILES = fakeFiles({
  '/ws/secret': 'directory',
  '/usr/bin/bwrap': { text: '' },
  '/ws/bin/bwrap': { text: '' },
});

/** A machine with these files and nothing mounted. */
export const HOST: HostFacts = {
  platform: 'linux',
  architecture: 'x64',
  files: FILES,
  repositories: fakeScans(FILES),
  patterns: new PatternLooks(fakeScanning(FILES)),
  roots: { cwd: '/ws', tmpdir: undefined, slashTmp: '/tmp', minimal: ['/usr'] },
  bwrap: () => Promise.resolve({ works: true, program: '/usr/bin/bwrap' }),
  ownPaths: [],
  runBy: ['/usr/bin/node'],
  signalResetter: '/usr/bin/env',
  mountTable: () => '',
  mountPrograms: { nsenter: '/usr/bin/nsenter', mount: '/usr/bin/mount' },
  user: { uid: 1000, gid: 1000, systemUid: 0 },
  deviceSeal: () => Promise.resolve('needless'),
  lateMounts: () => Promise.resolve('none'),
};

/** A ceiling with one protected name. */
export const CEILING: CeilingSource & { bindTo(): Ceiling } = {
  network: undefined,
  scans: [],
  bindTo: () => ({ ...DEFAULT_CEILING, protectedNames: ['.codex'], protectedIfThere: [] }),
};

/** What the Codex CLI asks for by default, but for what is denied. */
export const WORKSPACE_WRITE = {
  type: 'managed',
  file_system: {
    type: 'restricted',
    entries: [
      { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
      { path: { type: 'special', value: { kind: 'project_roots' } }, access: 'write' },
      { path: { type: 'special', value: { kind: 'project_roots', subpath: 'secret' } }, access: 'deny' },
    ],
  },
  network: 'restricted',
};

/** Plans a command. @param host What is different from `HOST`. */
export function planned(
  host: Partial<HostFacts> = {},
  permissions: unknown = WORKSPACE_WRITE,
  cwd = '/ws',
  setUp?: SetUp,
): Promise<SandboxPlan> {
  const intent = parseIntent({
    permissions,
    workspaceRoots: ['file:///ws'],
    windowsSandboxLevel: 'disabled',
  });
  return planSandbox(
    intent,
    { argv: ['true'], cwd, env: { TOKEN: 'secret' } },
    { ...HOST, ...host },
    CEILING,
    setUp === undefined ? {} : { setUp },
  );
}

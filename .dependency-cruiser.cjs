// Who may import whom. Each rule names one sentence of CONTRIBUTING.md, "Direction".

const fs = require('node:fs');
const path = require('node:path');

const TEST = '\\.test\\.ts$|/testing/';

/** The files that other packages may reach: the `source` targets of each package's exports. */
function publicEntries() {
  return fs.readdirSync(path.join(__dirname, 'packages')).flatMap((name) => {
    const manifest = path.join(__dirname, 'packages', name, 'package.json');
    if (!fs.existsSync(manifest)) return [];
    const { exports } = JSON.parse(fs.readFileSync(manifest, 'utf8'));
    return Object.values(exports ?? {})
      .filter((target) => typeof target === 'object')
      .map((target) => `packages/${name}/${target.source.replace('./', '')}`.replaceAll('.', '\\.'));
  });
}

/** A package with a single importer can be replaced in an afternoon. */
function onlyFrom(name, files) {
  return {
    name: `${name}-has-one-importer`,
    severity: 'error',
    from: { path: '^(packages|simulation|e2e|scripts)/', pathNot: files },
    to: { path: `(^|/)node_modules/(@types/)?${name.replaceAll('.', '\\.')}(/|$)` },
  };
}

/**
 * A rule for each folder of a package. None may import another one but those that are named for it.
 * @param layers The folders, in any order; no two may name each other.
 */
function layersOf(name, layers) {
  const all = Object.keys(layers);
  return all.map((layer) => {
    const forbidden = all.filter((other) => other !== layer && !layers[layer].includes(other));
    return {
      name: `${name}-layer-${layer}`,
      severity: 'error',
      from: { path: `^packages/${name}/src/${layer}/`, pathNot: TEST },
      to: { path: `^packages/${name}/src/(${forbidden.join('|')})/` },
    };
  });
}

/** What each layer of the server may import: what is to its right. */
const SERVER_LAYERS = {
  transport: ['rpc', 'session', 'process', 'config', 'fs', 'http'],
  rpc: ['session', 'process', 'config', 'fs', 'http'],
  session: ['process', 'fs', 'http'],
  process: [],
  config: ['fs'],
  fs: [],
  http: [],
};

/** The folders of the sandbox, from those that know nothing of it to those that know most. */
const SANDBOX_LAYERS = {
  files: [],
  repositories: ['files'],
  policy: ['files'],
  mounts: ['policy', 'files'],
  linux: ['mounts', 'policy', 'files'],
  seatbelt: ['policy', 'files'],
  machine: ['linux', 'mounts', 'policy', 'files'],
  network: ['machine', 'files'],
  intent: ['network', 'repositories', 'policy', 'files'],
  ceiling: ['intent', 'mounts', 'repositories', 'policy', 'files'],
  launch: ['network', 'machine', 'linux', 'mounts', 'policy', 'files'],
  explain: ['network', 'linux', 'policy', 'files'],
  denial: ['network', 'mounts', 'policy', 'files'],
  appeared: ['repositories', 'policy', 'files'],
};

function packageMayImport(name, allowed) {
  const others = ['exec-protocol', 'sandbox', 'exec-server', 'exec-client', 'conformance', 'cli'].filter(
    (other) => other !== name && !allowed.includes(other),
  );
  return {
    from: { path: `^packages/${name}/` },
    to: { path: `^packages/(${others.join('|')})/|^(simulation|e2e|scripts)/` },
  };
}

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'protocol-is-leaf', severity: 'error', ...packageMayImport('exec-protocol', []) },
    {
      name: 'protocol-is-pure',
      comment: 'The protocol has no input or output of its own and runs in a browser.',
      severity: 'error',
      from: { path: '^packages/exec-protocol/src/', pathNot: TEST },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'protocol-knows-no-socket-library',
      severity: 'error',
      from: { path: '^packages/exec-protocol/' },
      to: { path: '(^|/)node_modules/(@types/)?ws(/|$)' },
    },
    { name: 'sandbox-alone', severity: 'error', ...packageMayImport('sandbox', ['exec-protocol']) },
    { name: 'client-not-server', severity: 'error', ...packageMayImport('exec-client', ['exec-protocol']) },
    {
      name: 'conformance-is-black-box',
      comment: 'It knows the carrier and the wire, and neither of our two ends.',
      severity: 'error',
      ...packageMayImport('conformance', ['exec-protocol']),
    },
    {
      name: 'server-not-client',
      severity: 'error',
      ...packageMayImport('exec-server', ['exec-protocol', 'sandbox']),
    },
    {
      name: 'client-core-is-portable',
      comment:
        'Only what makes a connection or reads local files may know Node; everything else also runs in a browser.',
      severity: 'error',
      from: {
        path: '^packages/exec-client/src/',
        pathNot: `^packages/exec-client/src/(dial|local)/|${TEST}`,
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'e2e-is-black-box',
      severity: 'error',
      from: { path: '^e2e/' },
      to: { path: '^packages/(exec-server|sandbox|cli)/' },
    },
    {
      name: 'simulation-knows-the-cores',
      comment: 'Whatever else a core needs of the world is a model there.',
      severity: 'error',
      from: { path: '^simulation/' },
      to: {
        path: '^packages/',
        pathNot: '^packages/(exec-protocol/|exec-client/src/(core|index)\\.ts$|exec-server/src/core\\.ts$)',
      },
    },
    {
      name: 'nothing-knows-the-simulation',
      severity: 'error',
      from: { pathNot: '^simulation/' },
      to: { path: '^simulation/' },
    },
    {
      name: 'no-deep-package-import',
      severity: 'error',
      from: { path: '^(?:packages/([^/]+)|simulation|e2e|scripts)/' },
      to: { path: '^packages/[^/]+/', pathNot: ['^packages/$1/', `^(${publicEntries().join('|')})$`] },
    },
    {
      name: 'prod-not-test',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: TEST },
      to: { path: `${TEST}|(^|/)node_modules/(vitest|fast-check)(/|$)|^(simulation|e2e|scripts)/` },
    },
    ...layersOf('sandbox', SANDBOX_LAYERS),
    {
      name: 'sandbox-folders-know-no-plan',
      comment: 'What joins the folders lies beside them. What tells of a whole plan may know it.',
      severity: 'error',
      from: {
        path: '^packages/sandbox/src/[^/]+/',
        pathNot: `^packages/sandbox/src/(explain|denial|appeared)/|${TEST}`,
      },
      to: {
        path: '^packages/sandbox/src/[^/]+\\.ts$',
        pathNot: '^packages/sandbox/src/(limits|refuse|until-aborted)\\.ts$',
      },
    },
    {
      name: 'sandbox-shared-files-are-leaves',
      severity: 'error',
      from: { path: '^packages/sandbox/src/(limits|refuse|until-aborted)\\.ts$' },
      to: { path: '^packages/sandbox/src/' },
    },
    {
      name: 'sandbox-plans-are-pure',
      comment: 'They follow from what they are handed; a random name is all that they take from elsewhere.',
      severity: 'error',
      from: { path: '^packages/sandbox/src/(policy|mounts|linux)/', pathNot: TEST },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    ...layersOf('exec-server', SERVER_LAYERS),
    {
      name: 'server-layer-spawn',
      comment: 'spawn/ is the last layer: it serves process/ and imports nothing of it.',
      severity: 'error',
      from: { path: '^packages/exec-server/src/process/spawn/', pathNot: TEST },
      to: { path: '^packages/exec-server/src/process/(?!spawn/)' },
    },
    {
      name: 'spawn-behind-process',
      severity: 'error',
      from: {
        path: '^packages/exec-server/src/',
        pathNot: `^packages/exec-server/src/(process/|(server|core|index)\\.ts$)|${TEST}`,
      },
      to: { path: '^packages/exec-server/src/process/spawn/' },
    },
    {
      name: 'server-is-the-only-composition-root',
      severity: 'error',
      from: { path: '^packages/exec-server/src/', pathNot: `^packages/exec-server/src/index\\.ts$|${TEST}` },
      to: { path: '^packages/exec-server/src/(server|index)\\.ts$' },
    },
    {
      name: 'core-is-for-the-composition-root',
      severity: 'error',
      from: {
        path: '^packages/exec-server/src/',
        pathNot: `^packages/exec-server/src/(server|index)\\.ts$|${TEST}`,
      },
      to: { path: '^packages/exec-server/src/core\\.ts$' },
    },
    {
      name: 'core-has-no-outside-world',
      comment:
        'Sockets, the system, its clock and the log are handed in, so that a simulation can replace them all.',
      severity: 'error',
      from: { path: '^packages/exec-server/src/core\\.ts$' },
      to: {
        path: '^packages/exec-server/src/(transport/|process/(spawn|spill|guardian)/|(logger|clock|host)\\.ts$)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'only-the-composition-root-knows-layers',
      comment: 'A file beside server.ts is shared by the layers, so it may not know them.',
      severity: 'error',
      from: {
        path: '^packages/exec-server/src/[^/]+\\.ts$',
        pathNot: `^packages/exec-server/src/(server|core|index)\\.ts$|${TEST}`,
      },
      to: { path: '^packages/exec-server/src/(transport|rpc|session|process|config|fs|http)/' },
    },
    onlyFrom('node-pty', '^packages/exec-server/src/process/spawn/pty/pty(\\.test)?\\.ts$'),
    onlyFrom('tree-kill', '^packages/exec-server/src/process/spawn/group/terminate(\\.test)?\\.ts$'),
    onlyFrom('json-rpc-2.0', '^packages/exec-protocol/src/rpc/peer(\\.test)?\\.ts$'),
    onlyFrom('uuid', '^packages/[^/]+/src/[a-z-]*ids?(\\.test)?\\.ts$'),
    onlyFrom(
      'ws',
      '^packages/exec-server/src/transport/(websocket[^/]*|listen|[^/]*\\.test)\\.ts$|^packages/exec-server/src/rpc/incoming/[^/]*\\.test\\.ts$|^packages/exec-client/src/dial/websocket[^/]*\\.ts$|^e2e/|^scripts/bench/',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Our own output only: leaving out every `dist` would also hide imports of packages that have one.
    exclude: {
      path: '^(packages/[^/]+|simulation|e2e|scripts)/(dist|\\.types)/|/api\\.d\\.ts$|\\.config\\.ts$',
    },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'types', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.d.ts'],
    },
  },
};

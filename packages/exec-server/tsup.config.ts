import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'tsup';
import { libraryConfig, libraryOptions } from '../../tsup.base.js';

export default libraryConfig({
  entry: {
    index: 'src/index.ts',
    core: 'src/core.ts',
    guardian: 'src/process/guardian/own-guardian.ts',
  },
  // Unbundled it is 95 modules, which a server would open all at once; where few descriptors are allowed it could not start.
  noExternal: ['zod'],
  // After the rest, which empties the directory.
  onSuccess: async () => {
    await buildFileHelper();
    for (const at of BUNDLED) await copyFile(join(at, 'LICENSE'), `dist/LICENSE-${basename(at)}`);
  },
});

/** What our files hold of others. */
const BUNDLED = [
  ...['zod', 'semver', 'yaml'].map((name) => join('node_modules', name)),
  '../exec-protocol/node_modules/json-rpc-2.0',
];

/** One file with all that it needs, for its sandbox may show no other one of ours. */
async function buildFileHelper(): Promise<void> {
  await build({
    ...libraryOptions,
    entry: ['src/helper/file-helper.ts'],
    noExternal: [/./],
    skipNodeModulesBundle: false,
    splitting: false,
    // It is handed over as one text, which is no module of any file.
    format: ['cjs'],
    // From the sources: it starts faster without what it has no use for.
    esbuildOptions: (options) => {
      options.conditions = ['source'];
    },
    clean: false,
    dts: false,
    config: false,
  });
}

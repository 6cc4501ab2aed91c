import { copyFile } from 'node:fs/promises';
import { libraryConfig } from '../../tsup.base.js';

export default libraryConfig({
  tsconfig: 'tsconfig.src.json',
  // Unbundled it is 95 modules, most of them languages, and Node opens them all at once: a slow start, and none at all
  // where few descriptors are allowed. It stays a dependency, because our declarations name its types.
  noExternal: ['zod'],
  onSuccess: () => copyFile('node_modules/zod/LICENSE', 'dist/LICENSE-zod'),
});

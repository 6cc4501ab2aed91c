import { copyFile } from 'node:fs/promises';
import { libraryConfig } from '../../tsup.base.js';

export default libraryConfig({
  entry: ['src/index.ts', 'src/internal.ts'],
  // Unbundled it is 95 modules, which a server would open all at once; where few descriptors are allowed it could not start.
  noExternal: ['zod'],
  onSuccess: () => copyFile('node_modules/zod/LICENSE', 'dist/LICENSE-zod'),
});

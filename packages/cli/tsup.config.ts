import { libraryConfig } from '../../tsup.base.js';

export default libraryConfig({ entry: ['src/main.ts'], dts: false });

import { defineConfig, type Options } from 'tsup';

/** What all builds have in common. */
export const libraryOptions: Options = {
  entry: ['src/index.ts'],
  format: ['esm'],
  target: 'node20.19',
  sourcemap: true,
  clean: true,
  silent: true,
  // tsup leaves out `dependencies` by itself, but would bundle optional ones; nothing native may be bundled.
  skipNodeModulesBundle: true,
  // tsup sets `baseUrl`, which TypeScript 6 reports as deprecated; declarations are not a composite build.
  dts: { compilerOptions: { ignoreDeprecations: '6.0', composite: false } },
};

/** The build of every package: ESM, declarations, source maps, one bundle per entry. */
export function libraryConfig(overrides: Options = {}): ReturnType<typeof defineConfig> {
  return defineConfig({ ...libraryOptions, ...overrides });
}

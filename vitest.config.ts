import { defineConfig } from 'vitest/config';

// Without this condition an import of a sibling package would reach its last build.
const SOURCE_FIRST = ['source', 'module', 'node', 'development|production'];

export default defineConfig({
  test: {
    projects: [
      {
        // Unit tests run on the sources of every package; no build is needed.
        resolve: { conditions: SOURCE_FIRST },
        ssr: { resolve: { conditions: SOURCE_FIRST } },
        test: {
          name: 'unit',
          // Many of them wait for processes and files; on two cores the default of one worker would leave a core idle.
          maxWorkers: 2,
          environment: 'node',
          // Properties try hundreds of inputs, and real processes wait for their turn: a busy machine needs more than 5 s.
          testTimeout: 30_000,
          hookTimeout: 30_000,
          include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts', 'e2e/codex/install.test.ts'],
          restoreMocks: true,
        },
      },
      {
        // Both cores on their sources, over a network and a clock that are models.
        resolve: { conditions: SOURCE_FIRST },
        ssr: { resolve: { conditions: SOURCE_FIRST } },
        test: {
          name: 'simulation',
          // It is nothing but computing; on two cores the default of one worker would leave a core idle.
          maxWorkers: 2,
          environment: 'node',
          include: ['simulation/**/*.test.ts'],
          testTimeout: 600_000,
          restoreMocks: true,
        },
      },
      {
        // End-to-end tests see what a user installs: the built files.
        test: {
          name: 'e2e',
          // Suites mostly wait for processes; on two cores the default of one worker would leave a core idle.
          maxWorkers: 2,
          environment: 'node',
          include: ['e2e/**/*.e2e.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          restoreMocks: true,
        },
      },
      {
        // The built command against the real Codex CLI and its server, both ways.
        test: {
          name: 'codex',
          environment: 'node',
          globalSetup: ['e2e/codex/global-setup.ts'],
          include: ['e2e/codex/**/*.codex.test.ts'],
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 30_000,
          restoreMocks: true,
        },
      },
    ],
  },
});

// Runs suites at a length that no check has time for: npm run soak -- chaos

import { run } from './run.js';

interface Soak {
  readonly command: readonly string[];
  /** Tells the suite that there is time. */
  readonly env: Readonly<Record<string, string>>;
}

const SOAKS: Readonly<Record<string, Soak>> = {
  'late-reader': { command: ['tsx', 'scripts/soak/late-reader.ts'], env: {} },
  pty: {
    command: ['vitest', 'run', '--project', 'unit', 'packages/exec-server/src/process/spawn/pty/pty.test.ts'],
    env: { PTY: 'soak' },
  },
  chaos: { command: ['vitest', 'run', '--project', 'e2e', 'e2e/chaos'], env: { CHAOS: 'soak' } },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(SOAKS, name));
if (wanted.length === 0 || unknown.length > 0) {
  console.error(`name what to soak: ${Object.keys(SOAKS).join(', ')}`);
  process.exit(2);
}
for (const [name, { command, env }] of Object.entries(SOAKS)) {
  if (!wanted.includes(name)) continue;
  Object.assign(process.env, env);
  const { exitCode } = await run(command, { live: true });
  if (exitCode !== 0) process.exit(exitCode);
}

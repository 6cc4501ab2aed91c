// Compares each library's built declarations with the committed `api.d.ts`, so that a change of the
// public surface is seen in review. `--update` writes the files instead.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run.js';

const HEADER = '// The public surface, rolled up from the build. Update with `npm run api:update`.\n';
const shouldUpdate = process.argv.includes('--update');
const packages = join(ROOT, 'packages');

for (const name of readdirSync(packages).sort()) {
  const actual = surfaceOf(join(packages, name, 'dist'));
  if (actual === undefined) continue;
  const file = join(packages, name, 'api.d.ts');
  const committed = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (committed === actual) continue;
  if (shouldUpdate) {
    writeFileSync(file, actual);
    console.log(`wrote packages/${name}/api.d.ts`);
  } else {
    console.error(
      `packages/${name}/api.d.ts differs from the build; run \`npm run api:update\` and review it`,
    );
    console.error(firstDifference(committed, actual));
    process.exitCode = 1;
  }
}

/** All declaration files of a build in one text; the hashes in names of shared chunks are left out. */
function surfaceOf(dist: string): string | undefined {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.d.ts'),
  );
  if (files.length === 0) return undefined;
  const sections = files.map(
    (file) => `// ${withoutHash(file)}\n${withoutHash(readFileSync(join(dist, file), 'utf8')).trimEnd()}\n`,
  );
  return [HEADER, ...sections.sort()].join('\n');
}

function withoutHash(text: string): string {
  return text.replaceAll(/-[\w-]{8}(?=\.d\.ts|\.js['"])/g, '');
}

function firstDifference(before: string, after: string): string {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const line = now.findIndex((text, index) => text !== old[index]);
  const at = line === -1 ? now.length : line;
  return `  line ${at + 1}\n  - ${old[at] ?? '(end)'}\n  + ${now[at] ?? '(end)'}`;
}

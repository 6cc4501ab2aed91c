// Packs every package as it would be published and inspects the result.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNPM, run } from './run.js';

/** What a published file list may hold beside `dist`. */
const ALLOWED_FILE = /^package\/(dist\/.*|package\.json|README\.md|LICENSE)$/;

interface Manifest {
  readonly name: string;
  readonly exports?: unknown;
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-pack-'));
try {
  await required(['npx', '--yes', PNPM, '--filter', './packages/*', 'pack', '--pack-destination', folder]);
  const tarballs = readdirSync(folder).sort();
  const problems = tarballs.length === 0 ? ['nothing was packed'] : [];
  for (const file of tarballs) {
    problems.push(...(await inspect(join(folder, file))));
  }
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function inspect(tarball: string): Promise<readonly string[]> {
  const text = await required(['tar', '-xOf', tarball, 'package/package.json']);
  const manifest = JSON.parse(text) as Manifest;
  const files = (await required(['tar', '-tf', tarball])).trim().split('\n');
  const isLibrary = files.includes('package/dist/index.d.ts');
  const tools = [
    ['publint', 'run', tarball, '--strict'],
    // A package with a command and nothing to import has no types to judge.
    ...(isLibrary
      ? [['attw', tarball, '--profile', 'esm-only', '--exclude-entrypoints', './package.json']]
      : []),
  ];
  const problems = [...manifestProblems(manifest, text), ...fileProblems(files)];
  for (const tool of tools) {
    const { exitCode, output } = await run(tool);
    if (exitCode !== 0) problems.push(output);
  }
  return problems.map((problem) => `${manifest.name}: ${problem}`);
}

function manifestProblems(manifest: Manifest, text: string): readonly string[] {
  const problems: string[] = [];
  if (hasKey(manifest.exports, 'source')) problems.push('the packed manifest has a `source` condition');
  if (/"(workspace|catalog):/.test(text))
    problems.push('the packed manifest has a workspace or catalog version');
  return problems;
}

function fileProblems(files: readonly string[]): readonly string[] {
  return files
    .filter((file) => !ALLOWED_FILE.test(file))
    .map((file) => `packs ${file}, which is not for users`);
}

function hasKey(value: unknown, key: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, inner]) => name === key || hasKey(inner, key));
}

async function required(command: readonly string[]): Promise<string> {
  const { exitCode, output } = await run(command);
  if (exitCode !== 0) throw new Error(`${command.join(' ')} failed\n${output}`);
  return output;
}

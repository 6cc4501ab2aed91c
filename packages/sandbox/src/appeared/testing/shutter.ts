// Shuts directories as the user that it was started as, and prints what is told of that, for the test that started it.

import { chmodSync } from 'node:fs';
import type { FileView } from '../../files/file-facts.js';
import { realFileFacts } from '../../files/real-file-facts.js';
import type { MissingProgram } from '../../policy/missing-program.js';
import type { NormalisedPolicy } from '../../policy/path-rule.js';
import { RepositoryScans } from '../../repositories/repository-scans.js';
import { findAppeared } from '../find-appeared.js';

/** What is known before, and what a command does then. */
export interface ShutterRequest {
  /** What is looked through for repositories. */
  readonly roots: readonly string[];
  readonly policy: NormalisedPolicy;
  readonly missingPrograms: readonly MissingProgram[];
  /** Since when something counts as changed; default from then on. */
  readonly since?: number;
  /** Directories, by the mode that they get. */
  readonly modes: Readonly<Record<string, number>>;
}

const request = JSON.parse(process.argv[2] ?? '') as ShutterRequest;
const { roots, policy, missingPrograms, modes } = request;
const repositories = new RepositoryScans();
const targets = roots.map((root) => ({ root, except: new Set<string>(), maxDirectories: 100 }));
const searched = await Promise.all(
  targets.map(async (target) => ({ target, tree: await repositories.find(target) })),
);
const madeMs = Date.now();
for (const [directory, mode] of Object.entries(modes)) chmodSync(directory, mode);
const files: FileView = { ...realFileFacts, inOneGo: (work) => work(realFileFacts) };
const plan = { searched, policy, missingPrograms, madeMs };
const { since = madeMs } = request;
process.stdout.write(JSON.stringify(await findAppeared(plan, { repositories, files }, since)));

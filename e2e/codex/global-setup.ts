import type { TestProject } from 'vitest/node';
import { installCodex, RegistryUnreachable } from './install.js';

/** Installs the real `codex` command once for all suites. */
export default function setup(project: TestProject): void {
  try {
    project.provide('codex', { program: installCodex() });
  } catch (error) {
    if (!(error instanceof RegistryUnreachable)) throw error;
    console.error(`skipped: ${error.message}`);
    project.provide('codex', { missing: error.message });
  }
}

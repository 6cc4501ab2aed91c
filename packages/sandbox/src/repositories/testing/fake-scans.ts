import type { FileFact, FileFacts } from '../../files/file-facts.js';
import { parentOf } from '../../files/paths.js';
import { RepositoryScans } from '../repository-scans.js';
import { type ScanFiles, ShutDirectory } from '../scan-files.js';
import type { ScanTools } from '../scan-tree.js';

/** The directories of a model file system, none of which ever changes. */
function fakeScanFiles(files: FileFacts): ScanFiles {
  return {
    begin: () => undefined,
    stampOf(directory) {
      const found = lookAt(directory, files);
      if (found?.kind !== 'directory') return undefined;
      return { device: found.device, inode: found.inode, changedMs: 0, links: 1 };
    },
    async *list(directory) {
      const entries = await Promise.resolve(files.list(directory, Number.POSITIVE_INFINITY) ?? []);
      yield entries.map(({ name, kind }) => ({ name, isDirectory: kind === 'directory' }));
    },
    beginningOf: (path) => files.readText(path),
    exists: (path) => files.look(path) !== undefined,
  };
}

function lookAt(directory: string, files: FileFacts): FileFact | undefined {
  try {
    return files.look(directory);
  } catch (error) {
    throw new ShutDirectory(parentOf(directory), { cause: error });
  }
}

/** A scan of a model, at a time that a test sets. */
export function fakeScanTools(files: ScanFiles, now: () => number = () => 0): ScanTools {
  return { files, now, wallNow: now, turn: () => Promise.resolve() };
}

/** How a model file system is looked through. */
export function fakeScanning(files: FileFacts): ScanTools {
  return fakeScanTools(fakeScanFiles(files));
}

/** Scans of a model file system. */
export function fakeScans(files: FileFacts): RepositoryScans {
  return new RepositoryScans(fakeScanning(files));
}

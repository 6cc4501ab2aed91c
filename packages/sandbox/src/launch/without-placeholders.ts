import type { FileFacts } from '../files/file-facts.js';
import type { PlaceholderStore } from './placeholder-store.js';

/** The file system as it is without the placeholders of sandboxes that run now: they go when those end. */
export function withoutPlaceholders(
  files: FileFacts,
  store: Pick<PlaceholderStore, 'isPlaceholder'>,
): FileFacts {
  return {
    look(path) {
      const found = files.look(path);
      // Looked up after the file: its record is older than it is.
      return found === undefined || store.isPlaceholder(path) ? undefined : found;
    },
    readLink: (path) => files.readLink(path),
    list: (path) => files.list(path),
    mayCreateIn: (directory) => files.mayCreateIn(directory),
    readText: (path) => files.readText(path),
  };
}

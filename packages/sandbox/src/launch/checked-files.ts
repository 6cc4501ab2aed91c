import type { FileFacts } from '../files/file-facts.js';
import type { SetUp } from './set-up.js';

/** A look at thousands of files keeps the event loop for itself, so that nothing else would end it. */
export function checked(files: FileFacts, setUp: SetUp): FileFacts {
  return {
    ...files,
    look(path) {
      setUp.check();
      return files.look(path);
    },
    list(path, atMost) {
      setUp.check();
      return files.list(path, atMost);
    },
  };
}

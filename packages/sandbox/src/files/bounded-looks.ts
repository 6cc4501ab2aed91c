import type { FileFacts } from './file-facts.js';
import { Unseen } from './unseen.js';

/**
 * Files of which only so many are looked at, for paths that somebody else has written: where they lead costs what their
 * writer likes. Any look after those fails, so that a path that needs it is a dead end.
 */
export function withBoundedLooks(files: FileFacts, atMost: number): FileFacts {
  let left = atMost;
  return {
    ...files,
    look(path) {
      left -= 1;
      if (left < 0) throw new Unseen(`more than ${atMost} files would have to be looked at`);
      return files.look(path);
    },
  };
}

import type { FileFacts } from './file-facts.js';

/** The same files, where every link that is followed is told, to nothing and in circles too. */
export function notingLinks(files: FileFacts, note: (link: string) => void): FileFacts {
  return {
    ...files,
    readLink: (link) => {
      note(link);
      return files.readLink(link);
    },
  };
}

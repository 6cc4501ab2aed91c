import type { FileView } from '../file-facts.js';

/** The same files below a directory where upper and lower case are one. Names in them must be lower-case. */
export function regardlessOfCase(files: FileView, directory: string): FileView {
  const spelled = (path: string): string =>
    path.startsWith(`${directory}/`) ? directory + path.slice(directory.length).toLowerCase() : path;
  const all: FileView = {
    ...files,
    look: (path) => files.look(spelled(path)),
    inOneGo: (work) => work(all),
  };
  return all;
}

/** How the names of scripts end: Node finds some of them by a name without that, and people know the others by it. */
export const SCRIPT_ENDINGS: readonly string[] = [
  '.js',
  '.cjs',
  '.mjs',
  '.json',
  '.node',
  '.py',
  '.sh',
  '.rb',
  '.pl',
];

/** What interpreters run of a directory that they are given. */
export const MAIN_OF_DIRECTORY: readonly string[] = [
  '/index.js',
  '/index.cjs',
  '/index.mjs',
  '/index.json',
  '/index.node',
  '/__main__.py',
];

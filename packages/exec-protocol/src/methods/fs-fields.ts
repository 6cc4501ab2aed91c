import * as z from 'zod';

/** What names an entry. */
export const path = z.string().describe('A file: URI of the executor.');

/** What names an open file. */
export const handleId = z.string().describe('What the client calls the open file; at most 32 bytes.');

/** Whether links of a path are followed. */
export const followSymlinks = z
  .boolean()
  .optional()
  .describe('false refuses symbolic links in every component of the path; default true.');

/** Who may read, write and run: no set-user-ID and no sticky bit. */
export const permissions = z.int().min(0).max(0o777).describe('The nine permission bits, as a number.');

import * as z from 'zod';
import { base64Bytes } from '../bytes.js';
import { defineRequest } from './define.js';
import { followSymlinks, handleId, path, permissions } from './fs-fields.js';
import { sandboxSchema } from './sandbox-schema.js';

const sandbox = sandboxSchema.describe(
  'The request reaches no further than a process in this sandbox would.',
);
const count = z.int().min(0);
const nothing = z.object({});

/** Lists a directory as it is. */
export const fsList = defineRequest({
  method: 'fs/list',
  family: 'fs',
  direction: 'clientToServer',
  summary: 'Lists the entries of a directory, sorted by name, each as it is itself: no link is followed.',
  extension: 'files',
  params: z.object({ path, followSymlinks, sandbox }),
  result: z.object({
    entries: z.array(
      z.object({
        path,
        kind: z.enum(['file', 'directory', 'symlink', 'other']),
        size: count.describe('Bytes.'),
        modifiedAtMs: z.int().describe('Unix time in milliseconds; 0 where it is not known.'),
        permissions,
        targetBase64: base64Bytes
          .optional()
          .describe('Of a link: where it leads, in the bytes that it holds.'),
      }),
    ),
    truncated: z
      .boolean()
      .describe('There are more than 50,000, or more than fit into 12 MiB; the first are listed.'),
  }),
});

/** Makes a link. */
export const fsSymlink = defineRequest({
  method: 'fs/symlink',
  family: 'fs',
  direction: 'clientToServer',
  mutates: true,
  summary: 'Makes a symbolic link, at once in place of a file or link that is there; a directory stays.',
  extension: 'files',
  params: z.object({
    path,
    targetBase64: base64Bytes.describe(
      'Where it leads, absolute or not, existing or not; from 1 byte, no NUL.',
    ),
    followSymlinks,
    sandbox,
  }),
  result: nothing,
});

/** Changes who may use an entry. */
export const fsSetPermissions = defineRequest({
  method: 'fs/setPermissions',
  family: 'fs',
  direction: 'clientToServer',
  mutates: true,
  summary: 'Sets the permission bits of a file or directory, whatever the umask.',
  extension: 'files',
  params: z.object({ path, permissions, followSymlinks, sandbox }),
  result: nothing,
});

/** Tells content apart without moving it. */
export const fsDigest = defineRequest({
  method: 'fs/digest',
  family: 'fs',
  direction: 'clientToServer',
  summary:
    'Answers the SHA-256 of the first bytes of an open file, read anew. Later changes of other files do not wait for it.',
  extension: 'files',
  params: z.object({ handleId, length: count.describe('How many; all where there are fewer.') }),
  result: z.object({
    sha256: z.string().describe('64 hexadecimal digits.'),
    length: count.describe('Of how many bytes it is.'),
    size: count.describe('How many bytes the file has.'),
  }),
});

/** Gives a file its name once it is whole. */
export const fsRename = defineRequest({
  method: 'fs/rename',
  family: 'fs',
  direction: 'clientToServer',
  mutates: true,
  summary:
    'Gives an open file another name, at once in place of a file or link that has it. The file stays open.',
  extension: 'files',
  params: z.object({
    handleId,
    path: path.describe('The new name, as a file: URI of the executor, on the same file system.'),
    permissions: permissions
      .optional()
      .describe('The bits that the file has from before it gets the name on.'),
    followSymlinks,
    sandbox,
  }),
  result: nothing,
});

import * as z from 'zod';
import { listOf } from '../bounded-issues.js';
import { base64Bytes } from '../bytes.js';
import { defineNotification, defineRequest } from './define.js';
import { extensionField } from './extension-field.js';
import { followSymlinks, handleId, path, permissions } from './fs-fields.js';
import { sandboxSchema } from './sandbox-schema.js';

const sandbox = sandboxSchema.describe(
  'The request reaches no further than a process in this sandbox would.',
);
const count = z.int().min(0);
const nothing = z.object({});

const permissionsOfWritten = extensionField(
  'files',
  permissions,
  'the permission bits that the file has from now on, set before anything is written.',
);

/** Reads a whole file. */
export const fsReadFile = defineRequest({
  method: 'fs/readFile',
  family: 'fs',
  direction: 'clientToServer',
  summary: 'Answers the content of a regular file of at most 383 MiB; open larger ones and read blocks.',
  params: z.object({ path, followSymlinks, sandbox }),
  result: z.object({ dataBase64: base64Bytes }),
});

/** Writes a whole file. */
export const fsWriteFile = defineRequest({
  method: 'fs/writeFile',
  family: 'fs',
  direction: 'clientToServer',
  mutates: true,
  summary: 'Makes or overwrites a file; its directory must exist.',
  params: z.object({
    path,
    // Decoded by the handler: the reference answers bad base64 here as a bad request and not as bad parameters.
    dataBase64: z.string().meta({ contentEncoding: 'base64' }),
    followSymlinks,
    permissions: permissionsOfWritten,
    sandbox,
  }),
  result: nothing,
});

/** Makes a directory. */
export const fsCreateDirectory = defineRequest({
  method: 'fs/createDirectory',
  family: 'fs',
  direction: 'clientToServer',
  mutates: true,
  summary: 'Makes a directory, and those above it unless told otherwise.',
  params: z.object({
    path,
    recursive: z
      .boolean()
      .optional()
      .describe('Makes missing parents and accepts an existing directory; default true.'),
    followSymlinks,
    sandbox,
  }),
  result: nothing,
});

/** Describes an entry. */
export const fsGetMetadata = defineRequest({
  method: 'fs/getMetadata',
  family: 'fs',
  direction: 'clientToServer',
  summary: 'Describes what a path leads to.',
  params: z.object({ path, followSymlinks, sandbox }),
  result: z.object({
    isDirectory: z.boolean(),
    isFile: z.boolean(),
    isSymlink: z.boolean().describe('The path itself is a link; everything else is about its target.'),
    size: count.describe('Bytes.'),
    createdAtMs: z.int().describe('Unix time in milliseconds; 0 where it is not known.'),
    modifiedAtMs: z.int().describe('Unix time in milliseconds; 0 where it is not known.'),
    permissions: permissions.optional().describe('Extension files: the nine permission bits, as a number.'),
  }),
});

/** Resolves a path. */
export const fsCanonicalize = defineRequest({
  method: 'fs/canonicalize',
  family: 'fs',
  direction: 'clientToServer',
  summary: 'Answers an existing path without symbolic links.',
  params: z.object({ path, sandbox }),
  result: z.object({ path }),
});

/** Lists a directory. */
export const fsReadDirectory = defineRequest({
  method: 'fs/readDirectory',
  family: 'fs',
  direction: 'clientToServer',
  summary:
    'Lists the entries of a directory in no order; links count as what they lead to, dangling ones are left out.',
  params: z.object({ path, sandbox }),
  result: z.object({
    entries: z.array(
      z.object({
        fileName: z.string().describe('One name; bytes that are not UTF-8 show as U+FFFD.'),
        isDirectory: z.boolean(),
        isFile: z.boolean(),
      }),
    ),
  }),
});

/** Lists a tree. */
export const fsWalk = defineRequest({
  method: 'fs/walk',
  family: 'fs',
  direction: 'clientToServer',
  summary: 'Lists what lies below a directory, level by level, each directory sorted by name.',
  params: z.object({
    path,
    options: z.object({
      maxDepth: count.describe('0 lists the entries of the root alone; at most 64.'),
      maxDirectories: count.describe('At most 10,000.'),
      maxEntries: count.describe('At most 50,000.'),
      followDirectorySymlinks: z.boolean(),
      pruneHiddenDirectories: z
        .boolean()
        .optional()
        .describe('Hidden directories are listed and not entered; default false.'),
    }),
    sandbox,
  }),
  result: z.object({
    entries: z.array(z.object({ path, kind: z.enum(['file', 'directory']) })),
    errors: z.array(z.object({ path, message: z.string() })),
    truncated: z.boolean().describe('A limit ended the walk, one of `options` or 12 MiB of text.'),
  }),
});

/** Removes an entry. */
export const fsRemove = defineRequest({
  method: 'fs/remove',
  family: 'fs',
  direction: 'clientToServer',
  mutates: true,
  summary: 'Removes a file, a link itself, or a directory.',
  params: z.object({
    path,
    recursive: z.boolean().optional().describe('Removes what a directory holds; default true.'),
    force: z.boolean().optional().describe('A missing path is no error; default true.'),
    followSymlinks,
    sandbox,
  }),
  result: nothing,
});

/** Copies an entry. */
export const fsCopy = defineRequest({
  method: 'fs/copy',
  family: 'fs',
  direction: 'clientToServer',
  mutates: true,
  summary: 'Copies a file, a link as a link, or a directory; overwrites files that exist.',
  params: z.object({
    sourcePath: path,
    destinationPath: path,
    recursive: z.boolean().describe('Needed for a directory.'),
    sandbox,
  }),
  result: nothing,
});

/** Opens a file. */
export const fsOpen = defineRequest({
  method: 'fs/open',
  family: 'fs',
  direction: 'clientToServer',
  mutates: true,
  summary: 'Opens a regular file under an id that the client chose.',
  params: z.object({
    handleId,
    path,
    mode: z
      .enum(['read', 'replace'])
      .optional()
      .describe('replace makes the file or empties it; default read.'),
    keep: extensionField(
      'files',
      z.boolean(),
      'replace empties nothing, and the file can be read and written; whoever had it open so is done with it.',
    ),
    permissions: permissionsOfWritten,
    followSymlinks: extensionField(
      'files',
      z.boolean(),
      'false refuses symbolic links in every component of the path; default true.',
    ),
    sandbox,
  }),
  result: z.object({ handleId }),
});

/** Reads from an open file. */
export const fsReadBlock = defineRequest({
  method: 'fs/readBlock',
  family: 'fs',
  direction: 'clientToServer',
  summary: 'Reads at an offset; eof says that fewer bytes were there than asked for.',
  params: z.object({
    handleId,
    offset: count,
    len: count.describe('From 1 to 1,048,576.'),
  }),
  result: z.object({ chunk: base64Bytes, eof: z.boolean() }),
});

/** Writes to an open file. */
export const fsWriteBlock = defineRequest({
  method: 'fs/writeBlock',
  family: 'fs',
  direction: 'clientToServer',
  mutates: true,
  summary: 'Writes at an offset.',
  params: z.object({
    handleId,
    offset: count,
    chunk: base64Bytes.describe('From 1 to 1,048,576 bytes.'),
  }),
  result: nothing,
});

/** Closes an open file. */
export const fsClose = defineRequest({
  method: 'fs/close',
  family: 'fs',
  direction: 'clientToServer',
  mutates: true,
  summary: 'Closes an open file; one that is not open is no error.',
  params: z.object({ handleId }),
  result: nothing,
});

/** Watches for paths to appear. */
export const fsWatchMissing = defineRequest({
  method: 'fs/watchMissing',
  family: 'fs',
  direction: 'clientToServer',
  summary:
    'Says once, with fs/missingChanged, when one of the missing paths appears or the present one goes.',
  params: z.object({
    watchId: count,
    missing: listOf(path),
    present: path.nullish(),
  }),
  result: z.object({
    watching: z.boolean().describe('false: nothing is watched, and nothing will be said.'),
  }),
});

/** A watched path appeared or went. */
export const fsMissingChanged = defineNotification({
  method: 'fs/missingChanged',
  family: 'fs',
  direction: 'serverToClient',
  summary: 'What a watch waited for has happened; the watch is over.',
  params: z.object({ watchId: z.int() }),
});

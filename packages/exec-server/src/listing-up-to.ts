import { fsList, fsReadDirectory, fsWalk } from '@holdfast/exec-protocol';
import * as z from 'zod';

/** What a listing may take before anybody knows how long it is: most are shorter. */
export const SMALL_LISTING_BYTES = 1024 * 1024;

const limitBytes = z.int().nonnegative().describe('How long it may be, as the JSON of an answer.');

// Helpers are asked for these, and no client can. A `listing` is null where it is longer than it may be.

/** Asks for the names in a directory. */
export const fsReadDirectoryUpTo = {
  ...fsReadDirectory,
  method: 'fs/readDirectoryUpTo',
  summary: 'Answers the names in a directory by what they are, with slashes between them.',
  params: fsReadDirectory.params.extend({ limitBytes }),
  // Values take far longer to be read than the characters of one text.
  result: z.object({
    listing: z.object({ directories: z.string(), files: z.string(), others: z.string() }).nullable(),
  }),
};

/** Asks for a tree. */
export const fsWalkUpTo = {
  ...fsWalk,
  method: 'fs/walkUpTo',
  params: fsWalk.params.extend({ limitBytes }),
  result: z.object({ listing: fsWalk.result.nullable() }),
};

/** Asks for what a directory holds. */
export const fsListUpTo = {
  ...fsList,
  method: 'fs/listUpTo',
  params: fsList.params.extend({ limitBytes }),
  result: z.object({ listing: fsList.result.nullable() }),
};

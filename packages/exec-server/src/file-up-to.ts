import { fsReadFile } from '@holdfast/exec-protocol';
import * as z from 'zod';

/** What of a file is read before it is asked how large it is: most files, and little to hold for one. */
export const SMALL_FILE_BYTES = 64 * 1024;

/** Asks for a file of which nobody knows how large it is by now. Helpers are asked for it, and no client can. */
export const fsReadFileUpTo = {
  ...fsReadFile,
  method: 'fs/readFileUpTo',
  summary:
    'Answers the content of a regular file of at most `limitBytes`, and of a larger one only the size.',
  params: fsReadFile.params.extend({ limitBytes: z.int().nonnegative() }),
  result: fsReadFile.result.extend({
    isWhole: z.boolean().describe('false for a larger file, of which nothing is answered.'),
    size: z.number().describe('In bytes, as the system says; files of the kernel may have more.'),
  }),
};

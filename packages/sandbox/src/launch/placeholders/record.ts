import { hash } from 'node:crypto';
import path from 'node:path';
import * as z from 'zod';
import { childOf, parentOf } from '../../files/paths.js';
import { readSmallFile } from '../../files/read-small-file.js';
import { MAX_RECORD_BYTES } from '../../limits.js';
import type { Placeholder } from '../../linux/plan-mounts.js';
import { PLACEHOLDER_TEXTS } from '../../policy/path-rule.js';

const place = {
  path: z.string(),
  directory: z.strictObject({ device: z.number(), inode: z.number() }),
};

const recordSchema = z.array(
  z.discriminatedUnion('kind', [
    z.strictObject({ ...place, kind: z.literal('directory') }),
    z.strictObject({ ...place, kind: z.literal('file'), text: z.enum(PLACEHOLDER_TEXTS) }),
  ]),
);

/** The name of the folder in which those are recorded who hold placeholders in a directory. */
export function folderNameOf(directory: string): string {
  return hash('sha256', directory, 'base64url');
}

/**
 * What a holder has listed in its file. Undefined for what no holder writes: what is removed in the place of a dead one is
 * removed with the rights of this process, so a record may only name what can be a placeholder in the directory of its folder.
 * @throws Error of the system, ENOENT where the holder has left just now.
 */
export function readRecord(file: string): readonly Placeholder[] | undefined {
  const text = readSmallFile(file, MAX_RECORD_BYTES);
  const { data } = recordSchema.safeParse(text === undefined ? undefined : parsed(text));
  const folder = path.basename(path.dirname(file));
  return data?.every((placeholder) => isIn(folder, placeholder)) === true ? data : undefined;
}

/** Undefined for what was cut off with the power of the machine. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isIn(folder: string, placeholder: Placeholder): boolean {
  const directory = parentOf(placeholder.path);
  const name = path.basename(placeholder.path);
  const isName = !['', '.', '..'].includes(name) && childOf(directory, name) === placeholder.path;
  return isName && folderNameOf(directory) === folder;
}

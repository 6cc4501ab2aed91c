import path from 'node:path';
import * as z from 'zod';
import { readSmallFile } from '../../files/read-small-file.js';
import type { FileIdentity } from '../../files/resolve-path.js';
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

/** The name of the folder in which those are recorded who hold placeholders in a directory, whatever it is called by then. */
export function folderNameOf({ device, inode }: FileIdentity): string {
  return `${device}-${inode}`;
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

function isIn(folder: string, { path: at, directory }: Placeholder): boolean {
  const isName = path.isAbsolute(at) && path.normalize(at) === at && path.basename(at) !== '';
  return isName && !at.endsWith('/') && folderNameOf(directory) === folder;
}

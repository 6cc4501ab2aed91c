import {
  type AnswerOf,
  type fsList,
  type fsReadDirectory,
  type fsWalk,
  JsonText,
  MAX_LISTING_BYTES,
  MAX_READ_DIRECTORY_BYTES,
  type ParamsOf,
} from '@holdfast/exec-protocol';
import * as here from '../../fs/file-requests.js';
import { writeNames } from '../../fs/tree/directory-names.js';
import { fsListUpTo, fsReadDirectoryUpTo, fsWalkUpTo } from '../../listing-up-to.js';
import { listInRoom } from '../answers/list-in-room.js';
import { carrierOf, type FileScope } from './file-handlers.js';

// Listings that a client asks for. What a helper answers is held to the same limits: a command may have made it say anything.

export async function listDirectory(
  { order, confined, room }: FileScope,
  params: ParamsOf<typeof fsReadDirectory>,
): Promise<AnswerOf<typeof fsReadDirectory>> {
  const namesUpTo = carrierOf(confined, fsReadDirectoryUpTo, params, here.namesUpTo);
  const writtenUpTo = async (limitBytes: number): Promise<{ readonly listing: string | null }> => {
    const { listing } = await namesUpTo({ ...params, limitBytes });
    return { listing: listing && ((await writeNames(listing, limitBytes)) ?? null) };
  };
  return new JsonText(await order.look(() => listInRoom(room, MAX_READ_DIRECTORY_BYTES, writtenUpTo)));
}

export async function walkTree(
  { order, confined, room }: FileScope,
  params: ParamsOf<typeof fsWalk>,
): Promise<AnswerOf<typeof fsWalk>> {
  const walkUpTo = carrierOf(confined, fsWalkUpTo, params, here.walkUpTo);
  const upTo = (limitBytes: number): ReturnType<typeof walkUpTo> => walkUpTo({ ...params, limitBytes });
  return await order.look(() => listInRoom(room, MAX_LISTING_BYTES, upTo));
}

export async function listEntries(
  { order, confined, room }: FileScope,
  params: ParamsOf<typeof fsList>,
): Promise<AnswerOf<typeof fsList>> {
  const listUpTo = carrierOf(confined, fsListUpTo, params, here.listUpTo);
  const upTo = (limitBytes: number): ReturnType<typeof listUpTo> => listUpTo({ ...params, limitBytes });
  return await order.look(() => listInRoom(room, MAX_LISTING_BYTES, upTo));
}

import { expect, test } from 'vitest';
import { SMALL_LISTING_BYTES } from '../../listing-up-to.js';
import { listInRoom } from './list-in-room.js';
import { notedRoom } from './testing/noted-room.js';

const MOST = 12 * SMALL_LISTING_BYTES;

/** Makes a listing of so many bytes. @returns the room that was asked for each time, the limits that were, and the outcome. */
async function listed(bytes: number): Promise<unknown> {
  const rooms: number[] = [];
  const limits: number[] = [];
  const room = notedRoom((roomBytes) => rooms.push(roomBytes));
  const list = listInRoom(room, MOST, (limitBytes) => {
    limits.push(limitBytes);
    return Promise.resolve({ listing: bytes <= limitBytes ? 'listing' : null });
  });
  return [rooms, limits, await list.catch(String)];
}

test('a listing takes little room, or as much as any may take', async () => {
  expect([await listed(SMALL_LISTING_BYTES), await listed(SMALL_LISTING_BYTES + 1)]).toEqual([
    [[SMALL_LISTING_BYTES], [SMALL_LISTING_BYTES], 'listing'],
    [[SMALL_LISTING_BYTES, MOST], [SMALL_LISTING_BYTES, MOST], 'listing'],
  ]);
});

test('who says of any that it is longer is not asked for ever', async () => {
  expect(await listed(MOST + 1)).toEqual([
    [SMALL_LISTING_BYTES, MOST],
    [SMALL_LISTING_BYTES, MOST],
    `ExecError: the listing takes more than ${MOST} bytes; list less at once`,
  ]);
});

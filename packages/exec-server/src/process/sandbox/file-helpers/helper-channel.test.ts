import { setImmediate as turn } from 'node:timers/promises';
import { MAX_SHORT_HELPER_ANSWER_BYTES } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { fsListUpTo, fsReadDirectoryUpTo, fsWalkUpTo } from '../../../listing-up-to.js';
import { HelperChannel } from './helper-channel.js';

const WALK = { maxDepth: 1, maxDirectories: 1, maxEntries: 1, followDirectorySymlinks: false };

test.each([
  ['fs/readDirectory', fsReadDirectoryUpTo, {}, { directories: 'a', files: 'b/c', others: '' }],
  ['fs/walk', fsWalkUpTo, { options: WALK }, { entries: [], errors: [], truncated: false }],
  ['fs/list', fsListUpTo, {}, { entries: [], truncated: false }],
])('a listing that is longer than it was asked for ends the helper: %s', async (_, spec, more, listing) => {
  const events: string[] = [];
  const channel = new HelperChannel({
    write: (_line, done) => {
      done();
    },
    end: () => events.push('end'),
    onOver: () => events.push('over'),
  });
  const limitBytes = 3 * MAX_SHORT_HELPER_ANSWER_BYTES;
  const longest = limitBytes + MAX_SHORT_HELPER_ANSWER_BYTES;
  const list = (): Promise<unknown> =>
    channel.ask(spec, { path: 'file:///d', ...more, limitBytes }).catch((error: unknown) => error);
  const taken = list();
  await turn();
  channel.take(Buffer.from(`${JSON.stringify({ id: 1, result: { listing } }).padEnd(longest)}\n`));
  expect([await taken, events]).toEqual([{ listing }, []]);
  const refused = list();
  await turn();
  channel.take(Buffer.from(' '.repeat(longest + 1)));
  expect([await refused, events]).toEqual([
    expect.objectContaining({ kind: 'connectionLost' }),
    ['end', 'over'],
  ]);
});

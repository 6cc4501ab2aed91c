import { REQUESTS } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { NO_CONFINED_FILES } from '../../process/testing/no-sandboxes.js';
import { CoreWorld, REPLAY, settle } from '../../testing/core-world.js';
import { isForItsAnswer } from './for-its-answer.js';
import { MESSAGES_A_TURN } from './message-seat.js';

const write = (at: number): object => ({
  processId: 'p',
  writeId: String(at),
  chunk: Buffer.from(`${String(at)} `).toString('base64'),
});

/** A carrier that hands on all that it has read, and its end, as a WebSocket does whose client has gone. */
const RUNNING_ON = { pause: () => undefined, resume: () => undefined };

const NUMBERS = Array.from({ length: 5 * MESSAGES_A_TURN }, (_, at) => at);

test('what a client has sent before it hung up is carried out in order; questions that have not begun are not', async () => {
  const looks: unknown[] = [];
  await using world = new CoreWorld(
    {},
    {
      ...NO_CONFINED_FILES,
      placeOf: (sandbox) => {
        looks.push(sandbox);
        return undefined;
      },
    },
  );
  const client = world.connect('default', true, RUNNING_ON);
  await client.initialize(REPLAY);
  await client.start('p', { pipeStdin: true });
  await settle();
  for (const at of NUMBERS) {
    client.send('fs/getMetadata', { path: 'file:///missing', sandbox: { at } });
    client.send('process/write', write(at));
  }
  client.hangUp();
  await client.ended;
  expect(world.processes.child('p').stdin).toBe(NUMBERS.map((at) => `${String(at)} `).join(''));
  expect(looks).toEqual(NUMBERS.slice(0, MESSAGES_A_TURN / 2).map((at) => ({ at })));
});

test('these requests are carried out also where nobody hears the answer', () => {
  const all = Object.values(REQUESTS).filter((spec) => !isForItsAnswer(spec));
  expect(all.map(({ method }) => method)).toEqual([
    'initialize',
    'session/close',
    'session/replay',
    'process/start',
    'process/write',
    'process/closeStdin',
    'process/signal',
    'process/terminate',
    'process/resize',
    'process/attach',
    'process/detach',
    'fs/writeFile',
    'fs/createDirectory',
    'fs/remove',
    'fs/copy',
    'fs/open',
    'fs/writeBlock',
    'fs/close',
    'fs/symlink',
    'fs/setPermissions',
    'fs/rename',
    'http/request',
  ]);
});

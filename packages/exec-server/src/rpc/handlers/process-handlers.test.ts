import { expect, test } from 'vitest';
import { CoreWorld, FLOW } from '../../testing/core-world.js';

test('what was asked of a process before it was left is done, without waiting for the answers', async () => {
  await using world = new CoreWorld();
  const owner = await world.client(FLOW);
  await owner.start('p', { pipeStdin: true, windowBytes: 0 });
  const viewer = await world.client(FLOW);
  await viewer.ask('process/attach', { processId: 'v', ref: 'p', windowBytes: 0 });
  const asked = [
    viewer.send('process/write', { processId: 'v', writeId: '1', chunk: 'YQ==' }),
    viewer.send('process/signal', { processId: 'v', signal: 'SIGUSR1' }),
    viewer.send('process/detach', { processId: 'v' }),
  ];
  const answers = await Promise.all(asked.map((id) => viewer.eventually(id)));
  expect(answers.map(({ result }) => result)).toEqual([{ status: 'accepted' }, {}, {}]);
  expect(world.processes.child('p').stdin).toBe('a<SIGUSR1>');
  expect(await viewer.ask('process/write', { processId: 'v', writeId: '2', chunk: 'YQ==' })).toEqual({
    status: 'unknownProcess',
  });
});

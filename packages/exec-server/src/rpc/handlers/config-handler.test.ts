import type { environmentConfigRead, ResultOf } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { settle } from '../../testing/core-world.js';
import { TestClock } from '../../testing/test-clock.js';
import { AnswerRoom } from '../answers/answer-room.js';
import { SharedRoom } from '../answers/shared-room.js';
import { readConfig } from './config-handler.js';

const CONFIG: ResultOf<typeof environmentConfigRead> = {
  config: { layers: [], cloudInsertionIndex: 0 },
  requirements: { layers: [], cloudInsertionIndex: 0 },
};

test('files are read when there is room for what four of them can have', async () => {
  const socket = { bufferedBytes: 29 * 1024 * 1024 };
  const gone = new AbortController().signal;
  const room = new AnswerRoom({
    transport: socket,
    clock: new TestClock(),
    sharedRoom: new SharedRoom(),
    gone,
  });
  let reads = 0;
  const read = (): Promise<typeof CONFIG> => {
    reads += 1;
    return Promise.resolve(CONFIG);
  };
  const params = { cwd: 'file:///', configPaths: [['model']], requirementsPaths: [] };
  const answer = readConfig({ config: { read }, room }, params);
  await settle();
  expect(reads).toBe(0);
  socket.bufferedBytes = 28 * 1024 * 1024;
  room.look();
  expect([await answer, reads]).toEqual([CONFIG, 1]);
});

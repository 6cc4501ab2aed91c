import { expect, test } from 'vitest';
import { ShortageLog, type ShortageNotice } from './shortage-log.js';
import { TestClock } from './testing/test-clock.js';

test('a shortage is told at once, then once a minute with how often it was met, each by itself', () => {
  const clock = new TestClock();
  const told: ShortageNotice[] = [];
  const log = new ShortageLog(clock, (notice) => told.push(notice));
  log.met({ shortage: 'noDescriptors', reason: 'a' });
  log.met({ shortage: 'noDescriptors', reason: 'b' });
  log.met({ shortage: 'noProcesses', reason: 'c' });
  clock.advance(59_999);
  log.met({ shortage: 'noDescriptors', reason: 'd' });
  expect(told).toEqual([
    { shortage: 'noDescriptors', reason: 'a', times: 1 },
    { shortage: 'noProcesses', reason: 'c', times: 1 },
  ]);
  told.length = 0;
  clock.advance(1);
  log.met({ shortage: 'noDescriptors', reason: 'e' });
  log.met({ shortage: 'noDescriptors', reason: 'f' });
  log.met({ shortage: 'noProcesses', reason: 'g' });
  expect(told).toEqual([
    { shortage: 'noDescriptors', reason: 'e', times: 3 },
    { shortage: 'noProcesses', reason: 'g', times: 1 },
  ]);
});

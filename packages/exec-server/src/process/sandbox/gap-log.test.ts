import { expect, test } from 'vitest';
import { GapLog } from './gap-log.js';

test('each gap is told once, and again when many others came between', () => {
  const told: unknown[] = [];
  const log = new GapLog({ warn: (fields) => told.push(fields) });
  log.tell(['/tmp', '/srv']);
  log.tell(['/tmp']);
  expect(told).toEqual([{ gap: '/tmp' }, { gap: '/srv' }]);
  for (let at = 0; at < 256; at += 1) log.tell([`/${String(at)}`]);
  log.tell(['/tmp']);
  expect(told.at(-1)).toEqual({ gap: '/tmp' });
});

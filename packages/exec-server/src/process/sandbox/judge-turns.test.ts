import { expect, test } from 'vitest';
import type { Party } from '../../fair-places.js';
import { JudgeTurns } from './judge-turns.js';

function of(session: string): Party {
  return { principal: 'everybody', session };
}

test('what waits for the event loop goes on between one judgement and the next', async () => {
  const turns = new JudgeTurns();
  const done: string[] = [];
  const other = (): void => {
    done.push('other');
    if (done.filter((one) => one !== 'other').length < 3) setImmediate(other);
  };
  setImmediate(other);
  await Promise.all(['a', 'b', 'c'].map((name) => turns.take(of('s'), () => done.push(name))));
  const between = done.join(' ').split(/[abc]/).slice(0, 3);
  expect(between.map((one) => one.includes('other'))).toEqual([true, true, true]);
});

test('sessions have their turns, however many commands of one have failed', async () => {
  const turns = new JudgeTurns();
  const done: string[] = [];
  const judge = (session: string): Promise<unknown> => turns.take(of(session), () => done.push(session));
  await Promise.all(['many', 'many', 'many', 'many', 'one', 'other'].map(judge));
  expect(done).toEqual(['many', 'many', 'one', 'other', 'many', 'many']);
});

test('a judgement that fails keeps no other from its turn', async () => {
  const turns = new JudgeTurns();
  const failed = turns.take(of('s'), () => {
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  expect(await turns.take(of('s'), () => 'judged')).toBe('judged');
});

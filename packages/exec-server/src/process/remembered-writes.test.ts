import { asWriteId, MAX_ID_CHARACTERS, REMEMBERED_WRITES } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { collectGarbage } from '../testing/collect-garbage.js';
import { brokenStdin, RememberedWrites, type WriteStatus } from './remembered-writes.js';

test('ids of any length are told apart, also those that are no text in UTF-8', async () => {
  const writes = new RememberedWrites();
  const pad = 'x'.repeat(MAX_ID_CHARACTERS - 1);
  const accepted = ['x'.repeat(64), 'x'.repeat(66), `${pad}a`, `${pad}\ud800`].map(asWriteId);
  const closed = ['x'.repeat(65), `${pad}b`, `${pad}\ud801`].map(asWriteId);
  for (const id of accepted) writes.remember(id, Promise.resolve('accepted'));
  for (const id of closed) writes.remember(id, Promise.resolve('stdinClosed'));
  const answers = await Promise.all([...accepted, ...closed].map(async (id) => await writes.answerOf(id)));
  expect(answers).toEqual([...accepted.map(() => 'accepted'), ...closed.map(() => 'stdinClosed')]);
  expect(writes.answerOf(asWriteId(`${pad}c`))).toBeUndefined();
});

test('an answer that is not known yet is waited for, and a failure is one too', async () => {
  const writes = new RememberedWrites();
  const id = asWriteId('x'.repeat(100));
  let fail: (error: Error) => void = () => undefined;
  const answer = new Promise<WriteStatus>((_, reject) => (fail = reject));
  writes.remember(id, answer);
  const repeat = writes.answerOf(id);
  fail(brokenStdin());
  await expect(repeat).rejects.toEqual(brokenStdin());
  await expect(writes.answerOf(id)).rejects.toEqual(brokenStdin());
});

test('as many long ids as are remembered take little memory', async () => {
  const held = (): number => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const writes = new RememberedWrites();
  const before = held();
  for (let at = 0; at < REMEMBERED_WRITES; at += 1) {
    const id = asWriteId(String(at).padStart(MAX_ID_CHARACTERS, '\u0100'));
    writes.remember(id, Promise.resolve('accepted'));
  }
  await Promise.resolve();
  expect(held() - before).toBeLessThan(REMEMBERED_WRITES * 220);
  expect(await writes.answerOf(asWriteId('0'.padStart(MAX_ID_CHARACTERS, '\u0100')))).toBe('accepted');
});

import { setMaxListeners } from 'node:events';
import { MAX_READERS_PER_PROCESS } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { TestClock } from '../../testing/test-clock.js';
import { EventLog } from '../log/event-log.js';
import { readPage, type WholePage } from '../testing/whole-page.js';
import { type LongPoll, LongPolls } from './long-poll.js';

const stay = new AbortController().signal;
setMaxListeners(0, stay);

interface World {
  readonly log: EventLog;
  readonly clock: TestClock;
  readonly read: (poll: LongPoll) => Promise<WholePage>;
}

function world(): World {
  const log = new EventLog();
  const clock = new TestClock();
  const polls = new LongPolls(log, clock);
  const read = async (poll: LongPoll): Promise<WholePage> => {
    await polls.wait(poll);
    return await readPage(log, poll.afterSeq, undefined);
  };
  return { log, clock, read };
}

test('a read that may wait is answered by the output that it waited for', async () => {
  const { log, read, clock } = world();
  const page = read({ afterSeq: 0, waitMs: 1000, signal: stay });
  log.appendOutput('stdout', Buffer.from('news'));
  expect((await page).chunks).toEqual([
    { type: 'output', seq: 1, offset: 0, stream: 'stdout', bytes: Buffer.from('news') },
  ]);
  expect(clock.pending).toBe(0);
});

test('a read that waited in vain is answered empty when its time is over', async () => {
  const { read, clock } = world();
  const page = read({ afterSeq: 0, waitMs: 1000, signal: stay });
  clock.advance(1000);
  expect(await page).toEqual({ chunks: [], nextSeq: 1, exited: false, exitCode: null, closed: false });
});

test('a reader that knows of the exit waits on for the close', async () => {
  const { log, read } = world();
  log.appendExited(5, null);
  let isAnswered = false;
  const page = read({ afterSeq: 1, waitMs: 1000, signal: stay }).finally(() => {
    isAnswered = true;
  });
  await Promise.resolve();
  expect(isAnswered).toBe(false);
  log.appendClosed();
  expect(await page).toEqual({ chunks: [], nextSeq: 3, exited: true, exitCode: 5, closed: true });
});

test('several readers of one process are all answered', async () => {
  const { log, read } = world();
  const pages = [0, 0, 0].map((afterSeq) => read({ afterSeq, waitMs: 1000, signal: stay }));
  log.appendClosed();
  expect((await Promise.all(pages)).map(({ closed }) => closed)).toEqual([true, true, true]);
});

test('the wait ends with the reason when the reader has gone', async () => {
  const { read, clock } = world();
  const gone = new AbortController();
  const page = read({ afterSeq: 0, waitMs: 1000, signal: gone.signal });
  gone.abort(new Error('the connection ended'));
  await expect(page).rejects.toThrow('the connection ended');
  expect(clock.pending).toBe(0);
});

test('one reader more than the limit is refused, and the others go on', async () => {
  const { log, read } = world();
  const readOnce = (): Promise<unknown> => read({ afterSeq: 0, waitMs: 1000, signal: stay });
  const pages = Array.from({ length: MAX_READERS_PER_PROCESS }, readOnce);
  await expect(readOnce()).rejects.toMatchObject({ kind: 'limitExceeded' });
  log.appendClosed();
  await expect(Promise.all(pages)).resolves.toHaveLength(MAX_READERS_PER_PROCESS);
});

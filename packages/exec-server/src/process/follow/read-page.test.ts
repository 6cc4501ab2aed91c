import { MAX_READ_BYTES } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { EventLog } from '../log/event-log.js';
import { readPage } from '../testing/whole-page.js';
import { hasNews } from './read-page.js';

function logOf(...texts: readonly string[]): EventLog {
  const log = new EventLog();
  texts.forEach((text, at) => {
    log.appendOutput(at % 2 === 0 ? 'stdout' : 'stderr', Buffer.from(text));
  });
  return log;
}

async function summary(reading: ReturnType<typeof readPage>): Promise<object> {
  const page = await reading;
  return { ...page, chunks: page.chunks.map(({ seq }) => seq) };
}

const RUNNING = { exited: false, exitCode: null, closed: false };

test('a read without a budget answers everything after the position', async () => {
  const log = logOf('aaaa', 'bbbb', 'cccc');
  expect(await summary(readPage(log, 0, undefined))).toEqual({ chunks: [1, 2, 3], nextSeq: 4, ...RUNNING });
  expect(await summary(readPage(log, 1, undefined))).toEqual({ chunks: [2, 3], nextSeq: 4, ...RUNNING });
  expect(await summary(readPage(log, 99, undefined))).toEqual({ chunks: [], nextSeq: 4, ...RUNNING });
});

test('a budget takes whole chunks, and always the first one', async () => {
  const log = logOf('aaaa', 'bbbb', 'cccc');
  expect(await summary(readPage(log, 0, 0))).toEqual({ chunks: [1], nextSeq: 2, ...RUNNING });
  expect(await summary(readPage(log, 0, 5))).toEqual({ chunks: [1], nextSeq: 2, ...RUNNING });
  expect(await summary(readPage(log, 0, 8))).toEqual({ chunks: [1, 2], nextSeq: 3, ...RUNNING });
  expect(await summary(readPage(log, 1, 8))).toEqual({ chunks: [2, 3], nextSeq: 4, ...RUNNING });
});

test('with a budget the state is the one of now, as on the reference', async () => {
  const log = logOf('aaaa', 'bbbb', 'cccc');
  log.appendExited(2, null);
  log.appendClosed();
  const over = { exited: true, exitCode: 2, closed: true };
  expect(await summary(readPage(log, 0, 8))).toEqual({ chunks: [1, 2], nextSeq: 3, ...over });
  expect(await summary(readPage(log, 2, 8))).toEqual({ chunks: [3], nextSeq: 4, ...over });
  expect(await summary(readPage(log, 3, 8))).toEqual({ chunks: [], nextSeq: 6, ...over });
});

test('an answer that our own limit cut says how things stood where it was cut', async () => {
  const log = new EventLog({ aheadBytes: MAX_READ_BYTES * 2, retainedBytes: MAX_READ_BYTES * 2 });
  log.appendOutput('stdout', new Uint8Array(MAX_READ_BYTES + 100_000));
  log.appendExited(0, null);
  log.appendClosed();
  const page = await readPage(log, 0, undefined);
  const size = page.chunks.reduce(
    (sum, event) => sum + (event.type === 'output' ? event.bytes.length : 0),
    0,
  );
  expect(size).toBeLessThanOrEqual(MAX_READ_BYTES);
  expect(page).toMatchObject({ nextSeq: (page.chunks.at(-1)?.seq ?? 0) + 1, ...RUNNING });
  expect(await readPage(log, page.nextSeq - 1, undefined)).toMatchObject({
    exited: true,
    closed: true,
    nextSeq: log.nextSeq,
  });
});

test('an answer holds exactly as much as our own limit, and not a byte more', async () => {
  const log = new EventLog({ aheadBytes: MAX_READ_BYTES * 2, retainedBytes: MAX_READ_BYTES * 2 });
  log.appendOutput('stdout', new Uint8Array(MAX_READ_BYTES));
  const chunks = Array.from({ length: log.nextSeq - 1 }, (_, at) => at + 1);
  expect(await summary(readPage(log, 0, undefined))).toEqual({ chunks, nextSeq: log.nextSeq, ...RUNNING });
  log.appendOutput('stderr', Buffer.from('x'));
  expect(await summary(readPage(log, 0, undefined))).toEqual({
    chunks,
    nextSeq: log.nextSeq - 1,
    ...RUNNING,
  });
});

test('there is news in a chunk, in a close, and in an exit that the reader does not know', () => {
  const log = logOf('a');
  expect([hasNews(log, 0), hasNews(log, 1)]).toEqual([true, false]);
  log.appendExited(0, null);
  expect([hasNews(log, 1), hasNews(log, 2)]).toEqual([true, false]);
  log.appendClosed();
  expect([hasNews(log, 2), hasNews(log, 3)]).toEqual([true, true]);
});

test('no answer is larger than our own limit, whatever the caller asks for, and then it says how things stood there', async () => {
  const log = new EventLog({ aheadBytes: MAX_READ_BYTES * 2, retainedBytes: MAX_READ_BYTES * 2 });
  log.appendOutput('stdout', new Uint8Array(MAX_READ_BYTES + 100_000));
  log.appendExited(0, null);
  log.appendClosed();
  const page = await readPage(log, 0, MAX_READ_BYTES * 100);
  expect(page).toMatchObject({ nextSeq: (page.chunks.at(-1)?.seq ?? 0) + 1, ...RUNNING });
  expect(page.nextSeq).toBeLessThan(log.nextSeq - 2);
});

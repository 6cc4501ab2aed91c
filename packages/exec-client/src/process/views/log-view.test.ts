import { asProcessId } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import type { ClosedEvent, OutputEvent } from '../events.js';
import { wantAll } from '../wanted.js';
import { LogView } from './log-view.js';
import type { ReadAnswer, ViewSource } from './view-source.js';

function output(seq: number): OutputEvent {
  return { type: 'output', seq, stream: 'stdout', bytes: new Uint8Array(100) };
}

test('a view whose queue is full reads what it missed, and everything comes once and in order', async () => {
  const reads: number[] = [];
  let position = 0;
  const end: { closed?: ClosedEvent } = {};
  const source: ViewSource = {
    id: asProcessId('p'),
    get position() {
      return position;
    },
    exited: undefined,
    get closed() {
      return end.closed;
    },
    failure: undefined,
    read(afterSeq): Promise<ReadAnswer> {
      reads.push(afterSeq);
      const seqs = Array.from({ length: position - afterSeq }, (_, index) => afterSeq + 1 + index);
      const chunks = seqs
        .slice(0, 5)
        .map((seq) => ({ seq, stream: 'stdout' as const, chunk: output(seq).bytes }));
      const nextSeq = (chunks.at(-1)?.seq ?? position) + 1;
      return Promise.resolve({ chunks, nextSeq, exited: false, exitCode: null, closed: false });
    },
    onConsumed: () => undefined,
  };
  // Room for three events.
  const view = new LogView(source, {
    after: 0,
    wants: wantAll,
    isLate: false,
    onClose: () => undefined,
    queueBytes: 1100,
  });
  const push = (to: number): void => {
    while (position < to) {
      position += 1;
      view.offer(output(position));
    }
  };
  const seen: number[] = [];
  const take = async (count: number): Promise<void> => {
    for (let left = count; left > 0; left -= 1) seen.push((await view.next())?.seq ?? 0);
  };
  push(10);
  await take(4);
  push(12);
  await take(5);
  push(20);
  await take(11);
  end.closed = { type: 'closed', seq: 21 };
  view.refresh();
  await take(1);
  expect(seen).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
  expect(await view.next()).toBeUndefined();
  expect(reads[0]).toBe(3);
});

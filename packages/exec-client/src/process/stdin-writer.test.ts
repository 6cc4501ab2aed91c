import { ExecError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { createDeferred, type Deferred } from '../deferred.js';
import { outcomeKinds } from '../testing/outcome-kinds.js';
import { settle } from '../testing/until.js';
import { StdinWriter, WRITE_PIECE_BYTES } from './stdin-writer.js';

type Status = 'accepted' | 'stdinClosed' | 'unknownProcess' | 'starting';

class FakePort {
  readonly depth: number;
  readonly sent: { readonly what: string; readonly answer: Deferred<Status> }[] = [];
  readonly ids = new Set<string>();

  constructor(depth: number) {
    this.depth = depth;
  }

  write(chunk: Uint8Array, writeId: string): Promise<Status> {
    this.ids.add(writeId);
    return this.#send(chunk.length > 10 ? `${chunk.length} bytes` : new TextDecoder().decode(chunk));
  }

  end(): Promise<Status> {
    return this.#send('end');
  }

  get order(): readonly string[] {
    return this.sent.map(({ what }) => what);
  }

  async answer(index: number, status: Status = 'accepted'): Promise<void> {
    this.sent[index]?.answer.resolve(status);
    await settle();
  }

  #send(what: string): Promise<Status> {
    const answer = createDeferred<Status>();
    this.sent.push({ what, answer });
    return answer.promise;
  }
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

test('nothing is sent before the process has started', () => {
  const port = new FakePort(4);
  const writer = new StdinWriter(port);
  void writer.write(bytes('a'));
  expect(port.order).toEqual([]);
  writer.started();
  expect(port.order).toEqual(['a']);
});

test('with a depth of one each piece waits for the answer to the one before, over all writes', async () => {
  const port = new FakePort(1);
  const writer = new StdinWriter(port);
  writer.started();
  void writer.write(new Uint8Array(WRITE_PIECE_BYTES + 20));
  void writer.write(bytes('b'));
  void writer.end();
  const seen: (readonly string[])[] = [port.order];
  for (let index = 0; index < 3; index += 1) {
    await port.answer(index);
    seen.push(port.order.slice(-1));
  }
  expect(seen).toEqual([[`${WRITE_PIECE_BYTES} bytes`], ['20 bytes'], ['b'], ['end']]);
  expect(port.ids.size).toBe(3);
});

test('a deeper pipeline sends ahead, in order, and no further than its depth', async () => {
  const port = new FakePort(2);
  const writer = new StdinWriter(port);
  writer.started();
  for (const text of ['a', 'b', 'c']) void writer.write(bytes(text));
  expect(port.order).toEqual(['a', 'b']);
  await port.answer(1);
  expect(port.order).toEqual(['a', 'b', 'c']);
});

test('a write resolves when all its pieces are accepted', async () => {
  const port = new FakePort(4);
  const writer = new StdinWriter(port);
  writer.started();
  let isDone = false;
  const written = writer.write(new Uint8Array(WRITE_PIECE_BYTES * 2)).then(() => {
    isDone = true;
  });
  await port.answer(1);
  expect(isDone).toBe(false);
  await port.answer(0);
  await written;
});

test('an empty write resolves in its turn and sends nothing', async () => {
  const port = new FakePort(1);
  const writer = new StdinWriter(port);
  writer.started();
  const first = writer.write(bytes('a'));
  const empty = writer.write(bytes(''));
  await port.answer(0);
  await Promise.all([first, empty]);
  expect(port.order).toEqual(['a']);
});

test('after a refused piece nothing more is sent, and every later write fails alike', async () => {
  const port = new FakePort(1);
  const writer = new StdinWriter(port);
  writer.started();
  const writes = [writer.write(bytes('a')), writer.write(bytes('b'))];
  await port.answer(0, 'stdinClosed');
  writes.push(writer.write(bytes('c')));
  expect(await outcomeKinds(writes)).toEqual(['stdinClosed', 'stdinClosed', 'stdinClosed']);
  expect(port.order).toEqual(['a']);
});

test('a write after the end fails with stdinClosed, a second end is the first', async () => {
  const port = new FakePort(1);
  const writer = new StdinWriter(port);
  writer.started();
  const ends = [writer.end(), writer.end()];
  await port.answer(0, 'stdinClosed');
  await Promise.all(ends);
  await expect(writer.write(bytes('a'))).rejects.toEqual(
    new ExecError('stdinClosed', 'stdin was ended; write before you end it'),
  );
  expect(port.order).toEqual(['end']);
});

test('a process that does not start fails its writes with the reason', async () => {
  const writer = new StdinWriter(new FakePort(1));
  const written = writer.write(bytes('a'));
  const reason = new ExecError('programNotFound', 'no such program');
  writer.fail(reason);
  await expect(written).rejects.toBe(reason);
});

test('when nothing can be written any more, what is under way ends with its own answer, and the rest with the reason', async () => {
  const port = new FakePort(2);
  const writer = new StdinWriter(port);
  writer.started();
  const lost = new ExecError('connectionLost', 'the session is lost');
  const unknown = new ExecError('outcomeUnknown', 'sent, and not answered');
  const settled = Promise.allSettled([
    writer.write(bytes('a')),
    writer.write(new Uint8Array(WRITE_PIECE_BYTES * 2)),
    writer.write(bytes('')),
    writer.write(bytes('c')),
  ]);
  writer.fail(lost);
  port.sent[0]?.answer.resolve('accepted');
  port.sent[1]?.answer.reject(unknown);
  expect(await settled).toEqual([
    { status: 'fulfilled', value: undefined },
    { status: 'rejected', reason: unknown },
    { status: 'rejected', reason: lost },
    { status: 'rejected', reason: lost },
  ]);
  expect(port.order).toEqual(['a', `${WRITE_PIECE_BYTES} bytes`]);
});

test('of a write that was cut off, what was taken does not make the whole', async () => {
  const port = new FakePort(1);
  const writer = new StdinWriter(port);
  writer.started();
  const written = writer.write(new Uint8Array(WRITE_PIECE_BYTES * 2));
  const lost = new ExecError('processUnknown', 'gone');
  writer.fail(lost);
  await port.answer(0);
  await expect(written).rejects.toBe(lost);
});

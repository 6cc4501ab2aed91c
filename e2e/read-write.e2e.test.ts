import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CARRIERS, disposeAll, startWorld, type World } from './harness.js';
import type { Answer, Message, RawClient } from './raw-client.js';
import { base64, eventsOf, failure, finish, outputContains, runFrom, start, startScript } from './runs.js';

const ACCEPTED = { result: { status: 'accepted' } };
const CLOSED = { result: { status: 'stdinClosed' } };
const BROKEN = failure(-32603, 'stdinBroken', /has ended/);

describe.each(CARRIERS)('reading and writing over %s', (carrier) => {
  let world: World;
  /** Offers no extension, as a client that never heard of any. */
  let legacy: RawClient;
  /** Offers `signals`. */
  let modern: RawClient;
  let started = 0;

  beforeAll(async () => {
    world = await startWorld(carrier);
    legacy = await world.connect();
    await legacy.initialize();
    modern = await world.connect();
    await modern.initialize({ signals: 1 });
  });

  afterAll(async () => {
    await world.expectOthersServed();
    await disposeAll(legacy, modern, world);
  });

  function freshId(): string {
    started += 1;
    return `p${started}`;
  }

  async function startCat(client: RawClient): Promise<string> {
    const id = freshId();
    await start(client, id, ['/bin/cat'], { pipeStdin: true });
    return id;
  }

  async function end(client: RawClient, processId: string): Promise<void> {
    expect(await client.request('process/terminate', { processId })).toEqual({ result: { running: true } });
    await client.nextEvent('process/closed', processId);
  }

  describe('process/read', () => {
    /** A process with the chunks `a`, `bb` and `ccc`, numbered 1 to 3, still running. */
    async function startThreeChunks(): Promise<string> {
      const id = await startCat(legacy);
      for (const text of ['a', 'bb', 'ccc']) await echo(id, text);
      return id;
    }

    async function echo(processId: string, text: string): Promise<Message> {
      expect(
        await legacy.request('process/write', { processId, writeId: text, chunk: base64(text) }),
      ).toEqual(ACCEPTED);
      return await legacy.nextEvent('process/output', processId);
    }

    const CHUNKS = ['a', 'bb', 'ccc'].map((text, at) => ({
      seq: at + 1,
      stream: 'stdout',
      chunk: base64(text),
    }));
    const RUNNING = { exited: false, exitCode: null, closed: false, failure: null, sandboxDenied: false };
    const KILLED = { ...RUNNING, exited: true, exitCode: 137, closed: true };

    test('answers what lies behind afterSeq, as far as maxBytes goes', async () => {
      const processId = await startThreeChunks();
      const answer = (from: number, to: number, nextSeq: number): Answer => ({
        result: { chunks: CHUNKS.slice(from, to), nextSeq, ...RUNNING },
      });
      for (const [params, expected] of [
        [{}, answer(0, 3, 4)],
        [{ afterSeq: null, maxBytes: null, waitMs: null }, answer(0, 3, 4)],
        [{ afterSeq: 0, waitMs: 10_000 }, answer(0, 3, 4)],
        [{ afterSeq: 1 }, answer(1, 3, 4)],
        [{ afterSeq: 3 }, answer(3, 3, 4)],
        [{ afterSeq: 99 }, answer(3, 3, 4)],
        [{ afterSeq: 3, waitMs: 1 }, answer(3, 3, 4)],
        [{ maxBytes: 0 }, answer(0, 1, 2)],
        [{ maxBytes: 2 }, answer(0, 1, 2)],
        [{ maxBytes: 3 }, answer(0, 2, 3)],
        [{ maxBytes: 6 }, answer(0, 3, 4)],
        [{ afterSeq: 1, maxBytes: 1 }, answer(1, 2, 3)],
        [{ afterSeq: 3, maxBytes: 0 }, answer(3, 3, 4)],
      ] as const) {
        expect(await legacy.request('process/read', { processId, ...params })).toEqual(expected);
      }
      await end(legacy, processId);
      for (const [params, chunks, nextSeq] of [
        [{}, CHUNKS, 6],
        [{ afterSeq: 3, waitMs: 10_000 }, [], 6],
        [{ afterSeq: 5, waitMs: 10_000 }, [], 6],
        // With a budget the state is the one of now, although more can be read.
        [{ maxBytes: 1 }, CHUNKS.slice(0, 1), 2],
        [{ afterSeq: 3, maxBytes: 1 }, [], 6],
      ] as const) {
        expect(await legacy.request('process/read', { processId, ...params })).toEqual({
          result: { chunks, nextSeq, ...KILLED },
        });
      }
    });

    test('waits for news, and holds up nobody meanwhile', async () => {
      const processId = await startThreeChunks();
      const order: string[] = [];
      const poll = legacy
        .request('process/read', { processId, afterSeq: 3, waitMs: 10_000 })
        .finally(() => order.push('read'));
      expect(await legacy.request('environment/status')).toEqual({ result: { status: 'ready' } });
      order.push('status');
      await legacy.request('process/write', { processId, writeId: 'd', chunk: base64('d') });
      expect(await poll).toEqual({
        result: { chunks: [{ seq: 4, stream: 'stdout', chunk: base64('d') }], nextSeq: 5, ...RUNNING },
      });
      expect(order).toEqual(['status', 'read']);
      const last = legacy.request('process/read', { processId, afterSeq: 4, waitMs: 10_000 });
      await legacy.request('process/terminate', { processId });
      expect((await last).result).toMatchObject({ chunks: [], exited: true, exitCode: 137 });
    });

    test('gives up after waitMs', async () => {
      const processId = await startCat(legacy);
      const before = performance.now();
      expect(await legacy.request('process/read', { processId, waitMs: 60 })).toEqual({
        result: { chunks: [], nextSeq: 1, ...RUNNING },
      });
      expect(performance.now() - before).toBeGreaterThanOrEqual(59);
      await end(legacy, processId);
    });

    test('finds the newest MiB of what was delivered, and nothing torn', async () => {
      const processId = freshId();
      await start(legacy, processId, ['/usr/bin/seq', '1', '500000']);
      const { stdout } = runFrom(await eventsOf(legacy, processId));
      const { result } = await legacy.request('process/read', { processId });
      const { chunks, nextSeq, ...state } = result as {
        chunks: { seq: number; chunk: string }[];
        nextSeq: number;
      };
      expect(state).toEqual({ ...RUNNING, exited: true, exitCode: 0, closed: true });
      const first = chunks[0]?.seq ?? 0;
      expect(chunks.map(({ seq }) => seq)).toEqual(chunks.map((_, at) => first + at));
      expect(first + chunks.length + 2).toBe(nextSeq);
      const kept = Buffer.concat(chunks.map(({ chunk }) => Buffer.from(chunk, 'base64'))).toString();
      expect(kept.length).toBeGreaterThanOrEqual(1024 * 1024);
      expect(stdout.endsWith(kept)).toBe(true);
    });

    test.each([
      [{ afterSeq: -1 }, /afterSeq: /],
      [{ afterSeq: 1.5 }, /afterSeq: /],
      [{ maxBytes: '1' }, /maxBytes: /],
      [{ waitMs: -1 }, /waitMs: /],
      [{ processId: null }, /processId: /],
      [{ processId: undefined }, /processId: is required/],
    ])('refuses %j', async (params, message) => {
      expect(await legacy.request('process/read', { processId: 'x', ...params })).toEqual(
        failure(-32602, 'invalidParams', message),
      );
    });
  });

  describe('stdin', () => {
    test('a repeated write is answered like the first and written once', async () => {
      const processId = await startCat(legacy);
      const write = (writeId: string, text: string): Promise<Answer> =>
        legacy.request('process/write', { processId, writeId, chunk: base64(text) });
      expect(await Promise.all([write('1', 'one '), write('1', 'one '), write('1', 'other ')])).toEqual(
        Array(3).fill(ACCEPTED),
      );
      expect(await write('2', '')).toEqual(ACCEPTED);
      expect(await write('3', 'three\n')).toEqual(ACCEPTED);
      expect(await outputContains(legacy, processId, '\n')).toBe('one three\n');
      await end(legacy, processId);
      expect(await write('1', 'one ')).toEqual(ACCEPTED);
      expect(await write('4', 'four')).toEqual(BROKEN);
    });

    test('the last 4,096 writes are remembered', async () => {
      const processId = await startCat(modern);
      const write = (at: number): Promise<Answer> =>
        modern.request('process/write', { processId, writeId: `w${at}`, chunk: base64(`${at}\n`) });
      const numbers = Array.from({ length: 4_096 }, (_, at) => at);
      for (let from = 0; from < numbers.length; from += 1_024) {
        expect(
          new Set(
            (await Promise.all(numbers.slice(from, from + 1_024).map(write))).map((answer) =>
              JSON.stringify(answer),
            ),
          ),
        ).toEqual(new Set([JSON.stringify(ACCEPTED)]));
      }
      for (const at of [0, 4_096, 0, 4_095]) expect(await write(at)).toEqual(ACCEPTED);
      await modern.request('process/closeStdin', { processId });
      expect((await finish(modern, processId)).stdout).toBe(
        [...numbers, 4_096, 0].map((at) => `${at}\n`).join(''),
      );
    });

    test('a write that has no stdin to go to says so', async () => {
      const processId = freshId();
      await start(modern, processId, ['/bin/sleep', '60']);
      const write = (id: string): Promise<Answer> =>
        modern.request('process/write', { processId: id, writeId: '1', chunk: '' });
      expect(await write(processId)).toEqual(CLOSED);
      expect(await write('never started')).toEqual({ result: { status: 'unknownProcess' } });
      expect(await modern.request('process/closeStdin', { processId })).toEqual(CLOSED);
      expect(await modern.request('process/closeStdin', { processId: 'never started' })).toEqual({
        result: { status: 'unknownProcess' },
      });
      await end(modern, processId);
    });

    test('the end of input comes after everything that was written', async () => {
      const processId = freshId();
      await start(modern, processId, ['/usr/bin/sha256sum'], { pipeStdin: true });
      const bytes = Buffer.alloc(5_000_000, 'the quick brown fox ');
      const writes = Array.from({ length: 50 }, (_, at) =>
        modern.request('process/write', {
          processId,
          writeId: `${at}`,
          chunk: base64(bytes.subarray(at * 100_000, (at + 1) * 100_000)),
        }),
      );
      expect(await modern.request('process/closeStdin', { processId })).toEqual(ACCEPTED);
      expect(await modern.request('process/closeStdin', { processId })).toEqual(CLOSED);
      expect(await Promise.all(writes)).toEqual(Array(50).fill(ACCEPTED));
      expect(await finish(modern, processId)).toEqual({
        stdout: `${createHash('sha256').update(bytes).digest('hex')}  -\n`,
        stderr: '',
        exitCode: 0,
      });
    });

    test('a child that does not read slows its writer and nobody else', async () => {
      const processId = freshId();
      await start(modern, processId, ['/bin/sleep', '60'], { pipeStdin: true });
      const chunk = base64(Buffer.alloc(1024 * 1024));
      const answered: number[] = [];
      const writes = Array.from({ length: 12 }, async (_, at) => {
        const answer = await modern.request('process/write', { processId, writeId: `${at}`, chunk });
        answered.push(at);
        return answer;
      });
      const other = await startCat(modern);
      await modern.request('process/write', { processId: other, writeId: '1', chunk: base64('hi') });
      await outputContains(modern, other, 'hi');
      await end(modern, other);
      // 8 MiB wait in the queue, and a little more in the pipe.
      expect(answered).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      await end(modern, processId);
      const answers = await Promise.all(writes);
      expect(answers.slice(0, 8)).toEqual(Array(8).fill(ACCEPTED));
      // What waited never reached anybody, and is not said to have.
      for (const answer of answers.slice(8)) {
        expect([CLOSED, BROKEN]).toContainEqual(answer);
      }
    });

    test('a child that ends without reading is no trouble', async () => {
      const processId = freshId();
      await startScript(legacy, processId, 'head -c 3; exit 5', { pipeStdin: true });
      const chunk = base64(Buffer.alloc(1024 * 1024, 'x'));
      const writes = Array.from({ length: 10 }, (_, at) =>
        legacy.request('process/write', { processId, writeId: `${at}`, chunk }),
      );
      expect(await finish(legacy, processId)).toEqual({ stdout: 'xxx', stderr: '', exitCode: 5 });
      for (const answer of await Promise.all(writes))
        expect([ACCEPTED, CLOSED, BROKEN]).toContainEqual(answer);
      expect(await legacy.request('process/write', { processId, writeId: 'late', chunk })).toEqual(BROKEN);
    });

    test.each([
      [{ chunk: '!' }, /chunk: /],
      [{ chunk: 'aGk' }, /chunk: /],
      [{ chunk: 'aG k=' }, /chunk: /],
      [{ chunk: undefined }, /chunk: is required/],
      [{ chunk: null }, /chunk: /],
      [{ writeId: '' }, /writeId: must not be empty/],
      [{ writeId: 1 }, /writeId: /],
      [{ writeId: undefined }, /writeId: is required/],
      [{ processId: 5 }, /processId: /],
    ])('refuses the write %j', async (params, message) => {
      expect(
        await legacy.request('process/write', { processId: 'x', writeId: '1', chunk: '', ...params }),
      ).toEqual(failure(-32602, 'invalidParams', message));
    });
  });
});

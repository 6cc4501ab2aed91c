import type { ProcessEvent, ProcessHandle } from '@holdfast/exec-client';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findTail } from './find-tail.js';
import type { OutputEvent, Stream } from './line-tail.js';

/** What a process printed, and which of its events were asked for. */
class World {
  readonly events: readonly OutputEvent[];
  readonly views: number[] = [];
  readonly handle: ProcessHandle;

  constructor(pieces: readonly (readonly [Stream, string])[]) {
    this.events = pieces.map(([stream, text], at) => ({
      type: 'output',
      seq: at + 1,
      stream,
      bytes: Buffer.from(text),
    }));
    const { events, views } = this;
    const handle: Pick<ProcessHandle, 'events'> = {
      events: ({ after = 0 } = {}) => {
        views.push(after);
        return from(events.slice(after)) as ReturnType<ProcessHandle['events']>;
      },
    };
    this.handle = handle as ProcessHandle;
  }

  /** What is shown of each stream, all streams in one. */
  async tail(
    lines: number,
    options: { readonly after?: number; readonly firstSeq?: number } = {},
  ): Promise<string[]> {
    const { after = 0, firstSeq = 1 } = options;
    const until = this.events.length;
    const signal = new AbortController().signal;
    const found = await findTail(this.handle, { lines, after, until, firstSeq, signal });
    const shown = this.events.slice(found.after).flatMap((event) => found.cut(event) ?? []);
    return shown.map(
      ({ stream, bytes }) => `${stream === 'stderr' ? '!' : ''}${Buffer.from(bytes).toString()}`,
    );
  }
}

async function* from(events: readonly ProcessEvent[]): AsyncGenerator<ProcessEvent> {
  for (const event of events) yield await Promise.resolve(event);
}

const LINES: readonly (readonly [Stream, string])[] = [
  ['stdout', 'one\ntw'],
  ['stderr', 'error\n'],
  ['stdout', 'o\nthree\n'],
  ['stdout', 'end'],
];

test.each([
  [0, []],
  [1, ['end']],
  [2, ['three\n', 'end']],
  [3, ['tw', 'o\nthree\n', 'end']],
  [4, ['tw', '!error\n', 'o\nthree\n', 'end']],
  [5, ['one\ntw', '!error\n', 'o\nthree\n', 'end']],
  [6, ['one\ntw', '!error\n', 'o\nthree\n', 'end']],
])(
  'the last %d lines count in the order in which they ended, each stream for itself',
  async (lines, shown) => {
    expect(await new World(LINES).tail(lines)).toEqual(shown);
  },
);

test('lines before the position that was asked for are not shown', async () => {
  expect(await new World(LINES).tail(3, { after: 2 })).toEqual(['o\nthree\n', 'end']);
});

test('half a line counts for nothing where what came before it is lost, and all that is left is shown', async () => {
  const world = new World(LINES);
  expect(await world.tail(2, { firstSeq: 3 })).toEqual(['three\n', 'end']);
  expect(await world.tail(4, { firstSeq: 3 })).toEqual(
    LINES.map(([stream, text]) => (stream === 'stderr' ? `!${text}` : text)),
  );
});

test('of a long log only the end is fetched', async () => {
  const world = new World(Array.from({ length: 5000 }, (_, at) => ['stdout', `${String(at)}\n`]));
  expect(await world.tail(2)).toEqual(['4998\n', '4999\n']);
  expect(world.views).toEqual([4744]);
});

test('a long line is searched for its beginning, farther and farther back', async () => {
  const world = new World(Array.from({ length: 5000 }, (_, at) => ['stdout', at === 1999 ? 'x\n' : 'y']));
  expect((await world.tail(1)).join('')).toBe('y'.repeat(3000));
  expect(world.views).toEqual([4744, 2952, 0]);
});

test('whatever is printed, each stream ends with its lines among the last ones', async () => {
  const piece = fc.tuple(
    fc.constantFrom<Stream>('stdout', 'stderr'),
    fc.string({ unit: fc.constantFrom('a', 'b', '\n'), minLength: 1, maxLength: 6 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 30 }),
      fc.integer({ min: 1, max: 12 }),
      async (pieces, count) => {
        const lines: [Stream, string][] = [];
        const open = new Map<Stream, string>();
        for (const [stream, text] of pieces) {
          for (const character of text) {
            const line = (open.get(stream) ?? '') + character;
            open.set(stream, line);
            if (character !== '\n') continue;
            open.delete(stream);
            lines.push([stream, line]);
          }
        }
        const last = [...lines, ...open].slice(-count);
        const expected = (['stdout', 'stderr'] as const).map((stream) =>
          last.map(([of, line]) => (of === stream ? line : '')).join(''),
        );
        const shown = await new World(pieces).tail(count);
        expect([
          shown.filter((text) => !text.startsWith('!')).join(''),
          shown
            .filter((text) => text.startsWith('!'))
            .map((text) => text.slice(1))
            .join(''),
        ]).toEqual(expected);
      },
    ),
  );
});

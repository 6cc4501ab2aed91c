import type { TransportListener } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { LineTransport } from './line-transport.js';

interface World {
  readonly lines: LineTransport;
  readonly listener: TransportListener;
  /** What happened at either end, in order. */
  readonly done: unknown[];
  /** Called when what was written has left. */
  readonly left: (() => void)[];
}

function world(): World {
  const done: unknown[] = [];
  const left: (() => void)[] = [];
  const lines = new LineTransport({
    label: 'a carrier',
    maxLineBytes: () => 8,
    write: (line, written) => {
      done.push(['write', line.toString()]);
      left.push(written);
    },
    end: () => done.push('end'),
  });
  const listener: TransportListener = {
    onMessage: (message) => done.push(['message', message]),
    onHeartbeat: () => expect.unreachable(),
    onDrain: () => done.push('drain'),
    onClose: (closed) => done.push(closed),
  };
  return { lines, listener, done, left };
}

test('a line is a message, either way', () => {
  const { lines, listener, done } = world();
  lines.start(listener);
  lines.send('{}');
  lines.take(Buffer.from('[1]\n[2'));
  lines.take(Buffer.from(']\n'));
  expect(done).toEqual([
    ['write', '{}\n'],
    ['message', '[1]'],
    ['message', '[2]'],
  ]);
});

test('what was written counts until it has left', () => {
  const { lines, listener, done, left } = world();
  lines.start(listener);
  lines.send('{}');
  lines.send('né');
  expect(lines.bufferedBytes).toBe(7);
  left[0]?.();
  expect(lines.bufferedBytes).toBe(4);
  lines.ended('it has exited');
  left[1]?.();
  expect([lines.bufferedBytes, done.slice(2)]).toEqual([
    0,
    ['drain', { code: 1000, reason: 'it has exited' }],
  ]);
});

test('who begins to listen after the end is told of it', async () => {
  const { lines, listener, done } = world();
  lines.ended('it has exited');
  lines.start(listener);
  await Promise.resolve();
  lines.send('{}');
  expect(done).toEqual([{ code: 1000, reason: 'it has exited' }]);
});

test('a line that is too long ends the carrier, and a longer one than that is not waited for', () => {
  const { lines, listener, done } = world();
  lines.start(listener);
  lines.take(Buffer.from('12345678\n123456789'));
  lines.ended('it was ended');
  expect(done).toEqual([
    ['message', '12345678'],
    'end',
    { code: 1009, reason: expect.stringMatching('8') as string },
  ]);
});

import { expect, test } from 'vitest';
import { type GoneConnection, GoneMessages } from './gone-messages.js';

const MIB = 1024 * 1024;

/** Connections that go, each named by whose it is and what it leaves. */
class Leavers {
  readonly lost: string[] = [];
  readonly #gone = new GoneMessages({
    onDropped: (messages) => this.lost.push(`${String(messages)} messages`),
  });

  leave(principal: string, name: string, mebibytes: number): GoneConnection {
    const gone = { principal, drop: () => void this.lost.push(`${principal} ${name}`) };
    const half = Buffer.alloc((mebibytes / 2) * MIB);
    this.#gone.add(gone, [half, half, { echo: undefined }]);
    return gone;
  }

  served(gone: GoneConnection): void {
    this.#gone.remove(gone);
  }
}

test('the largest message that there is may wait, whoever has left it', () => {
  const leavers = new Leavers();
  leavers.leave('one', 'large', 64);
  expect(leavers.lost).toEqual([]);
});

test('past the limit the connection with most loses what it has left, of the principal that has most', () => {
  const leavers = new Leavers();
  leavers.leave('calm', 'large', 96);
  for (const name of ['1', '2', '3']) leavers.leave('busy', name, 48);
  expect(leavers.lost).toEqual([]);
  leavers.leave('busy', '4', 40);
  leavers.leave('busy', '5', 60);
  leavers.leave('calm', 'small', 2);
  expect(leavers.lost).toEqual(['3 messages', 'busy 1', '3 messages', 'busy 5']);
});

test('what has had its turn leaves its room to others, and is told once', () => {
  const leavers = new Leavers();
  const first = leavers.leave('one', 'first', 200);
  leavers.served(first);
  leavers.served(first);
  leavers.leave('one', 'second', 200);
  expect(leavers.lost).toEqual([]);
  leavers.leave('one', 'third', 60);
  expect(leavers.lost).toEqual(['3 messages', 'one second']);
});

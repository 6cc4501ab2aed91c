import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { MAX_JOINED_BYTES, MAX_PASSED_A_TURN } from '../../limits.js';
import { Joined } from './joined.js';
import { LoopTurns } from './loop-turns.js';

const PARTS = Array.from({ length: 1000 }, (_, at) => Buffer.from([at % 256]));

test('parts that come at once are passed on in one piece', async () => {
  const joined = new Joined(new LoopTurns());
  for (const part of PARTS) joined.write(part);
  expect(await once(joined, 'data')).toEqual([Buffer.concat(PARTS)]);
});

test('what came last goes before the end, and an end that comes alone goes as well', async () => {
  const [full, empty] = [new Joined(new LoopTurns()), new Joined(new LoopTurns())];
  for (const part of PARTS) full.write(part);
  full.end('last');
  empty.end();
  expect([await buffer(full), await buffer(empty)]).toEqual([
    Buffer.concat([...PARTS, Buffer.from('last')]),
    Buffer.alloc(0),
  ]);
});

test('at the limit nothing more is taken until what is held has gone on', async () => {
  const joined = new Joined(new LoopTurns());
  let written = 0;
  while (joined.write('x')) written += 1;
  expect(written).toBe(MAX_JOINED_BYTES - 1);
  joined.write('y');
  const drained = once(joined, 'drain');
  expect((await once(joined, 'data')).map(String)).toEqual(['x'.repeat(MAX_JOINED_BYTES)]);
  await drained;
  expect((await once(joined, 'data')).map(String)).toEqual(['y']);
});

test('few go on in each turn of the event loop, in the order in which they came', async () => {
  const turns = new LoopTurns();
  const gone: number[] = [];
  const all = Array.from({ length: MAX_PASSED_A_TURN + 2 }, (_, at) => at);
  for (const at of all) turns.wait(() => gone.push(at));
  await turn();
  expect(gone).toEqual(all.slice(0, MAX_PASSED_A_TURN));
  await turn();
  expect(gone).toEqual(all);
});

test('what takes more places than it said leaves fewer to others, which are told how many', async () => {
  const turns = new LoopTurns();
  const told: number[] = [];
  for (const more of [MAX_PASSED_A_TURN - 2, 0, 0]) {
    turns.wait((places) => {
      told.push(places);
      turns.takeMore(more);
    });
  }
  await turn();
  expect(told).toEqual([MAX_PASSED_A_TURN, 1]);
  await turn();
  expect(told).toEqual([MAX_PASSED_A_TURN, 1, MAX_PASSED_A_TURN]);
});

test('networks have their works go on in turn, and not more of all of them', async () => {
  const [busy, other] = [new LoopTurns(), new LoopTurns()];
  const gone: string[] = [];
  for (let count = 0; count < 2 * MAX_PASSED_A_TURN; count += 1) busy.wait(() => gone.push('busy'));
  for (const name of ['first', 'second']) other.wait(() => gone.push(name));
  await turn();
  expect(gone).toEqual([
    'busy',
    'first',
    'busy',
    'second',
    ...Array.from({ length: MAX_PASSED_A_TURN - 4 }, () => 'busy'),
  ]);
  await turn();
  await turn();
  expect(gone.length).toBe(2 * MAX_PASSED_A_TURN + 2);
});

test('one that comes in as many parts as are joined goes on alone in its turn, and others as before', async () => {
  const turns = new LoopTurns();
  const got: string[] = [];
  const bodies = ['many', 'few', 'also few', 'many too'].map((name) => {
    const body = new Joined(turns);
    body.on('data', () => got.push(name));
    return [name, body] as const;
  });
  await new Promise((resolve) => process.nextTick(resolve));
  for (const [name, body] of bodies) {
    const parts = name.startsWith('many') ? MAX_JOINED_BYTES : 2;
    for (let part = 0; part < parts; part += 1) body.write('x');
  }
  const turnsOf: string[][] = [];
  while (got.length < bodies.length) {
    const before = got.length;
    await turn();
    turnsOf.push(got.slice(before));
  }
  expect(turnsOf).toEqual([['many'], ['few', 'also few'], ['many too']]);
});

test('one that is over meanwhile passes nothing, and the others go on', async () => {
  const turns = new LoopTurns();
  const [over, other] = [new Joined(turns), new Joined(turns)];
  const got: string[] = [];
  for (const one of [over, other]) one.on('data', (piece: Buffer) => got.push(String(piece)));
  over.write('over');
  other.write('other');
  await new Promise((resolve) => process.nextTick(resolve));
  over.destroy();
  await once(other, 'data');
  expect(got).toEqual(['other']);
});

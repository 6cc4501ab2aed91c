import { once } from 'node:events';
import { LoopTurns } from '@holdfast/sandbox/internal';
import { expect, test } from 'vitest';
import { type BodySource, JoinedBody, MAX_JOINED_BODY_BYTES, MAX_PARTS_AT_ONCE } from './joined-body.js';

/** A parser that notes what it is told. */
function rig(): { readonly body: JoinedBody; readonly told: string[] } {
  const told: string[] = [];
  const note = (what: string) => (): void => void told.push(what);
  const source: BodySource = { pause: note('pause'), resume: note('resume'), abort: note('abort') };
  return { body: new JoinedBody(source, new LoopTurns()), told };
}

async function turns(count: number): Promise<void> {
  for (let passed = 0; passed < count; passed += 1) await new Promise((resolve) => setImmediate(resolve));
}

const ONE = Buffer.from('x');

test('small parts that nobody takes become one piece, and no more come when there is enough of them', async () => {
  const { body, told } = rig();
  for (let parts = 0; parts < MAX_JOINED_BODY_BYTES; parts += 1) {
    body.add(ONE);
    if (parts % MAX_PARTS_AT_ONCE === MAX_PARTS_AT_ONCE - 1) await turns(3);
  }
  const times = MAX_JOINED_BODY_BYTES / MAX_PARTS_AT_ONCE;
  const before = Array.from({ length: times - 1 }, () => ['pause', 'resume']).flat();
  expect(told).toEqual([...before, 'pause']);
  const [piece] = (await once(body, 'data')) as [Buffer];
  await turns(3);
  expect([piece.toString(), told.slice(before.length)]).toEqual([
    'x'.repeat(MAX_JOINED_BODY_BYTES),
    ['pause', 'resume'],
  ]);
});

test('the parser goes on in a later turn of the event loop after many parts, though they are taken', async () => {
  const { body, told } = rig();
  body.resume();
  await turns(1);
  for (let parts = 0; parts < MAX_PARTS_AT_ONCE; parts += 1) body.add(ONE);
  await Promise.resolve();
  expect(told).toEqual(['pause']);
  await turns(2);
  expect(told).toEqual(['pause', 'resume']);
});

test('a large part goes on as it is, and the next one when it was taken', async () => {
  const { body, told } = rig();
  const part = Buffer.alloc(MAX_JOINED_BODY_BYTES);
  body.add(part);
  await turns(1);
  expect(told).toEqual(['pause']);
  const [piece] = (await once(body, 'data')) as [Buffer];
  await turns(1);
  expect([piece === part, told]).toEqual([true, ['pause', 'resume']]);
});

test('a body that breaks off gives what has come, and then why', async () => {
  const { body, told } = rig();
  body.add(ONE);
  body.finish(new Error('broken'));
  const taken: unknown[] = [];
  body.on('data', (piece: Buffer) => taken.push(piece.toString())).on('error', (error) => taken.push(error));
  await new Promise((resolve) => body.once('close', resolve));
  expect([taken, told]).toEqual([['x', new Error('broken')], []]);
});

test('one that nobody wants has its source end, unless that has', async () => {
  const [first, second] = [rig(), rig()];
  second.body.finish();
  for (const { body } of [first, second]) {
    body.destroy();
    await once(body, 'close');
  }
  expect([first.told, second.told]).toEqual([['abort'], []]);
});

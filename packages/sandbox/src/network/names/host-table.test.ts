import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { MAX_ADDRESSES_PER_NAME } from '../../limits.js';
import { parseHostTable } from './host-table.js';

test('a table of hosts has every address of every name, in the order of its lines', async () => {
  const table = await parseHostTable(`
127.0.0.1\tlocalhost
# 10.0.0.1 commented.example
10.0.0.2   Two.Example two   # the second one, not three
::ffff:10.0.0.3 three.example.
::0002 two.example
fe80::1%lo0 scoped.example
nonsense four.example
10.0.0.5
`);
  expect([...table]).toEqual([
    ['localhost', ['127.0.0.1']],
    ['two.example', ['10.0.0.2', '::2']],
    ['two', ['10.0.0.2']],
    ['three.example', ['10.0.0.3']],
  ]);
});

test('of a name each address is kept once, and so many of them as are tried', async () => {
  const lines = Array.from({ length: 100 }, (_, at) => `10.0.0.${at} a.example\n10.0.0.${at} a.example\n`);
  expect([...(await parseHostTable(lines.join('')))]).toEqual([
    ['a.example', Array.from({ length: MAX_ADDRESSES_PER_NAME }, (_, at) => `10.0.0.${at}`)],
  ]);
});

test('others have the event loop while a long table is read', async () => {
  const reading = parseHostTable(
    Array.from({ length: 5000 }, (_, at) => `0.0.0.0 a${at}.example\n`).join(''),
  );
  let isRead = false;
  void reading.then(() => {
    isRead = true;
  });
  await turn();
  await turn();
  expect(isRead).toBe(false);
  expect((await reading).size).toBe(5000);
});

import { expect, test } from 'vitest';
import { parseHostTable } from './host-table.js';

test('a table of hosts has every address of every name, in the order of its lines', () => {
  const table = parseHostTable(`
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

import { expect, test } from 'vitest';
import { FileOrder } from './file-order.js';

/** Work that is done when the test says so, and what has begun. */
function stage() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => async (): Promise<string> => {
    begun.push(name);
    await new Promise<void>((resolve) => ends.set(name, resolve));
    return name;
  };
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await turn();
  };
  return { begun, work, end };
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test('looks run together; a change waits for all before it and holds up all after it', async () => {
  const order = new FileOrder();
  const { begun, work, end } = stage();
  const results = [
    order.look(work('look 1')),
    order.look(work('look 2')),
    order.change(work('change')),
    order.look(work('look 3')),
  ];
  await turn();
  expect(begun).toEqual(['look 1', 'look 2']);
  await end('look 1');
  expect(begun).toEqual(['look 1', 'look 2']);
  await end('look 2');
  expect(begun).toEqual(['look 1', 'look 2', 'change']);
  await end('change');
  expect(begun).toEqual(['look 1', 'look 2', 'change', 'look 3']);
  await end('look 3');
  expect(await Promise.all(results)).toEqual(['look 1', 'look 2', 'change', 'look 3']);
});

test('what fails holds up nobody', async () => {
  const order = new FileOrder();
  const failed = order.change(() => Promise.reject(new Error('no')));
  const look = order.look(() => Promise.resolve('seen'));
  await expect(failed).rejects.toThrow('no');
  expect(await look).toBe('seen');
});

import { expect, test } from 'vitest';
import { VirtualTime } from './virtual-time.js';

test('events happen in the order of their time, and those of one instant in the order of their making', async () => {
  const time = new VirtualTime(0);
  const machine = time.createMachine(1);
  const seen: string[] = [];
  const note = (what: string) => (): void => {
    seen.push(`${time.now} ${what}`);
  };
  machine.after(20, note('late'));
  machine.after(5, note('timer'));
  machine.input(5, note('input'));
  machine.after(5, note('second timer')).cancel();
  machine.after(5, () => {
    machine.nextTurn(note('next turn'));
    machine.input(0, note('at once'));
  });
  await time.run(10);
  expect(seen).toEqual(['5 timer', '5 input', '5 at once', '5 next turn']);
  expect([time.now, machine.pendingTimers]).toEqual([10, 1]);
});

test('a timer comes at a whole millisecond, and so a little early', async () => {
  const time = new VirtualTime(0);
  const machine = time.createMachine(1);
  const seen: number[] = [];
  machine.input(10.75, () => {
    for (const delayMs of [0, 2, 2.5]) machine.after(delayMs, () => seen.push(time.now));
  });
  await time.run(20);
  expect(seen).toEqual([11, 12, 13]);
});

test('what promises do with an event is done before the next event', async () => {
  const time = new VirtualTime(0);
  const machine = time.createMachine(1);
  const seen: string[] = [];
  machine.input(0, () => {
    void (async () => {
      for (let left = 50; left > 0; left -= 1) await Promise.resolve();
      seen.push('first');
    })();
  });
  machine.input(0, () => seen.push('second'));
  await time.run(0);
  expect(seen).toEqual(['first', 'second']);
});

test('a sleeping machine finds its timers and its input when it wakes; a dead one finds nothing', async () => {
  const time = new VirtualTime(0);
  const [sleeper, dead] = [time.createMachine(1), time.createMachine(2)];
  const seen: string[] = [];
  sleeper.input(30, () => seen.push(`input at ${time.now}`));
  sleeper.after(10, () => seen.push(`timer at ${time.now}`));
  dead.after(10, () => seen.push('dead'));
  sleeper.sleep(50);
  dead.kill();
  await time.run(100);
  expect(seen).toEqual(['input at 50', 'timer at 50']);
});

test('who comes first at one instant depends on what was drawn, and on nothing else', async () => {
  const orderOf = async (ties: number): Promise<string> => {
    const time = new VirtualTime(ties);
    const machines = [time.createMachine(1), time.createMachine(2)];
    let order = '';
    for (const [index, machine] of machines.entries()) {
      machine.after(5, () => (order += `t${index}`));
      machine.input(5, () => (order += `i${index}`));
    }
    await time.run(5);
    return order;
  };
  const orders = await Promise.all(Array.from({ length: 40 }, (_, ties) => orderOf(ties)));
  expect([...new Set(orders)].sort()).toEqual(['i0i1t0t1', 'i1i0t1t0', 't0i0t1i1', 't0t1i0i1', 't1t0i1i0']);
  expect(await orderOf(7)).toBe(orders[7]);
});

test('a world that does not come to rest is an error', async () => {
  const time = new VirtualTime(0, 100);
  const machine = time.createMachine(1);
  const again = (): void => {
    machine.nextTurn(again);
  };
  again();
  await expect(time.run(1)).rejects.toThrow('does not come to rest');
});

import {
  CLOSED_PROCESS_TTL_MS,
  DETACHED_PROCESS_TTL_MS,
  MAX_CLOSED_PROCESSES,
  MAX_PROCESSES_PER_SERVER,
} from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { TestClock } from '../testing/test-clock.js';
import type { ManagedProcess, ProcessTraits } from './managed-process.js';
import { ProcessDirectory } from './process-directory.js';
import { idleProcess, PRINCIPAL } from './testing/idle-process.js';

class World {
  readonly clock = new TestClock();
  readonly directory = new ProcessDirectory(this.clock);
  readonly forgotten: string[] = [];

  get refs(): string[] {
    return this.directory.list(PRINCIPAL).map(({ traits }) => traits.ref);
  }

  add(ref: string, traits: Partial<ProcessTraits> = {}): ManagedProcess {
    const process = idleProcess(this.clock, { ref, ...traits });
    this.directory.add(process);
    return process;
  }

  retire(process: ManagedProcess): void {
    this.directory.retire(process, () => {
      this.forgotten.push(process.traits.ref);
    });
  }
}

test('one start beyond what a server takes is refused, and admitted once another has ended or failed', () => {
  const { directory, ...world } = new World();
  const running = idleProcess(world.clock, { ref: 'running' });
  directory.add(running);
  const releases = Array.from({ length: MAX_PROCESSES_PER_SERVER - 1 }, () => directory.reserve());
  const full = expect.objectContaining({
    kind: 'limitExceeded',
    message: `this server has ${String(MAX_PROCESSES_PER_SERVER)} processes; end some, or use another server`,
  }) as Error;
  expect(() => directory.reserve()).toThrow(full);
  releases.pop()?.();
  releases.push(directory.reserve());
  expect(() => directory.reserve()).toThrow(full);
  directory.retire(running, () => undefined);
  releases.push(directory.reserve());
  expect(() => directory.reserve()).toThrow(full);
});

test('a process counts for its session until it is over or forgotten, and again when somebody is owed more of it', () => {
  const world = new World();
  const counts = (): string => ['here', 'there'].map((one) => world.directory.countOwed(one)).join();
  const seen = [counts()];
  const [here, ...others] = ['here', 'here', 'there'].map((session, at) =>
    world.add(String(at), { session }),
  ) as [ManagedProcess, ...ManagedProcess[]];
  const steps = [
    () => world.retire(here),
    () => world.retire(here),
    () => world.directory.revive(here),
    () => world.directory.revive(here),
    () => world.retire(here),
    () => world.clock.advance(CLOSED_PROCESS_TTL_MS),
    () => world.directory.revive(here),
    () => world.retire(here),
    () => others.forEach((process) => world.directory.remove(process)),
    () => world.directory.remove(here),
  ];
  for (const step of steps) {
    seen.push(counts());
    step();
  }
  const [all, over, none] = ['2,1', '1,1', '0,0'];
  expect(seen).toEqual([none, all, over, over, all, all, over, over, over, over, none]);
  expect(counts()).toBe(none);
});

test('one closed process beyond what a server keeps makes it forget the oldest, and nothing that runs', () => {
  const world = new World();
  world.add('running');
  for (let at = 1; at <= MAX_CLOSED_PROCESSES; at += 1) world.retire(world.add(String(at)));
  expect([world.refs.length, world.forgotten]).toEqual([MAX_CLOSED_PROCESSES + 1, []]);
  world.retire(world.add('one more'));
  expect([world.refs.length, world.forgotten]).toEqual([MAX_CLOSED_PROCESSES + 1, ['1']]);
  expect(world.refs.slice(0, 2)).toEqual(['running', '2']);
  expect(world.clock.pending).toBe(MAX_CLOSED_PROCESSES);
});

test('a session that starts without end forgets its own, and the only one of another session keeps its hour', () => {
  const world = new World();
  world.retire(world.add('job', { session: 'calm', lifetime: 'server' }));
  const names = Array.from({ length: 3 * MAX_CLOSED_PROCESSES }, (_, at) => String(at));
  for (const name of names) world.retire(world.add(name, { session: 'busy' }));
  const kept = names.slice(1 - MAX_CLOSED_PROCESSES);
  expect(world.refs).toEqual(['job', ...kept]);
  expect(world.forgotten).toEqual(names.slice(0, 1 - MAX_CLOSED_PROCESSES));
  world.clock.advance(DETACHED_PROCESS_TTL_MS - 1);
  expect(world.refs).toEqual(['job']);
  world.clock.advance(1);
  expect([world.refs, world.clock.pending]).toEqual([[], 0]);
});

test('who comes later has as many closed processes as who had them all, and loses none before', () => {
  const world = new World();
  const half = MAX_CLOSED_PROCESSES / 2;
  const first = Array.from({ length: 2 * half }, (_, at) => `first ${String(at)}`);
  const later = Array.from({ length: half + 2 }, (_, at) => `later ${String(at)}`);
  for (const ref of first) world.retire(world.add(ref, { session: 'first' }));
  for (const ref of later.slice(0, half)) world.retire(world.add(ref, { session: 'later' }));
  expect(world.refs).toEqual([...first.slice(half), ...later.slice(0, half)]);
  for (const ref of later.slice(half)) world.retire(world.add(ref, { session: 'later' }));
  expect(world.forgotten.slice(half)).toEqual(['later 0', 'later 1']);
});

test('of sessions that have equally many, the one that has had so many for longest loses one', () => {
  const world = new World();
  for (let at = 0; at < MAX_CLOSED_PROCESSES; at += 1) {
    world.retire(world.add(String(at), { session: String(at) }));
  }
  for (const ref of ['one', 'two']) world.retire(world.add(ref, { session: ref }));
  expect(world.forgotten).toEqual(['0', '1']);
});

test('a closed process that is owed again or removed leaves its place to others', () => {
  const world = new World();
  const [again, gone] = ['again', 'gone'].map((ref) => world.add(ref, { session: ref })) as [
    ManagedProcess,
    ManagedProcess,
  ];
  for (const process of [again, gone]) world.retire(process);
  for (let at = 3; at <= MAX_CLOSED_PROCESSES; at += 1) world.retire(world.add(String(at)));
  world.directory.revive(again);
  world.directory.remove(gone);
  for (const ref of ['one', 'two']) world.retire(world.add(ref));
  expect(world.forgotten).toEqual(['gone']);
  world.retire(again);
  expect(world.forgotten).toEqual(['gone', '3']);
});

test('a closed process is readable for its time, to the millisecond, and one that outlives its session longer', () => {
  const world = new World();
  world.retire(world.add('short'));
  world.retire(world.add('long', { lifetime: 'server' }));
  world.clock.advance(CLOSED_PROCESS_TTL_MS - 1);
  expect(world.refs).toEqual(['short', 'long']);
  world.clock.advance(1);
  expect(world.refs).toEqual(['long']);
  world.clock.advance(DETACHED_PROCESS_TTL_MS - CLOSED_PROCESS_TTL_MS - 1);
  expect(world.refs).toEqual(['long']);
  world.clock.advance(1);
  expect([world.refs, world.forgotten, world.clock.pending]).toEqual([[], ['short', 'long'], 0]);
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startTimeOf } from '../spawn/group/process-tree.js';
import { WatchList } from './watch-list.js';

const onLinux = process.platform === 'linux';

/** Starts a group whose leader waits for its stdin to end, and leaves the second member behind when asked to. */
function startGroup(script: string): { pid: number; exited: Promise<unknown>; end: () => void } {
  const child = spawn('sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  const pid = child.pid ?? -1;
  return {
    pid,
    exited: once(child, 'exit'),
    end: () => {
      child.stdin.end();
    },
  };
}

test.runIf(onLinux)(
  'a group is told with the start time of its leader, and its end when it is empty',
  async () => {
    const list = new WatchList();
    const group = startGroup('read -r line');
    list.add(group.pid);
    const line = `+ ${group.pid} ${startTimeOf(group.pid) ?? ''}\n`;
    expect([list.takeChanges(), list.takeChanges(), list.takeAll()]).toEqual([line, '', line]);
    group.end();
    await group.exited;
    list.leaderGone(group.pid);
    expect([list.takeChanges(), list.takeAll(), list.hasLeaderless]).toEqual([`- ${group.pid}\n`, '', false]);
  },
);

test('of a group that came and went nothing is told', async () => {
  const list = new WatchList();
  const group = startGroup('read -r line');
  list.add(group.pid);
  group.end();
  await group.exited;
  list.leaderGone(group.pid);
  expect([list.takeChanges(), list.takeAll()]).toEqual(['', '']);
});

test.runIf(onLinux)('a group stays on the list while it has members', async () => {
  const list = new WatchList();
  const group = startGroup('sleep 300 & read -r line');
  try {
    list.add(group.pid);
    group.end();
    await group.exited;
    list.leaderGone(group.pid);
    list.dropEmpty();
    // Its leader was gone before its start time could be read.
    expect([list.takeChanges(), list.hasLeaderless]).toEqual([`+ ${group.pid} 0\n`, true]);
  } finally {
    process.kill(-group.pid, 'SIGKILL');
  }
});

test.runIf(onLinux)('a number that is started again replaces the group that had it', async () => {
  const list = new WatchList();
  const group = startGroup('read -r line');
  list.add(group.pid);
  const line = list.takeChanges();
  list.add(group.pid);
  expect(list.takeChanges()).toBe(`- ${group.pid}\n${line}`);
  group.end();
  await group.exited;
});

import type { Transport } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { VirtualTime } from '../time/virtual-time.js';
import { Link, type LinkOptions } from './link.js';

interface Ends {
  readonly time: VirtualTime;
  readonly link: Link;
  readonly client: string[];
  readonly server: string[];
}

function linkOf(options: Partial<LinkOptions> = {}): Ends {
  const time = new VirtualTime(0);
  const machines = { client: time.createMachine(1), server: time.createMachine(2) };
  const all = {
    latencyMs: 10,
    capacityBytes: 1000,
    segmentBytes: 1000,
    weight: 1,
    canPing: true,
    destroyMs: 0,
    ...options,
  };
  const link = new Link('link', machines, all, () => undefined);
  return { time, link, client: record(time, link.client), server: record(time, link.server) };
}

function record(time: VirtualTime, transport: Transport): string[] {
  const heard: string[] = [];
  transport.start({
    onMessage: (message) => heard.push(`${time.now} ${String(message)}`),
    onHeartbeat: () => heard.push(`${time.now} heartbeat`),
    onDrain: () => undefined,
    onClose: ({ code }) => heard.push(`${time.now} closed ${code}`),
  });
  return heard;
}

test('messages arrive in order after the latency, whatever pieces they travel in', async () => {
  const { time, link, server } = linkOf({ segmentBytes: 3 });
  link.client.send('hello');
  link.client.send('you');
  await time.run(100);
  expect(server).toEqual(['10 hello', '10 you']);
});

test('a cut inside a frame lets only the frames before it arrive, and tells each side when it should', async () => {
  const { time, link, client, server } = linkOf();
  link.toServer.cutAt('first\nse'.length, () => {
    link.cut({ clientMs: 5, serverMs: undefined });
  });
  link.client.send('first');
  link.client.send('second');
  link.server.send('answer');
  await time.run(100);
  expect([client, server]).toEqual([['15 closed 1006'], ['10 first']]);
});

test('nothing moves over a stalled link and nothing is lost, a ping needs both directions', async () => {
  const { time, link, client, server } = linkOf();
  const free = link.toClient.stall();
  expect(link.client.ping()).toBe(true);
  link.server.send('late');
  await time.run(50);
  expect([client, server]).toEqual([[], ['10 heartbeat']]);
  free();
  await time.run(60);
  expect(client).toEqual(['50 late', '50 heartbeat']);
});

test('what does not fit waits at the sender, weighted, until there is room', async () => {
  const { time, link, server } = linkOf({ capacityBytes: 4, weight: 100 });
  link.client.send('abcdefg');
  await time.run(0);
  expect(link.client.bufferedBytes).toBe(400);
  await time.run(15);
  expect([link.client.bufferedBytes, server]).toEqual([0, []]);
  await time.run(100);
  expect(server).toEqual(['20 abcdefg']);
});

test('a close lets everything arrive first and is told to both sides', async () => {
  const { time, link, client, server } = linkOf();
  link.client.send('last');
  link.client.close('normal', 'done');
  link.client.send('too late');
  await time.run(100);
  expect([client, server]).toEqual([['20 closed 1000'], ['10 last', '10 closed 1000']]);
});

test('a close that nobody answers ends by itself', async () => {
  const { time, link, client } = linkOf();
  link.cut({ clientMs: undefined, serverMs: undefined });
  link.client.close('normal', '');
  await time.run(60_000);
  expect(client).toEqual(['30000 closed 1006']);
});

test('a dropped carrier loses what had not left, and the other side hears of a broken one', async () => {
  const { time, link, client, server } = linkOf({ capacityBytes: 5 });
  link.client.send('gone');
  await time.run(1);
  link.client.send('never sent');
  link.client.destroy();
  await time.run(100);
  expect([client, server]).toEqual([['1 closed 1006'], ['10 gone', '11 closed 1006']]);
});

test('a side that does not read hears nothing, and a slow link takes its time', async () => {
  const { time, link, server } = linkOf();
  link.server.pause();
  link.toServer.limitRate(1);
  link.client.send('123456789');
  await time.run(100);
  expect(server).toEqual([]);
  link.server.resume();
  await time.run(100);
  expect(server).toEqual(['100 123456789']);
});

test('events of the link before are told again, ahead of the first event', async () => {
  const { time, link, client } = linkOf();
  link.server.repeatEvents(['{"method":"process/output","params":1}']);
  link.server.send('{"id":1}');
  link.server.send('{"method":"process/output","params":2}');
  await time.run(100);
  expect(client.map((line) => line.slice(-10))).toEqual(['0 {"id":1}', 'params":1}', 'params":2}']);
});

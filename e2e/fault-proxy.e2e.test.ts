import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually, settled, within } from './deadline.js';
import { type FaultProxy, type Link, startFaultProxy } from './fault-proxy.js';
import { temporaryDirectory } from './harness.js';

const MEGABYTE = 1_000_000;

/** One end of a connection and all that happened to it. */
class End {
  readonly socket: Socket;
  readonly #pieces: Buffer[] = [];
  hasEnded = false;
  error: string | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => this.#pieces.push(bytes));
    socket.once('end', () => (this.hasEnded = true));
    socket.once('error', (error: NodeJS.ErrnoException) => (this.error = error.code));
  }

  get received(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  /** Whether it has heard that the connection is over, one way or another. */
  get isOver(): boolean {
    return this.hasEnded || this.error !== undefined;
  }

  /** What happened so far, as one value. */
  get seen(): object {
    return { text: this.received.toString('latin1'), hasEnded: this.hasEnded, error: this.error };
  }
}

function seen(text: string, { hasEnded = false, error = undefined as string | undefined } = {}): object {
  return { text, hasEnded, error };
}

async function expectSoon(end: End, expected: object): Promise<void> {
  const last = await eventually(
    JSON.stringify(expected),
    () => (JSON.stringify(end.seen) === JSON.stringify(expected) ? end.seen : undefined),
    2_000,
  ).catch(() => end.seen);
  expect(last).toEqual(expected);
}

describe.each(['ws', 'unix'] as const)('in front of a server on %s', (carrier) => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let server: Server;
  let target: string;
  let proxy: FaultProxy;
  let ends: End[];

  async function listen(name: string): Promise<{ server: Server; url: string }> {
    const listener = createServer({ allowHalfOpen: true }, (socket) => ends.push(new End(socket)));
    const path = join(directory.path, name);
    if (carrier === 'unix') listener.listen(path);
    else listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const url =
      carrier === 'unix'
        ? `unix:${path}`
        : `ws://127.0.0.1:${String((listener.address() as AddressInfo).port)}/?token=t`;
    return { server: listener, url };
  }

  beforeEach(async () => {
    directory = await temporaryDirectory();
    ends = [];
    ({ server, url: target } = await listen('server.sock'));
    proxy = await startFaultProxy(target);
  });

  afterEach(async () => {
    await proxy[Symbol.asyncDispose]();
    for (const { socket } of ends) socket.destroy();
    server.close();
    await directory[Symbol.asyncDispose]();
  });

  function dial(): End {
    const address = proxy.url.startsWith('unix:')
      ? { path: proxy.url.slice('unix:'.length) }
      : { host: '127.0.0.1', port: Number(new URL(proxy.url).port) };
    return new End(connect({ ...address, allowHalfOpen: true }));
  }

  async function joined(): Promise<{ client: End; remote: End; link: Link }> {
    const before = ends.length;
    const client = dial();
    const remote = await eventually('a connection at the server', () => ends[before]);
    const link = await eventually('a link', () => proxy.links.at(-1));
    return { client, remote, link };
  }

  test('bytes and ends of input pass in both directions, and are counted', async () => {
    if (carrier === 'ws') expect(new URL(proxy.url).search).toBe('?token=t');
    const { client, remote } = await joined();
    client.socket.end('question');
    await expectSoon(remote, seen('question', { hasEnded: true }));
    remote.socket.end('the answer');
    await expectSoon(client, seen('the answer', { hasEnded: true }));
    await eventually('no link', () => proxy.links.length === 0 || undefined);
    expect(proxy.counts).toEqual({ accepted: 1, refused: 0, bytes: { toServer: 8, toClient: 10 } });
  });

  test('a reset is a broken connection at both ends', async () => {
    const { client, remote, link } = await joined();
    client.socket.write('x');
    await expectSoon(remote, seen('x'));
    proxy.inject({ kind: 'reset' });
    // A Unix socket has no RST; its peer sees an end.
    const broken = carrier === 'unix' ? { hasEnded: true } : { error: 'ECONNRESET' };
    await expectSoon(client, seen('', broken));
    await expectSoon(remote, seen('x', broken));
    await eventually('a closed link', () => !link.isOpen || undefined);
  });

  test('a finish is an end of input at both ends, and what is sent later goes nowhere', async () => {
    const { client, remote } = await joined();
    proxy.inject({ kind: 'finish' });
    await expectSoon(client, seen('', { hasEnded: true }));
    await expectSoon(remote, seen('', { hasEnded: true }));
    client.socket.end('lost');
    remote.socket.end('lost');
    await eventually('no link', () => proxy.links.length === 0 || undefined);
    expect([client.seen, remote.seen, proxy.counts.bytes]).toEqual([
      seen('', { hasEnded: true }),
      seen('', { hasEnded: true }),
      { toServer: 0, toClient: 0 },
    ]);
  });

  test('a half-close ends one direction and leaves the other', async () => {
    const { client, remote, link } = await joined();
    link.inject({ kind: 'halfClose', direction: 'toServer' });
    client.socket.write('lost');
    remote.socket.write('still here');
    await expectSoon(remote, seen('', { hasEnded: true }));
    await expectSoon(client, seen('still here'));
    expect(link.isOpen).toBe(true);
  });

  test('in a stall nothing moves and nothing breaks; writers fill what the kernel holds', async () => {
    const { client, remote, link } = await joined();
    proxy.inject({ kind: 'stall' });
    const sent = Buffer.alloc(20 * MEGABYTE, 'abc');
    client.socket.write(sent);
    const waiting = await settled(
      'a full kernel',
      () => client.socket.bytesWritten - client.socket.writableLength,
    );
    expect(waiting).toBeLessThan(sent.length);
    expect([remote.seen, client.seen, link.bytes]).toEqual([
      seen(''),
      seen(''),
      { toServer: 0, toClient: 0 },
    ]);
    proxy.inject({ kind: 'pass' });
    await eventually('all bytes', () => remote.received.length === sent.length || undefined);
    expect(remote.received.equals(sent)).toBe(true);
  });

  test('who hangs up behind a stall is missed by nobody until it is over', async () => {
    const { client, remote, link } = await joined();
    // The client does not read, so that something is under way to it that can fail.
    client.socket.pause();
    remote.socket.write(Buffer.alloc(20 * MEGABYTE));
    await settled('a full kernel', () => remote.socket.writableLength);
    link.inject({ kind: 'stall' });
    client.socket.destroy();
    await within('the hang-up', once(client.socket, 'close'));
    await settled('a quiet server', () => JSON.stringify(remote.seen));
    expect([remote.seen, link.isOpen]).toEqual([seen(''), true]);
    link.inject({ kind: 'pass' });
    await eventually('the end', () => remote.isOver || undefined);
  });

  test('a delay keeps every byte back for its time, in order', async () => {
    const { client, remote } = await joined();
    proxy.inject({ kind: 'delay', ms: 100 });
    const from = performance.now();
    client.socket.write('a');
    await expectSoon(remote, seen('a'));
    expect(performance.now() - from).toBeGreaterThanOrEqual(100);
    client.socket.write('b');
    proxy.inject({ kind: 'pass' });
    client.socket.end('c');
    await expectSoon(remote, seen('abc', { hasEnded: true }));
  });

  test('a drip lets so many bytes through at a time', async () => {
    const { client, remote, link } = await joined();
    proxy.inject({ kind: 'drip', bytes: 3, everyMs: 10 });
    client.socket.write('123456789');
    const steps = new Set<number>();
    await eventually('all drops', () => {
      steps.add(link.bytes.toServer);
      return remote.received.length === 9 || undefined;
    });
    expect([...steps].filter((bytes) => bytes % 3 !== 0)).toEqual([]);
    expect(steps.size).toBeGreaterThan(2);
    expect(remote.seen).toEqual(seen('123456789'));
  });

  test.each(['toServer', 'toClient'] as const)(
    'a cut comes after exactly so many bytes %s',
    async (direction) => {
      proxy.newLinks = { kind: 'cutAfter', direction, bytes: 100_001, how: 'finish' };
      const { client, remote } = await joined();
      const [writer, reader] = direction === 'toServer' ? [client, remote] : [remote, client];
      writer.socket.write('x'.repeat(100_000));
      await eventually('what comes before', () => reader.received.length === 100_000 || undefined);
      expect(reader.hasEnded).toBe(false);
      writer.socket.write('yz');
      await expectSoon(reader, seen(`${'x'.repeat(100_000)}y`, { hasEnded: true }));
    },
  );

  test('only the link that is meant is cut, and only new links get what new links get', async () => {
    const first = await joined();
    const second = await joined();
    proxy.newLinks = { kind: 'stall' };
    first.link.inject({ kind: 'finish' });
    second.client.socket.write('through');
    await expectSoon(second.remote, seen('through'));
    await expectSoon(first.remote, seen('', { hasEnded: true }));
    const third = await joined();
    third.client.socket.write('held');
    await settled('a quiet server', () => JSON.stringify(third.remote.seen));
    expect(third.remote.seen).toEqual(seen(''));
  });

  test('a new connection is refused while that is asked for, and open ones go on', async () => {
    const { client, remote } = await joined();
    proxy.newLinks = { kind: 'refuse' };
    const refused = dial();
    await eventually('the refusal', () => refused.isOver || undefined);
    client.socket.write('open');
    await expectSoon(remote, seen('open'));
    proxy.newLinks = { kind: 'pass' };
    await joined();
    expect({ connections: ends.length, ...proxy.counts }).toMatchObject({
      connections: 2,
      accepted: 3,
      refused: 1,
    });
  });

  test('a target that is gone refuses; another one can take its place', async () => {
    server.close();
    const refused = dial();
    await eventually('the refusal', () => proxy.counts.refused === 1 || undefined);
    await eventually('its end', () => refused.isOver || undefined);
    const other = await listen('other.sock');
    proxy.retarget(other.url);
    const { client, remote } = await joined();
    client.socket.write('new');
    await expectSoon(remote, seen('new'));
    other.server.close();
  });
});

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { MAX_PROXY_FAREWELL_BYTES, PROXY_FAREWELL_MS, PROXY_REQUEST_TIMEOUT_MS } from '../../limits.js';
import { over, rigProxy } from './testing/proxy-rig.js';

const DEADLINE_MS = 30_000;
const WAIT = { timeout: 15_000 };

afterEach(() => {
  vi.useRealTimers();
});

const SOCKS_TO_OTHER = Buffer.from([5, 1, 0, 5, 1, 0, 1, 8, 8, 8, 8, 0, 1]);

test.each([
  ['a CONNECT to another host', 'CONNECT b.example:443 HTTP/1.1\r\n\r\n', 'HTTP/1.1 403', 'not_allowed'],
  ['a CONNECT to no host', 'CONNECT x HTTP/1.1\r\n\r\n', 'HTTP/1.1 403', 'invalid_target'],
  ['a SOCKS request to another host', SOCKS_TO_OTHER, '\x05\x00\x05\x02', 'not_allowed'],
  ['a SOCKS greeting without a way that we know', Buffer.from([5, 1, 2]), '\x05\xff', 'not_supported'],
  ['what is no greeting', Buffer.from([5, 1, 0, 4, 1, 0]), '\x05\x00', 'malformed'],
  ['what is no request', 'XX\r\n\r\n', 'HTTP/1.1 400', 'malformed'],
])(
  'a client that was refused for %s may read why, and keeps no connection by leaving its end open',
  async (_, request, answer, reason) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await using rig = await rigProxy(() => undefined);
    const client = await rig.dial();
    let got = '';
    client.on('data', (chunk: Buffer) => (got += chunk.toString('latin1')));
    const ended = once(client, 'end');
    client.write(request);
    await ended;
    expect(got.slice(0, answer.length)).toBe(answer);
    const socket = rig.inside[0] as Socket;
    vi.advanceTimersByTime(PROXY_FAREWELL_MS - 1);
    expect(socket.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(socket.destroyed).toBe(true);
    vi.advanceTimersByTime(PROXY_REQUEST_TIMEOUT_MS);
    expect([rig.decisions, rig.faults]).toEqual([[reason], []]);
  },
  DEADLINE_MS,
);

test(
  'a client that was refused and sends much is closed at once, one byte behind what it may send',
  async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await using rig = await rigProxy(() => undefined);
    const client = await rig.dial();
    client.resume().write(Buffer.from([5, 1, 2]));
    await once(client, 'end');
    const socket = rig.inside[0] as Socket;
    const before = socket.bytesRead;
    client.write(Buffer.alloc(MAX_PROXY_FAREWELL_BYTES));
    await vi.waitFor(() => expect(socket.bytesRead - before).toBe(MAX_PROXY_FAREWELL_BYTES), WAIT);
    expect(socket.destroyed).toBe(false);
    const closed = once(socket, 'close');
    client.write('x');
    await closed;
  },
  DEADLINE_MS,
);

test(
  'who stops in the midst of a SOCKS greeting is refused once',
  async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await using rig = await rigProxy(() => undefined);
    const client = await rig.dial();
    client.write(Buffer.from([5]));
    await vi.waitFor(() => expect(rig.inside[0]?.bytesRead).toBe(1), WAIT);
    const closed = once(rig.inside[0] as Socket, 'close');
    vi.advanceTimersByTime(PROXY_REQUEST_TIMEOUT_MS);
    await closed;
    await new Promise(setImmediate);
    expect(rig.decisions).toEqual(['malformed']);
  },
  DEADLINE_MS,
);

test(
  'what goes wrong in serving a connection ends that one, and is told',
  async () => {
    const broken = new Error('it broke');
    await using rig = await rigProxy(
      () => undefined,
      () => {
        throw broken;
      },
    );
    const [http, tunnel, socks] = [await rig.dial(), await rig.dial(), await rig.dial()];
    http.write('GET http://b.example/ HTTP/1.1\r\nHost: b.example\r\n\r\n');
    tunnel.write('CONNECT b.example:443 HTTP/1.1\r\n\r\n');
    socks.write(SOCKS_TO_OTHER);
    await Promise.all([http, tunnel, socks].map((client) => over(client)));
    expect(rig.faults).toEqual([broken, broken, broken]);
  },
  DEADLINE_MS,
);

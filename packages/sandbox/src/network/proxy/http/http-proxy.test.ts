import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test, vi } from 'vitest';
import {
  MAX_PASSED_A_TURN,
  MAX_PROXY_HEADER_BYTES,
  MAX_PROXY_HEADERS,
  MAX_PROXY_REQUESTS_BEHIND,
  PROXY_REQUEST_TIMEOUT_MS,
} from '../../../limits.js';
import { over, type ProxyRig, rigProxy } from '../testing/proxy-rig.js';

const DEADLINE_MS = 30_000;
const WAIT = { timeout: 15_000 };

const GET = 'GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n';

const UNREACHABLE = '{"status":"failed","host":"a.example","reason":"unreachable"}';

afterEach(() => {
  vi.useRealTimers();
});

/** A server that answers the first bytes that come with what is given, and leaves its end open. */
function answering(answer: string): Promise<ProxyRig> {
  return rigProxy((socket) => {
    socket.once('data', () => socket.write(answer, 'latin1'));
  });
}

/** The first line and the body of an answer. */
function partsOf(answer: string): readonly unknown[] {
  return [answer.split('\r\n')[0], answer.slice(answer.indexOf('\r\n\r\n') + 4)];
}

test.each([
  ['below 100', 'HTTP/1.1 099 OK\r\nContent-Length: 2\r\n\r\nhi'],
  ['of nothing', 'HTTP/1.1 000 OK\r\nContent-Length: 2\r\n\r\nhi'],
  ['that switches protocols', 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nhello'],
])(
  'an answer with a status %s is a failure of that request alone',
  async (_, answer) => {
    await using rig = await answering(answer);
    const client = await rig.dial();
    client.write(GET);
    expect(partsOf(await text(client))).toEqual(['HTTP/1.1 502 Bad Gateway', UNREACHABLE]);
    await over(rig.outside[0] as Socket);
    expect([rig.decisions, rig.faults]).toEqual([['allow'], []]);
  },
  DEADLINE_MS,
);

test.each([
  ['cannot be written', 'O\u0001K'],
  ['are none', ''],
  ['are odd', 'Fine, thank you'],
])(
  'the words of a status are ours, also where those of the server %s',
  async (_, words) => {
    await using rig = await answering(`HTTP/1.1 200 ${words}\r\nContent-Length: 2\r\n\r\nhi`);
    const client = await rig.dial();
    client.write(GET);
    expect(partsOf(await text(client))).toEqual(['HTTP/1.1 200 OK', 'hi']);
  },
  DEADLINE_MS,
);

test(
  'a malformed request is refused once, whatever follows it',
  async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await using rig = await rigProxy(() => undefined);
    const client = await rig.dial();
    client.write('XX\r\n\r\n');
    await once(client, 'data');
    client.write('YY\r\n\r\n');
    const socket = rig.inside[0] as Socket;
    await vi.waitFor(() => expect(socket.bytesRead).toBe(12), WAIT);
    const closed = once(socket, 'close');
    vi.advanceTimersByTime(PROXY_REQUEST_TIMEOUT_MS);
    await closed;
    expect(rig.decisions).toEqual(['malformed']);
  },
  DEADLINE_MS,
);

test(
  'a body that turns out malformed ends its request without a word in the midst of the answer',
  async () => {
    await using rig = await rigProxy((socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nstart'));
    });
    const client = await rig.dial();
    client.write(
      'POST http://a.example/ HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
    );
    let got = '';
    client.on('data', (chunk: Buffer) => (got += String(chunk)));
    await vi.waitFor(() => expect(got).toMatch(/start$/), WAIT);
    client.write('no chunk\r\n');
    await over(client);
    expect([got.endsWith('start'), rig.decisions]).toEqual([true, ['allow', 'malformed']]);
  },
  DEADLINE_MS,
);

const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: evil\r\n\r\n';

/** With two more, as many headers as may be. */
const MANY = 'a:\r\n'.repeat(MAX_PROXY_HEADERS - 2);

test.each(['GET', 'HEAD', 'DELETE', 'OPTIONS'])(
  'a body of %s keeps its length behind as many headers as may be',
  async (method) => {
    let got = '';
    await using rig = await rigProxy((socket) => {
      socket.on('data', (chunk: Buffer) => {
        got += String(chunk);
        if (got.endsWith(SMUGGLED)) socket.end('HTTP/1.1 204 No Content\r\n\r\n');
      });
    });
    const client = await rig.dial();
    const head = `${method} http://a.example/ HTTP/1.1\r\nHost: a.example\r\n${MANY}`;
    client.write(`${head}Content-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`);
    await text(client);
    expect(got.toLowerCase().split('\r\n\r\n')[0]).toContain(`\r\ncontent-length: ${SMUGGLED.length}`);
  },
  DEADLINE_MS,
);

/** What stands between the words of a header is not counted. */
const UNCOUNTED_BYTES = 64;

test.each([
  ['as long as may be', MAX_PROXY_HEADER_BYTES - 1, 'HTTP/1.1 204 No Content', 'allow'],
  ['longer than may be', MAX_PROXY_HEADER_BYTES + UNCOUNTED_BYTES, 'HTTP/1.1 400 Bad Request', 'malformed'],
])(
  'what comes before a body and is %s is answered so',
  async (_, bytes, answer, decision) => {
    await using rig = await answering('HTTP/1.1 204 No Content\r\n\r\n');
    const client = await rig.dial();
    const [start, end] = ['GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nX: ', '\r\n\r\n'];
    client.write(`${start}${'x'.repeat(bytes - start.length - end.length)}${end}`);
    expect(partsOf(await text(client))[0]).toBe(answer);
    expect([rig.decisions, rig.outside.length]).toEqual([[decision], decision === 'allow' ? 1 : 0]);
  },
  DEADLINE_MS,
);

test.each([
  [
    'whose length is called a matter of this hop',
    'Host: a.example\r\nConnection: content-length',
    'malformed',
  ],
  ['whose host is called that', 'Host: a.example\r\nConnection: close, Host', 'malformed'],
  ['with another host behind many headers', `${MANY}Host: evil`, 'other_host'],
])(
  'a request %s is refused',
  async (_, headers, reason) => {
    await using rig = await rigProxy(() => undefined);
    const client = await rig.dial();
    client.write(
      `GET http://a.example/ HTTP/1.1\r\n${headers}\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
    );
    expect(partsOf(await text(client))[0]).toBe('HTTP/1.1 403 Forbidden');
    expect([rig.decisions, rig.outside]).toEqual([[reason], []]);
  },
  DEADLINE_MS,
);

test.each([
  ['another host', 'GET http://a.example/', `Host: a.example\r\n${MANY}Host: evil\r\n`],
  ['a length', 'GET http://a.example/', `Host: a.example\r\n${MANY}A: b\r\nContent-Length: 0\r\n`],
  ['a thousand headers', 'GET http://a.example/', MANY + MANY],
  ['nothing of the kind', 'CONNECT a.example:443', `Host: a.example:443\r\n${MANY}A: b\r\n`],
])(
  'of a request with more headers than may be, and %s among them, nothing is passed on',
  async (_, start, headers) => {
    await using rig = await rigProxy(() => undefined);
    const client = await rig.dial();
    client.write(`${start} HTTP/1.1\r\n${headers}C: d\r\n\r\n`);
    expect(partsOf(await text(client))).toEqual([
      'HTTP/1.1 431 Request Header Fields Too Large',
      '{"status":"blocked","reason":"malformed"}',
    ]);
    expect([rig.decisions, rig.outside, rig.faults]).toEqual([['malformed'], [], []]);
  },
  DEADLINE_MS,
);

test.each([
  ['as many headers as may be is passed on', '', ['HTTP/1.1 200 OK', 'hi']],
  ['one header more is none', 'A: b\r\n', ['HTTP/1.1 502 Bad Gateway', UNREACHABLE]],
])(
  'an answer with %s',
  async (_, more, parts) => {
    await using rig = await answering(
      `HTTP/1.1 200 OK\r\n${MANY}Set-Cookie: c\r\n${more}Content-Length: 2\r\n\r\nhi`,
    );
    const client = await rig.dial();
    client.write(GET);
    expect(partsOf(await text(client))).toEqual(parts);
    await over(rig.outside[0] as Socket);
  },
  DEADLINE_MS,
);

test.each([
  ['requests', 'GET ftp://a.example/ HTTP/1.1\r\n\r\n'],
  ['CONNECTs', 'CONNECT a.example HTTP/1.1\r\n\r\n'],
])(
  'of %s that are complete at once, few are served in each turn of the event loop',
  async (_, request) => {
    const counts: number[] = [];
    let count = 0;
    const countTurn = (): void => {
      counts.push(count);
      count = 0;
    };
    await using rig = await rigProxy(
      () => undefined,
      () => {
        if (count === 0) setImmediate(countTurn);
        count += 1;
      },
    );
    const all = 4 * MAX_PASSED_A_TURN;
    const clients = await Promise.all(Array.from({ length: all }, () => rig.dial()));
    for (const client of clients) client.write(request.slice(0, -1));
    await vi.waitUntil(
      () => rig.inside.length === all && rig.inside.every(({ bytesRead }) => bytesRead > 0),
      WAIT,
    );
    for (const client of clients) client.write('\n');
    await Promise.all(clients.map(over));
    expect([rig.decisions.length, Math.max(...counts)]).toEqual([all, MAX_PASSED_A_TURN]);
  },
  DEADLINE_MS,
);

const BEHIND =
  'POST http://b.example/ HTTP/1.1\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nC: d\r\n\r\n';

test(
  'as many requests as may be behind another take it nothing, and nothing of them is kept until it is answered',
  async () => {
    const seen: IncomingMessage[] = [];
    const see = (message: unknown): void => {
      seen.push((message as { readonly request: IncomingMessage }).request);
    };
    subscribe('http.server.request.start', see);
    await using rig = await rigProxy(() => undefined);
    const client = await rig.dial();
    client.write(GET + BEHIND.repeat(MAX_PROXY_REQUESTS_BEHIND));
    await vi.waitUntil(
      () => seen.filter(({ complete }) => complete).length > MAX_PROXY_REQUESTS_BEHIND,
      WAIT,
    );
    await vi.waitUntil(() => seen.slice(1).every(({ readableEnded }) => readableEnded), WAIT);
    unsubscribe('http.server.request.start', see);
    expect(seen.slice(1).map(({ url, rawHeaders, rawTrailers }) => [url, rawHeaders, rawTrailers])).toEqual(
      Array.from({ length: MAX_PROXY_REQUESTS_BEHIND }, () => ['', [], []]),
    );
    await vi.waitUntil(() => rig.outside.length === 1, WAIT);
    rig.outside[0]?.end('HTTP/1.1 204 No Content\r\n\r\n');
    expect((await text(client)).match(/HTTP\S* \d+/g)).toEqual(['HTTP/1.1 204']);
    expect([rig.decisions, rig.faults]).toEqual([['allow'], []]);
  },
  DEADLINE_MS,
);

test(
  'with one more the connection is over, though its first request has no answer',
  async () => {
    await using rig = await rigProxy(() => undefined);
    const client = await rig.dial();
    client.write(GET);
    await vi.waitUntil(() => rig.outside.length === 1, WAIT);
    client.write(BEHIND.repeat(MAX_PROXY_REQUESTS_BEHIND + 1));
    expect(await text(client)).toBe('');
    await Promise.all(rig.outside.map(over));
    expect([rig.decisions, rig.faults]).toEqual([['allow'], []]);
  },
  DEADLINE_MS,
);

const LETTERS = Array.from({ length: 2000 }, (_, at) => String.fromCharCode(97 + (at % 26)));
const IN_LETTERS = `${LETTERS.map((letter) => `1\r\n${letter}\r\n`).join('')}0\r\n\r\n`;

/** The sizes of the parts in which a body came. */
function partSizes(message: string): readonly number[] {
  return [...message.matchAll(/^([0-9a-f]+)\r$/gm)].map(([, size = '']) => Number.parseInt(size, 16));
}

test(
  'bodies in parts of single bytes are carried in larger ones, both ways',
  async () => {
    let got = '';
    await using rig = await rigProxy((socket) => {
      socket.on('data', (chunk: Buffer) => {
        got += String(chunk);
        if (got.endsWith('\r\n0\r\n\r\n')) {
          socket.end(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${IN_LETTERS}`);
        }
      });
    });
    const client = await rig.dial();
    const head = 'POST http://a.example/ HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n';
    client.write(`${head}${IN_LETTERS}`);
    const answer = await text(client);
    for (const message of [got, answer]) {
      expect(message.replaceAll(/^[0-9a-f]+\r\n|\r\n/gm, '')).toContain(LETTERS.join(''));
      expect(partSizes(message).length).toBeLessThan(20);
    }
  },
  DEADLINE_MS,
);

const TOO_BIG = 'too big\n'.repeat(6250);

test.each([['is reset'], ['is read no further'], ['is gone']])(
  'an answer that comes before a body has been sent is passed on, where the connection of the server %s',
  async (how) => {
    await using rig = await rigProxy((socket) => {
      socket.once('data', () => {
        socket.pause();
        socket.write(`HTTP/1.1 413 Too Large\r\nContent-Length: 50000\r\n\r\n${TOO_BIG}`, () => {
          if (how === 'is reset') socket.resetAndDestroy();
          else if (how === 'is gone') socket.destroy();
          else socket.end();
        });
      });
    });
    const body = Buffer.alloc(4_000_000);
    for (let time = 0; time < 5; time += 1) {
      const client = await rig.dial();
      client.write(
        `POST http://a.example/ HTTP/1.1\r\nHost: a.example\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`,
      );
      client.write(body);
      expect(partsOf(await text(client))).toEqual(['HTTP/1.1 413 Payload Too Large', TOO_BIG]);
      client.destroy();
      await over(rig.inside[time] as Socket);
    }
    expect(rig.decisions).toEqual(Array.from({ length: 5 }, () => 'allow'));
  },
  DEADLINE_MS,
);

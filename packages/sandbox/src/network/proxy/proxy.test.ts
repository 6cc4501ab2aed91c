import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  MAX_LINES_AT_ONCE,
  MAX_PASSED_A_TURN,
  MAX_PROXY_CONNECTIONS,
  MAX_PROXY_REQUESTS_BEHIND,
  PROXY_IDLE_TIMEOUT_MS,
  PROXY_REQUEST_TIMEOUT_MS,
} from '../../limits.js';
import { Gate } from '../gate.js';
import { parseHostRules } from '../host-rules.js';
import { connectTo, type Outside } from '../outside.js';
import { placed } from '../testing/placed.js';
import { Proxy } from './proxy.js';

const DEADLINE_MS = 30_000;

const NOWHERE: Outside = {
  resolve: () => Promise.resolve([]),
  connect: connectTo,
  locate: placed(() => 'nowhere'),
};

let listener: Server;
let echo: Server;
let proxy: Proxy;
let decisions: string[];
let faults: unknown[];
let wentOut: number;
const clients: Socket[] = [];

beforeEach(async () => {
  decisions = [];
  faults = [];
  wentOut = 0;
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  listener = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await Promise.all([once(echo, 'listening'), once(listener, 'listening')]);
  const rules = parseHostRules({ allow: ['a.example:443'], deny: [] });
  const outside: Outside = {
    resolve: () => Promise.resolve(['9.9.9.9']),
    connect(_address, _port, signal) {
      wentOut += 1;
      return connectTo('127.0.0.1', portOf(echo), signal);
    },
    locate: placed(() => 'elsewhere'),
  };
  proxy = new Proxy(
    new Gate(rules, outside, ({ decision, reason }) => decisions.push(reason ?? decision)),
    (error) => faults.push(error),
  );
  proxy.serve(listener);
});

afterEach(async () => {
  vi.useRealTimers();
  for (const client of clients.splice(0)) client.destroy();
  proxy.close();
  await Promise.all([echo, listener].map((server) => new Promise((resolve) => server.close(resolve))));
  expect(faults).toEqual([]);
});

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function connected(): Promise<Socket> {
  const client = connect({ port: portOf(listener), host: '127.0.0.1', allowHalfOpen: true });
  client.on('error', () => undefined);
  clients.push(client);
  await once(client, 'connect');
  return client;
}

/** When the other side has ended a connection, in whatever way. */
function over(client: Socket): Promise<void> {
  return new Promise((resolve) => {
    client.once('end', resolve).once('close', () => resolve());
    client.resume();
  });
}

async function tunnelled(): Promise<Socket> {
  const client = await connected();
  client.write('CONNECT a.example:443 HTTP/1.1\r\n\r\n');
  const [answer] = (await once(client, 'data')) as [Buffer];
  expect(String(answer)).toBe('HTTP/1.1 200 Connection established\r\n\r\n');
  return client;
}

test(
  'what follows a CONNECT at once, and what comes after one side is done, is carried',
  async () => {
    const client = await connected();
    client.end('CONNECT a.example:443 HTTP/1.1\r\n\r\nearly');
    expect(await text(client)).toBe('HTTP/1.1 200 Connection established\r\n\r\nearly');
  },
  DEADLINE_MS,
);

test(
  'also when that are more lines than are handed to Node at once',
  async () => {
    const client = await connected();
    const early = '\n'.repeat(20 * MAX_LINES_AT_ONCE);
    client.end(`CONNECT a.example:443 HTTP/1.1\r\n\r\n${early}`);
    expect(await text(client)).toBe(`HTTP/1.1 200 Connection established\r\n\r\n${early}`);
  },
  DEADLINE_MS,
);

test(
  'a SOCKS client may send everything at once',
  async () => {
    const client = await connected();
    const host = Buffer.from('a.example');
    client.end(Buffer.from([5, 1, 0, 5, 1, 0, 3, host.length, ...host, 1, 187, ...Buffer.from('early')]));
    const answer = Buffer.from(await text(client), 'latin1');
    expect([...answer.subarray(0, 12)]).toEqual([5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    expect(answer.subarray(12).toString()).toBe('early');
  },
  DEADLINE_MS,
);

test(
  'other methods and commands of SOCKS are refused',
  async () => {
    const withPassword = await connected();
    withPassword.write(Buffer.from([5, 1, 2]));
    const [noMethod] = (await once(withPassword, 'data')) as [Buffer];
    const bind = await connected();
    bind.write(Buffer.from([5, 1, 0, 5, 2, 0, 1, 9, 9, 9, 9, 1, 187]));
    await over(bind);
    expect([[...noMethod], decisions]).toEqual([
      [5, 255],
      ['not_supported', 'not_supported'],
    ]);
  },
  DEADLINE_MS,
);

test(
  'SOCKS is turned away where it is not to be spoken',
  async () => {
    const httpAlone = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(httpAlone, 'listening');
    const refusing = new Proxy(
      new Gate(parseHostRules({ allow: ['*'], deny: [] }), NOWHERE, (one) => {
        decisions.push(`${one.protocol} ${one.reason ?? ''}`);
      }),
      (error) => faults.push(error),
      { servesSocks: false },
    );
    refusing.serve(httpAlone);
    const client = connect({ port: portOf(httpAlone), host: '127.0.0.1' });
    clients.push(client);
    client.write(Buffer.from([5, 1, 0]));
    const [answer] = (await once(client, 'data')) as [Buffer];
    expect([[...answer], decisions]).toEqual([[5, 255], ['socks5_tcp not_supported']]);
    refusing.close();
    await new Promise((resolve) => httpAlone.close(resolve));
  },
  DEADLINE_MS,
);

test(
  'one connection more than there may be is closed, and there is room again when one ends',
  async () => {
    const accepted: Socket[] = [];
    listener.on('connection', (socket: Socket) => accepted.push(socket));
    const all = [];
    for (let count = 0; count < MAX_PROXY_CONNECTIONS; count += 1) all.push(await connected());
    await over(await connected());
    expect(decisions).toEqual(['too_many_connections']);
    const gone = once(accepted[0] as Socket, 'close');
    all[0]?.destroy();
    await gone;
    await tunnelled();
    expect(decisions).toEqual(['too_many_connections', 'allow']);
  },
  DEADLINE_MS,
);

test(
  'a connection that has no place among those of all networks is closed, until another one has given its own back',
  async () => {
    const shared = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(shared, 'listening');
    let free = 1;
    const gate = new Gate(parseHostRules({ allow: ['*'], deny: [] }), NOWHERE, ({ reason, decision }) => {
      decisions.push(reason ?? decision);
    });
    const sharing = new Proxy(gate, (error) => faults.push(error), {
      takePlace() {
        if (free === 0) return undefined;
        free -= 1;
        return () => {
          free += 1;
        };
      },
    });
    sharing.serve(shared);
    const dial = async (): Promise<readonly [client: Socket, inside: Socket]> => {
      const client = connect(portOf(shared), '127.0.0.1');
      client.on('error', () => undefined);
      clients.push(client);
      const [inside] = (await once(shared, 'connection')) as [Socket];
      return [client, inside];
    };
    const [first, inside] = await dial();
    const [second] = await dial();
    await over(second);
    const gone = once(inside, 'close');
    first.destroy();
    await gone;
    const [, last] = await dial();
    expect([decisions, free]).toEqual([['too_many_connections'], 0]);
    const ended = once(last, 'close');
    sharing.close();
    await ended;
    expect(free).toBe(1);
    await new Promise((resolve) => shared.close(resolve));
  },
  DEADLINE_MS,
);

test(
  'a connection to a server keeps the place of its client until it is closed itself',
  async () => {
    const shared = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    const ending = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined).end();
    }).listen(0, '127.0.0.1');
    await Promise.all([once(shared, 'listening'), once(ending, 'listening')]);
    let places = 0;
    const dialled: Socket[] = [];
    const outside: Outside = {
      ...NOWHERE,
      async connect() {
        const socket = await connectTo('127.0.0.1', portOf(ending), new AbortController().signal);
        // Nothing that is written to it goes on.
        socket.write = () => false;
        dialled.push(socket);
        return socket;
      },
      locate: placed(() => 'elsewhere'),
      resolve: () => Promise.resolve(['9.9.9.9']),
    };
    const gate = new Gate(parseHostRules({ allow: ['a.example'], deny: [] }), outside, () => undefined);
    const sharing = new Proxy(gate, (error) => faults.push(error), {
      takePlace() {
        places += 1;
        return () => {
          places -= 1;
        };
      },
    });
    sharing.serve(shared);
    const client = connect({ port: portOf(shared), host: '127.0.0.1', allowHalfOpen: true });
    clients.push(client);
    const [inside] = (await once(shared, 'connection')) as [Socket];
    client.write('CONNECT a.example:443 HTTP/1.1\r\n\r\n');
    await once(client, 'data');
    client.end('never taken');
    await once(inside, 'close');
    expect([places, dialled.map((socket) => socket.closed)]).toEqual([1, [false]]);
    sharing.close();
    while (places > 0) await turn();
    expect(dialled.map((socket) => socket.closed)).toEqual([true]);
    await Promise.all([shared, ending].map((server) => new Promise((resolve) => server.close(resolve))));
  },
  DEADLINE_MS,
);

/** Connections that nobody serves until they are given to a listener. */
async function accepted(count: number): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  for (let made = 0; made < count; made += 1) {
    const client = connect(portOf(server), '127.0.0.1');
    client.on('error', () => undefined);
    clients.push(client);
  }
  while (sockets.length < count) await turn();
  server.close();
  return sockets;
}

test(
  'of connections that come at once, few are taken up in each turn of the event loop, and none that has gone by then',
  async () => {
    const forwarding = createServer();
    proxy.forward(forwarding, { host: { host: 'a.example', isAddress: false }, port: 443 });
    const sockets = await accepted(2 * MAX_PASSED_A_TURN + 3);
    for (const socket of sockets) forwarding.emit('connection', socket);
    for (const socket of sockets.slice(0, 2)) socket.destroy();
    const counts = [];
    for (let count = 0; count < 4; count += 1) {
      await turn();
      counts.push(decisions.length);
    }
    const all = sockets.length - 2;
    expect(counts).toEqual([MAX_PASSED_A_TURN, 2 * MAX_PASSED_A_TURN, all, all]);
  },
  DEADLINE_MS,
);

test.each([
  ['many requests', 'GET http://a.example:443/ HTTP/1.1\r\nHost: a.example:443\r\n\r\n'],
  ['many CONNECTs', 'CONNECT a.example:443 HTTP/1.1\r\n\r\n'],
])(
  'a connection goes out once, also with %s behind its first request',
  async (_, more) => {
    const client = await connected();
    const first = 'GET http://a.example:443/ HTTP/1.1\r\nHost: a.example:443\r\n\r\n';
    client.end(`${first}${more.repeat(MAX_PROXY_REQUESTS_BEHIND)}`);
    await over(client);
    expect([wentOut, decisions]).toEqual([1, ['allow']]);
  },
  DEADLINE_MS,
);

test(
  'a connection that does not say what it wants is closed, also when a byte comes now and then',
  async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const [accepted, client] = await Promise.all([once(listener, 'connection'), connected()]);
    client.write('G');
    await once(accepted[0] as Socket, 'data');
    vi.advanceTimersByTime(PROXY_REQUEST_TIMEOUT_MS - 1);
    client.write('E');
    expect(decisions).toEqual([]);
    const closed = over(client);
    vi.advanceTimersByTime(1);
    await closed;
    expect(decisions).toEqual(['malformed']);
  },
  DEADLINE_MS,
);

test(
  'a tunnel has no deadline of that kind, but one for silence',
  async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const [accepted, client] = await Promise.all([once(listener, 'connection'), tunnelled()]);
    vi.advanceTimersByTime(PROXY_REQUEST_TIMEOUT_MS * 2);
    client.write('still there');
    expect(String(await once(client, 'data'))).toBe('still there');
    const socket = accepted[0] as Socket;
    expect(socket.timeout).toBe(PROXY_IDLE_TIMEOUT_MS);
    const closed = over(client);
    socket.emit('timeout');
    await closed;
  },
  DEADLINE_MS,
);

/** The header of a record, and the start of a message that is longer. */
const HELLO = Buffer.from([22, 3, 1, 64, 0, 1, 0, 63, 252, 3, 3]);

test(
  'who has begun to say to which TLS server it speaks has to come to an end, also when a byte comes now and then',
  async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const [accepted, client] = await Promise.all([once(listener, 'connection'), tunnelled()]);
    const socket = accepted[0] as Socket;
    const before = socket.bytesRead;
    vi.advanceTimersByTime(PROXY_REQUEST_TIMEOUT_MS * 2);
    for (const [index, byte] of HELLO.entries()) {
      client.write(Buffer.from([byte]));
      while (socket.bytesRead < before + index + 1) await turn();
      while (vi.getTimerCount() === 0) await turn();
      vi.advanceTimersByTime(index === 0 ? PROXY_REQUEST_TIMEOUT_MS - HELLO.length : 1);
    }
    expect([socket.destroyed, decisions]).toEqual([false, ['allow']]);
    const closed = over(client);
    vi.advanceTimersByTime(1);
    await closed;
    expect(decisions).toEqual(['allow', 'other_host']);
  },
  DEADLINE_MS,
);

test(
  'a TLS hello that came in single bytes is carried whole, and there is no deadline behind it',
  async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const client = await tunnelled();
    let got = '';
    client.on('data', (chunk: Buffer) => (got += chunk.toString('latin1')));
    const random = Buffer.alloc(32, 7);
    const rest = Buffer.concat([Buffer.from([3, 3]), random, Buffer.from([0, 0, 2, 19, 1, 1, 0])]);
    const hello = Buffer.concat([Buffer.from([22, 3, 1, 0, rest.length + 4, 1, 0, 0, rest.length]), rest]);
    for (const byte of hello) client.write(Buffer.from([byte]));
    while (got.length < hello.length) await turn();
    vi.advanceTimersByTime(PROXY_REQUEST_TIMEOUT_MS);
    client.write('more');
    while (!got.endsWith('more')) await turn();
    expect([got, decisions]).toEqual([`${hello.toString('latin1')}more`, ['allow']]);
  },
  DEADLINE_MS,
);

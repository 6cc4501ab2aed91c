import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Transport, TransportClosed } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { settle, until } from '../testing/until.js';
import { dial } from './dial.js';
import type { DialOptions } from './dial-options.js';
import { parseTarget } from './target.js';

interface World extends AsyncDisposable {
  readonly port: number;
  readonly requests: readonly IncomingMessage[];
  readonly sockets: readonly WebSocket[];
}

async function listen(server: Server, where: number | string): Promise<void> {
  await new Promise<void>((resolve) => {
    server.listen(where, resolve);
  });
}

async function startWorld(where: number | string = 0, status?: number): Promise<World> {
  const requests: IncomingMessage[] = [];
  const sockets: WebSocket[] = [];
  const server = createServer();
  const upgrader = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    requests.push(request);
    if (status === undefined) upgrader.handleUpgrade(request, socket, head, (opened) => sockets.push(opened));
    else socket.end(`HTTP/1.1 ${status} X\r\ncontent-length: 8\r\n\r\ngo away\n`);
  });
  await listen(server, where);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    requests,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const OPTIONS: DialOptions = { token: undefined, headers: {}, signal: new AbortController().signal };

interface Heard {
  readonly messages: (string | Uint8Array)[];
  heartbeats: number;
  closed?: TransportClosed;
}

function hear(transport: Transport): Heard {
  const heard: Heard = { messages: [], heartbeats: 0 };
  transport.start({
    onMessage: (message) => heard.messages.push(message),
    onHeartbeat: () => {
      heard.heartbeats += 1;
    },
    onDrain: () => undefined,
    onClose: (closed) => {
      heard.closed = closed;
    },
  });
  return heard;
}

test('token and headers go with the request, and the token of the URL stays in it', async () => {
  await using world = await startWorld();
  const transport = await dial(parseTarget(`ws://127.0.0.1:${world.port}/?token=a%2Bb`), {
    ...OPTIONS,
    token: 'secret',
    headers: { 'x-box': '7' },
  });
  const [request] = world.requests;
  expect({
    label: transport.label,
    url: request?.url,
    authorization: request?.headers.authorization,
    box: request?.headers['x-box'],
    extensions: request?.headers['sec-websocket-extensions'],
  }).toEqual({
    label: `ws://127.0.0.1:${world.port}/`,
    url: '/?token=a%2Bb',
    authorization: 'Bearer secret',
    box: '7',
    extensions: undefined,
  });
  transport.destroy();
});

test('messages pass both ways, text as text and binary frames as bytes, and none before the start', async () => {
  await using world = await startWorld();
  const transport = await dial(parseTarget(`ws://127.0.0.1:${world.port}`), OPTIONS);
  const [socket] = world.sockets;
  const received: string[] = [];
  socket?.on('message', (data) => received.push(data instanceof Buffer ? data.toString() : ''));
  socket?.send('early');
  socket?.send(Buffer.from([1, 2]));
  // A message that nobody listened for would be gone by now.
  await settle();
  const heard = hear(transport);
  for (const message of ['a', 'b', 'c']) transport.send(message);
  await until(() => received.length === 3 && heard.messages.length === 2);
  expect([received, heard.messages]).toEqual([
    ['a', 'b', 'c'],
    ['early', Buffer.from([1, 2])],
  ]);
  transport.close('protocolError', 'é'.repeat(100));
  await until(() => heard.closed !== undefined);
  expect(heard.closed).toEqual({ code: 1002, reason: 'é'.repeat(61) });
});

test('a pause holds messages back', async () => {
  await using world = await startWorld();
  const transport = await dial(parseTarget(`ws://127.0.0.1:${world.port}`), OPTIONS);
  const heard = hear(transport);
  transport.pause();
  const sent = new Promise((resolve) => world.sockets[0]?.send('a', resolve));
  await sent;
  expect(heard.messages).toEqual([]);
  transport.resume();
  await until(() => heard.messages.length === 1);
  transport.destroy();
  await until(() => heard.closed !== undefined);
  expect(heard.closed?.code).toBe(1006);
});

test('pings, pongs and pieces of a message that is not whole yet are signs of life', async () => {
  await using world = await startWorld();
  const transport = await dial(parseTarget(`ws://127.0.0.1:${world.port}`), OPTIONS);
  const heard = hear(transport);
  const [socket] = world.sockets;
  const next = async (act: () => void): Promise<void> => {
    const before = heard.heartbeats;
    act();
    await until(() => heard.heartbeats > before);
  };
  await next(() => socket?.ping());
  await next(() => transport.ping());
  await next(() => socket?.send('half a', { fin: false }));
  expect(heard.messages).toEqual([]);
  await next(() => socket?.send(' message'));
  await until(() => heard.messages.length === 1);
  expect(heard.messages).toEqual(['half a message']);
  transport.destroy();
});

test('a Unix socket is dialled by its path, colons included', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'exec-client-'));
  try {
    const path = join(directory, 'a:b.sock');
    await using world = await startWorld(path);
    const transport = await dial(parseTarget(`unix:${path}`), OPTIONS);
    expect({ label: transport.label, connections: world.requests.length }).toEqual({
      label: `unix:${path}`,
      connections: 1,
    });
    transport.destroy();
  } finally {
    await rm(directory, { recursive: true });
  }
});

test.each([
  [401, /^ws:\/\/127.0.0.1:\d+\/ refused the connection with 401: go away; give the token/],
  [403, /^ws:\/\/127.0.0.1:\d+\/ refused the connection with 403: go away; the server does not let/],
  [500, /^ws:\/\/127.0.0.1:\d+\/ refused the connection with 500: go away$/],
])('a refusal with %s says what the server said and what to do', async (status, message) => {
  await using world = await startWorld(0, status);
  const dialled = dial(parseTarget(`ws://127.0.0.1:${world.port}`), OPTIONS);
  await expect(dialled).rejects.toThrow(message);
  await expect(dialled).rejects.toMatchObject({ kind: 'connectFailed' });
});

test('where nothing listens, the error says so', async () => {
  await expect(dial(parseTarget('ws://127.0.0.1:1/?token=secret'), OPTIONS)).rejects.toMatchObject({
    kind: 'connectFailed',
    message:
      'cannot connect to ws://127.0.0.1:1/: nothing listens there; start a server with holdfast serve, or check the address (ECONNREFUSED)',
  });
  await expect(dial(parseTarget('unix:/nowhere/x.sock'), OPTIONS)).rejects.toMatchObject({
    message:
      'cannot connect to unix:/nowhere/x.sock: it does not exist; start a server there, or check the path (ENOENT)',
  });
});

test('a signal ends a dial that nobody answers, with its reason, and leaves no connection', async () => {
  let connections = 0;
  const server = createTcpServer((socket) => {
    connections += 1;
    socket.resume().on('close', () => {
      connections -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const stop = new AbortController();
  const dialled = dial(parseTarget(`ws://127.0.0.1:${port}`), { ...OPTIONS, signal: stop.signal });
  await until(() => connections === 1);
  stop.abort(new Error('enough'));
  await expect(dialled).rejects.toThrow('enough');
  await until(() => connections === 0);
  await new Promise((resolve) => server.close(resolve));
});

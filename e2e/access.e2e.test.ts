import { chmod, lstat, readFile, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect as connectSocket, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { eventually, within } from './deadline.js';
import { runHoldfast, spawnHoldfast, startServer, type TestServer, temporaryDirectory } from './harness.js';
import { dialWebSocket } from './raw-client.js';

const READY = { result: { status: 'ready' } };

interface HttpAnswer {
  readonly status: number | undefined;
  readonly body: string;
}

/** Asks for an upgrade, and tells how the server answered: 101 when it agreed. */
async function upgrade(url: string, headers: Record<string, string> = {}): Promise<HttpAnswer> {
  const ws = new WebSocket(url, { headers });
  ws.on('error', () => undefined);
  const answer = new Promise<HttpAnswer>((resolve, reject: (error: Error) => void) => {
    ws.once('open', () => {
      ws.terminate();
      resolve({ status: 101, body: '' });
    });
    ws.once('unexpected-response', (_, response) => {
      resolve(text(response).then((body) => ({ status: response.statusCode, body })));
    });
    ws.once('error', reject);
  });
  return await within('the answer to an upgrade', answer);
}

async function http(url: string, method = 'GET', headers: Record<string, string> = {}): Promise<HttpAnswer> {
  const answer = new Promise<HttpAnswer>((resolve, reject: (error: Error) => void) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      resolve(text(response).then((body) => ({ status: response.statusCode, body })));
    });
    sent.once('error', reject).end();
  });
  return await within(`the answer to ${method} ${url}`, answer);
}

/** Sends bytes of any kind and waits for the end; answers the first line that came back. */
async function rawRequest(url: string, lines: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connectSocket(Number(port), hostname);
  socket.end(`${lines.join('\r\n')}\r\n\r\n`);
  return (await within('the answer to raw bytes', text(socket))).split('\r\n', 1)[0] ?? '';
}

async function expectServed(url: string, headers: Record<string, string> = {}): Promise<void> {
  await using client = await dialWebSocket(url, headers);
  await client.initialize();
  expect(await client.request('environment/status')).toEqual(READY);
}

describe('a server on a port', () => {
  let server: TestServer;
  let base: string;
  let token: string;

  beforeAll(async () => {
    server = await startServer({ args: ['--allow-host', 'devbox.example'] });
    const url = new URL(server.url);
    base = `ws://${url.host}`;
    token = url.searchParams.get('token') ?? '';
  });

  afterAll(async () => {
    await expectServed(server.url);
    await server[Symbol.asyncDispose]();
  });

  test('prints where it is, with a token that nobody guesses', () => {
    expect(server.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/\?token=[A-Za-z0-9_-]{43}$/);
  });

  test('lets in who has the token, in the URL or in a header', async () => {
    await expectServed(server.url);
    for (const authorization of [`Bearer ${token}`, `bearer ${token}`, `  BEARER   ${token}  `]) {
      await expectServed(`${base}/`, { authorization });
    }
    await expectServed(`${base}/?x=1&token=${token}&y`);
    await expectServed(base, { authorization: `Bearer ${token}` });
  });

  test.each([
    ['no token', '/', {}, /a token is required/],
    ['an empty token', '/?token=', {}, /not the one of this server/],
    ['a wrong token', '/?token=wrong', {}, /not the one of this server/],
    ['a wrong token of the right length', `/?token=${'A'.repeat(43)}`, {}, /not the one of this server/],
    ['a wrong token in a header', '/', { authorization: 'Bearer wrong' }, /not the one of this server/],
    ['an empty bearer', '/', { authorization: 'Bearer ' }, /Bearer TOKEN/],
    ['another scheme', '/', { authorization: 'Basic dXNlcjpwYXNz' }, /Bearer TOKEN/],
  ])('refuses %s with 401 and says why', async (_, path, headers, message) => {
    expect(await upgrade(`${base}${path}`, headers)).toEqual({
      status: 401,
      body: expect.stringMatching(message) as string,
    });
  });

  test('does not let a good token in the URL make up for a bad header', async () => {
    expect(await upgrade(server.url, { authorization: 'Bearer wrong' })).toMatchObject({ status: 401 });
  });

  test('refuses every Origin, token or not', async () => {
    for (const origin of ['http://evil.example', 'null', `http://${new URL(base).host}`]) {
      expect(await upgrade(server.url, { origin })).toEqual({
        status: 403,
        body: expect.stringMatching(/Origin/) as string,
      });
      expect(await http(`${base.replace('ws', 'http')}/readyz`, 'GET', { origin })).toMatchObject({
        status: 403,
      });
    }
  });

  test('knows itself by address, as localhost and by the names that it was given', async () => {
    for (const host of [
      '127.0.0.1',
      'localhost',
      'LOCALHOST:1',
      '10.1.2.3:80',
      '[::1]:80',
      'devbox.example',
      'DevBox.Example:9',
    ]) {
      expect([host, (await upgrade(server.url, { host })).status]).toEqual([host, 101]);
    }
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      'devbox.example.org',
      '127.0.0.1.nip.io',
      'localhost@x',
      'x:localhost',
    ]) {
      expect(await upgrade(server.url, { host })).toEqual({
        status: 403,
        body: expect.stringMatching(/--allow-host/) as string,
      });
      expect(await http(`${base.replace('ws', 'http')}/healthz`, 'GET', { host })).toMatchObject({
        status: 403,
      });
    }
  });

  test('takes connections at / and nowhere else', async () => {
    for (const path of ['/other', '/other/', '/%2F', '/healthz', '/readyz', '/../x']) {
      expect([path, await upgrade(`${base}${path}?token=${token}`)]).toEqual([
        path,
        { status: 404, body: expect.stringMatching(/at \/ only/) as string },
      ]);
    }
  });

  test('survives request targets that are no URL', async () => {
    const upgradeTo = (target: string): Promise<string> =>
      rawRequest(base, [
        `GET ${target} HTTP/1.1`,
        `Host: ${new URL(base).host}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ]);
    for (const target of ['//', '//[', 'http://', 'http://[', '*', '/\\', '?token=x', `//?token=${token}`]) {
      expect([target, await upgradeTo(target)]).toEqual([
        target,
        expect.stringMatching(/^HTTP\/1\.1 4\d\d /),
      ]);
    }
    await expectServed(server.url);
  });

  test('answers on its health without a token', async () => {
    const origin = base.replace('ws', 'http');
    for (const path of ['/healthz', '/readyz', '/readyz?verbose']) {
      expect(await http(origin + path)).toEqual({ status: 200, body: '' });
      expect(await http(origin + path, 'HEAD')).toEqual({ status: 200, body: '' });
      expect(await http(origin + path, 'POST')).toEqual({ status: 405, body: 'use GET or HEAD\n' });
    }
    expect(await http(`${origin}/nothing`)).toEqual({ status: 404, body: 'not found\n' });
    expect(await http(origin)).toEqual({ status: 426, body: 'this is a WebSocket server\n' });
  });

  test('agrees to no compression and no subprotocol, and serves who asks for them', async () => {
    const ws = new WebSocket(server.url, ['some', 'other'], { perMessageDeflate: true });
    // The library takes it for an error that none of its subprotocols was chosen.
    const headers = new Promise<unknown>((resolve) => {
      ws.once('upgrade', (response) => {
        resolve([response.headers['sec-websocket-extensions'], response.headers['sec-websocket-protocol']]);
      });
      ws.on('error', () => undefined);
    });
    expect(await within('an upgrade', headers)).toEqual([undefined, undefined]);
    ws.terminate();
  });
});

describe('a token', () => {
  test('may come from a file', async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, 'token');
    await writeFile(file, '  s3cret/+ token \n');
    await using server = await startServer({ args: ['--token-file', file] });
    expect(new URL(server.url).searchParams.get('token')).toBe('s3cret/+ token');
    await expectServed(server.url);
    expect(await upgrade(server.url.replace('s3cret', 'S3cret'))).toMatchObject({ status: 401 });
  });

  test('may be waived', async () => {
    await using server = await startServer({ args: ['--no-auth'] });
    expect(server.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+$/);
    await expectServed(server.url);
    expect(await upgrade(server.url, { origin: 'http://evil.example' })).toMatchObject({ status: 403 });
    expect(await upgrade(server.url, { host: 'evil.example' })).toMatchObject({ status: 403 });
  });

  test('is needed, so a file without one is refused', async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, 'token');
    await writeFile(file, ' \n');
    expect(await runHoldfast(['serve', '--token-file', file])).toEqual({
      code: 1,
      stdout: '',
      stderr: `holdfast: ${file} holds no token; put one line into it\n`,
    });
    const both = await runHoldfast(['serve', '--no-auth', '--token-file', file]);
    expect(both).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/contradict/) as string });
  });
});

test('a file or directory that an option names and that cannot be used is told with the option', async () => {
  await using directory = await temporaryDirectory();
  const missing = join(directory.path, 'missing');
  const file = join(directory.path, 'file');
  await writeFile(file, '');
  const refusal = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await runHoldfast(['serve', ...args]);
    expect([code, stdout]).toEqual([1, '']);
    return stderr;
  };
  const unread = 'name a file that this user can read\n';
  const unusable = 'is no directory in which this user can make files';
  expect([
    await refusal('--token-file', missing),
    await refusal('--sandbox-ceiling', directory.path),
    await refusal('--spill-dir', missing),
    await refusal('--spill-dir', file),
  ]).toEqual([
    `holdfast: --token-file ${missing} cannot be read (ENOENT); ${unread}`,
    `holdfast: --sandbox-ceiling ${directory.path} cannot be read (EISDIR); ${unread}`,
    `holdfast: --spill-dir ${missing} ${unusable} (ENOENT); make it, or name another one\n`,
    `holdfast: --spill-dir ${file} ${unusable} (ENOTDIR); make it, or name another one\n`,
  ]);
});

describe('a server on a Unix socket', () => {
  test('is for its owner alone, and asks for no token', async () => {
    await using server = await startServer({ listen: 'unix' });
    const path = server.url.slice('unix:'.length);
    expect(server.url).toMatch(/^unix:\/.*\/server\.sock$/);
    const { mode } = await lstat(path);
    expect((mode & 0o777).toString(8)).toBe('600');
    await expectServed(server.url);
    expect(await upgrade(`ws+unix:${path}:/`, { host: 'anything.example' })).toMatchObject({ status: 101 });
    expect(await upgrade(`ws+unix:${path}:/`, { origin: 'http://evil.example' })).toMatchObject({
      status: 403,
    });
    expect(await upgrade(`ws+unix:${path}:/other`)).toMatchObject({ status: 404 });
  });

  test('takes the place of one that crashed', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'server.sock');
    const crashed = spawnHoldfast(['serve', '--listen', `unix:${path}`], { TMPDIR: directory.path });
    await eventually('the socket', () => lstat(path).catch(() => undefined));
    const ended = new Promise((resolve) => crashed.once('exit', resolve));
    crashed.kill('SIGKILL');
    await ended;
    expect((await lstat(path)).isSocket()).toBe(true);
    const server = await startServer({ listen: `unix:${path}`, env: { TMPDIR: directory.path } });
    await expectServed(server.url);
    await server[Symbol.asyncDispose]();
    await expect(lstat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('leaves the place to one that lives', async () => {
    await using server = await startServer({ listen: 'unix' });
    const second = await runHoldfast(['serve', '--listen', server.url]);
    expect(second).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^holdfast: .*in use.*server\.sock/) as string,
    });
    await expectServed(server.url);
  });

  test('never removes what is no socket', async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, 'precious');
    const link = join(directory.path, 'link');
    await writeFile(file, 'data');
    await symlink(file, link);
    for (const path of [file, link]) {
      const outcome = await runHoldfast(['serve', '--listen', `unix:${path}`]);
      expect(outcome).toEqual({ code: 1, stdout: '', stderr: expect.stringContaining(path) as string });
    }
    expect(await readFile(link, 'utf8')).toBe('data');
  });

  test('says when it cannot be where it was told to', async () => {
    await using directory = await temporaryDirectory();
    for (const path of [join(directory.path, 'no', 'such.sock'), join(directory.path, 'x'.repeat(200))]) {
      const outcome = await runHoldfast(['serve', '--listen', `unix:${path}`]);
      expect(outcome).toEqual({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/^holdfast: /) as string,
      });
    }
    await chmod(directory.path, 0o700);
  });
});

describe('a listen address', () => {
  test.each(['ws://localhost:0', 'ws://127.0.0.1', 'wss://127.0.0.1:0', 'unix:', ''])(
    '%j is refused with the forms that are understood',
    async (listen) => {
      expect(await runHoldfast(['serve', `--listen=${listen}`])).toEqual({
        code: 1,
        stdout: '',
        stderr: `holdfast: cannot listen on ${JSON.stringify(listen)}: use ws://IP:PORT (port 0 picks a free one), unix:PATH, or stdio\n`,
      });
    },
  );

  test.each(['ws://0.0.0.0:0', 'ws://[::]:0'])(
    '%s is refused, with a token or without, since it is not loopback',
    async (listen) => {
      for (const args of [[], ['--no-auth']]) {
        expect(await runHoldfast(['serve', '--listen', listen, ...args])).toEqual({
          code: 1,
          stdout: '',
          stderr: expect.stringMatching(
            /^holdfast: cannot listen on .*loopback only; reach it through ssh -L/,
          ) as string,
        });
      }
    },
  );

  test('that somebody else has is refused by name', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const outcome = await runHoldfast(['serve', '--listen', `ws://127.0.0.1:${port}`]);
    expect(outcome).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(new RegExp(`in use.*:${port}`)) as string,
    });
    await new Promise((resolve) => other.close(resolve));
  });
});

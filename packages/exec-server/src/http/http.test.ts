import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { ExecError } from '@holdfast/exec-protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collectGarbage } from '../testing/collect-garbage.js';
import { type BodyDelta, BodyStream } from './body-stream.js';
import { HttpClient, type HttpResponse } from './http-client.js';
import { createHttpPlaces } from './http-places.js';
import { type HttpRequest, MAX_URL_LENGTH, planHttpRequest } from './http-request.js';

const ENV = { NAME: 'value', EMPTY: '', AWS_SECRET_ACCESS_KEY: 'secret', HOLDFAST_TOKEN: 'secret' };
const never = new AbortController().signal;
const client = new HttpClient(createHttpPlaces(undefined));
const party = { principal: 'everybody', session: 'one' };
let origin = '';

const pages: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/echo': (request, response) => {
    void buffer(request).then((body) => {
      response.setHeader('Set-Cookie', ['a=1', 'b=2']);
      response.end(
        JSON.stringify({ method: request.method, headers: request.rawHeaders, body: body.toString() }),
      );
    });
  },
  '/see-other': (_request, response) => response.writeHead(303, { location: '/echo' }).end(),
  '/temporary': (_request, response) => response.writeHead(307, { location: '/echo' }).end(),
  '/long-host': (_request, response) =>
    response.writeHead(302, { location: `http://${'\u00e9'.repeat(8_000)}/` }).end(),
  '/for-ever': (_request, response) => response.writeHead(302, { location: '/for-ever' }).end(),
  '/away': (request, response) =>
    response.writeHead(307, { location: `http://localhost:${String(request.socket.localPort)}/echo` }).end(),
  '/broken': (_request, response) => {
    response.writeHead(200, { 'content-length': '10' });
    response.write('12345', () => response.destroy());
  },
  '/silent': () => undefined,
};

const server = createServer((request, response) => {
  (pages[request.url ?? ''] ?? ((_, none: ServerResponse) => none.writeHead(404).end()))(request, response);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, resolve));
  origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

afterAll(async () => {
  await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

interface Echo {
  readonly method: string;
  readonly headers: readonly string[];
  readonly body: string;
}

type Wanted = Omit<Parameters<typeof planHttpRequest>[0], 'requestId' | 'method' | 'url'>;

function plan(path: string, more: Wanted & { readonly method?: string } = {}) {
  return planHttpRequest(
    { requestId: 'r', method: 'GET', url: path.startsWith('/') ? origin + path : path, ...more },
    ENV,
  );
}

async function echo(path: string, more: Parameters<typeof plan>[1] = {}): Promise<Echo> {
  const { body } = await send(plan(path, more));
  return JSON.parse((await buffer(body)).toString()) as Echo;
}

function reasonOf(run: () => unknown): string {
  try {
    run();
    return 'no failure';
  } catch (error) {
    return error instanceof ExecError ? `${error.kind}: ${error.message}` : String(error);
  }
}

function send(request: HttpRequest): Promise<HttpResponse> {
  return client.send(request, never, party);
}

/** Node takes some seconds to write it in ASCII. */
const HAN = Array.from({ length: 64_000 }, (_, at) =>
  String.fromCodePoint(0x4e00 + ((at * 7919) % 20_900)),
).join('');

describe('a request', () => {
  test.each([
    [`http://${'x'.repeat(254)}/`, `http://${'x'.repeat(254)}/`],
    [`http://${'x'.repeat(254)}${' '.repeat(300)}`, `http://${'x'.repeat(254)}/`],
    [`http://${'%78'.repeat(254)}:8080/`, `http://${'x'.repeat(254)}:8080/`],
    [`http://host/${'漢'.repeat(300)}`, `http://host/${'%E6%BC%A2'.repeat(300)}`],
    ['http://b\u00fccher.example/', 'http://xn--bcher-kva.example/'],
    ['http://[::1]:80/', 'http://[::1]/'],
  ])('a host may have as many characters as one in DNS: %#', (url, href) => {
    expect(planHttpRequest({ requestId: '', method: 'GET', url }, ENV).url.href).toBe(href);
  });

  test.each([
    `http://${'x'.repeat(255)}/`,
    `http://${HAN}/`,
    `https://user:${'x'.repeat(300)}@${HAN}:443?x`,
    ` \n\tht\ntp:\\\\${HAN}#x`,
    `HTTP:${HAN}/`,
    `http:////${HAN}/`,
    `http://${'%E6%BC%A2'.repeat(7_000)}/`,
    `ftp://${HAN}/`,
  ])('with a longer host is refused before it is read: %#', (url) => {
    const params = { requestId: 'r', method: 'GET', url };
    expect(reasonOf(() => planHttpRequest(params, ENV))).toBe(
      'invalidParams: http/request url is invalid: its host has more than 254 characters; send a shorter one',
    );
  });

  test('a URL may be as long as the limit', () => {
    const url = 'http://host/'.padEnd(MAX_URL_LENGTH, 'x');
    expect(planHttpRequest({ requestId: '', method: 'GET', url }, ENV).url.href).toBe(url);
  });

  test.each([
    ['url', { url: 'nowhere' }, 'http/request url is invalid: "nowhere" is no absolute URL'],
    [
      'long url',
      { url: `http://${'%41'.repeat(MAX_URL_LENGTH / 3)}@host/`.padEnd(MAX_URL_LENGTH + 1, 'x') },
      'http/request url is invalid: it has more than 65536 characters; send a shorter one',
    ],
    ['scheme', { url: 'ftp://host/' }, 'http/request only supports http and https URLs, got ftp'],
    ['method', { method: 'B AD' }, 'http/request method is invalid: "B AD" is no HTTP token'],
    [
      'header name',
      { headers: [{ name: 'a b', value: '' }] },
      'http/request header name is invalid: "a b" is no HTTP token',
    ],
    [
      'header value',
      { headers: [{ name: 'a', value: 'x\ny' }] },
      'http/request header value is invalid for a: it holds a control character',
    ],
    [
      'missing variable',
      { headers: [{ name: 'A', value: '', valueEnvVar: 'NOT_SET' }] },
      'http/request header A requires executor environment variable NOT_SET',
    ],
    [
      'empty variable',
      { headers: [{ name: 'A', value: '', valueEnvVar: 'EMPTY' }] },
      'http/request header A requires a non-empty executor environment variable EMPTY',
    ],
    [
      'credential',
      { headers: [{ name: 'A', value: '', valueEnvVar: 'AWS_SECRET_ACCESS_KEY' }] },
      'http/request header A cannot use executor environment variable AWS_SECRET_ACCESS_KEY: it holds a credential',
    ],
    [
      'own credential',
      { headers: [{ name: 'A', value: '', valueEnvVar: 'HOLDFAST_TOKEN' }] },
      'http/request header A cannot use executor environment variable HOLDFAST_TOKEN: it holds a credential',
    ],
  ])('with a bad %s is refused by its name', (_name, wrong, message) => {
    const params = { requestId: 'r', method: 'GET', url: 'http://host/', ...wrong };
    expect(reasonOf(() => planHttpRequest(params, ENV))).toBe(`invalidParams: ${message}`);
  });

  test('takes values from the environment, and user info as basic authorization', () => {
    const { url, headers } = plan('http://us%65r:p%40ss@host/x', {
      headers: [{ name: 'A', value: 'Bearer ', valueEnvVar: 'NAME' }],
    });
    expect({ url: url.href, headers }).toEqual({
      url: 'http://host/x',
      headers: [
        { name: 'A', value: 'Bearer value', isFromEnvironment: true },
        { name: 'authorization', value: `Basic ${btoa('user:p@ss')}` },
      ],
    });
  });

  test.each([
    ['a % that begins no escape', 'http://%zz:100%@host/', '%zz:100%'],
    ['bytes that are no UTF-8', 'http://%ff%FE:@host/', '\xff\xfe:'],
    ['letters beyond ASCII', 'http://ü@host/', '\xc3\xbc:'],
  ])('takes %s in the user info of a URL as it stands', (_what, url, credentials) => {
    expect(plan(url).headers).toEqual([{ name: 'authorization', value: `Basic ${btoa(credentials)}` }]);
  });

  test('keeps the order of its headers and those that come twice', async () => {
    const headers = [
      ['X-B', '1'],
      ['X-A', '2'],
      ['X-B', '3'],
    ].map(([name = '', value = '']) => ({ name, value }));
    const told = await echo('/echo', { method: 'POST', headers, bodyBase64: Buffer.from('body') });
    const sent = told.headers.join('|');
    expect(sent).toContain('X-B|1|X-A|2|X-B|3');
    expect({ method: told.method, body: told.body }).toEqual({ method: 'POST', body: 'body' });
  });
});

describe('a response', () => {
  test('has its headers one by one', async () => {
    const { status, headers, body } = await send(plan('/echo'));
    body.resume();
    expect(status).toBe(200);
    expect(headers.filter(({ name }) => name === 'set-cookie')).toEqual([
      { name: 'set-cookie', value: 'a=1' },
      { name: 'set-cookie', value: 'b=2' },
    ]);
  });

  test('that redirects is followed, with the body where the rules say so', async () => {
    const post = { method: 'POST', bodyBase64: Buffer.from('body') };
    expect(await echo('/see-other', post)).toMatchObject({ method: 'GET', body: '' });
    expect(await echo('/temporary', post)).toMatchObject({ method: 'POST', body: 'body' });
    const stopped = await send(plan('/see-other', { redirectPolicy: 'stop' }));
    stopped.body.resume();
    expect(stopped.status).toBe(303);
    await expect(send(plan('/for-ever'))).rejects.toThrow('more than 10 redirects');
  });

  test('that leads to a host longer than any there is is the answer itself', async () => {
    const { status, body } = await send(plan('/long-host'));
    body.resume();
    expect(status).toBe(302);
  });

  test('that leads to another host takes no credentials along, nor anything of the environment', async () => {
    const headers = [
      { name: 'Authorization', value: 'Bearer x' },
      { name: 'X-Kept', value: 'y' },
      { name: 'X-Key', value: '', valueEnvVar: 'NAME' },
    ];
    const told = async (path: string): Promise<readonly string[]> => {
      const sent = (await echo(path, { headers })).headers;
      return headers.map(({ name }) => name).filter((name) => sent.includes(name));
    };
    expect(await told('/away')).toEqual(['X-Kept']);
    expect(await told('/temporary')).toEqual(['Authorization', 'X-Kept', 'X-Key']);
  });

  test('that does not come is an error with the address', async () => {
    await expect(send(plan('http://127.0.0.1:1/'))).rejects.toMatchObject({
      kind: 'httpFailed',
      message: 'http/request to http://127.0.0.1:1/ failed: connect ECONNREFUSED 127.0.0.1:1',
    });
    await expect(send(plan('/silent', { timeoutMs: 1 }))).rejects.toMatchObject({
      kind: 'httpFailed',
      message: `http/request to ${origin}/silent failed: it took longer than timeoutMs`,
    });
  });
});

test('a limit of time holds also where memory is collected before it is over', async () => {
  const answer = send(plan('/silent', { timeoutMs: 200 })).catch(String);
  const collecting = setInterval(collectGarbage, 20);
  try {
    expect(await answer).toContain(`http/request to ${origin}/silent failed: it took longer than timeoutMs`);
  } finally {
    clearInterval(collecting);
  }
});

describe('a streamed body', () => {
  async function deltas(path: string, limitBytes?: number): Promise<BodyDelta[]> {
    const { body } = await send(plan(path));
    const taken: BodyDelta[] = [];
    await new Promise<void>((resolve) => {
      const stream = new BodyStream(
        body,
        () => {
          for (let delta = stream.take(); delta !== undefined; delta = stream.take()) {
            taken.push(delta);
            if (delta.done) resolve();
          }
        },
        limitBytes,
      );
    });
    return taken;
  }

  test('comes in numbered pieces, the last one empty', async () => {
    const taken = await deltas('/echo', 100);
    expect(taken.map(({ seq }) => seq)).toEqual(taken.map((_, at) => at + 1));
    expect(Math.max(...taken.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(100);
    const text = Buffer.concat(taken.map(({ bytes }) => bytes)).toString();
    expect(JSON.parse(text)).toMatchObject({ method: 'GET' });
    expect(taken.at(-1)).toEqual({ seq: taken.length, bytes: new Uint8Array(0), done: true, error: null });
  });

  test('that breaks off gives what came and says so', async () => {
    const taken = await deltas('/broken');
    expect(Buffer.concat(taken.map(({ bytes }) => bytes)).toString()).toBe('12345');
    const last = taken.at(-1);
    expect(last?.done).toBe(true);
    expect(last?.error).toMatch(/./);
  });
});

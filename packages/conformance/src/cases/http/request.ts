import { area, type ConformanceCase, refused, resultOf } from '../../case.js';
import { holds, same } from '../../expect.js';
import { largeBody, needsWebServer, response, WebServer } from '../../web-server.js';
import { base64, decoded } from '../../wire/events.js';
import type { Session } from '../../wire/session.js';

const { in: on } = area('http', 'http/request', needsWebServer);
const { refuses: refusesAnywhere } = area('http', 'http/request');

const EVERY_BYTE = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte));

/** Nothing listens there: it is no port that a program may get by chance. */
const NOWHERE = 'http://127.0.0.1:1/';

/** Requests that are refused before anything is sent. */
const INVALID: readonly (readonly [
  name: string,
  title: string,
  changes: Readonly<Record<string, unknown>>,
])[] = [
  ['url-relative', 'a URL without a scheme', { url: '/a' }],
  ['url-scheme', 'a scheme other than http and https', { url: 'ftp://127.0.0.1/' }],
  ['url-type', 'a URL that is no string', { url: null }],
  ['method', 'a method with a space', { method: 'G T' }],
  ['method-empty', 'a method without a letter', { method: '' }],
  ['header-name', 'a name of a header with a space', { headers: [{ name: 'a b', value: '' }] }],
  ['header-value', 'a value of a header with a new line', { headers: [{ name: 'a', value: 'b\nc' }] }],
  [
    'header-variable',
    'a variable that is not set',
    { headers: [{ name: 'a', value: '', valueEnvVar: 'NOT_SET_AT_ALL' }] },
  ],
  [
    'header-secret',
    'a variable that holds a key',
    { headers: [{ name: 'a', value: '', valueEnvVar: 'OPENAI_API_KEY' }] },
  ],
  ['base64', 'a body that is no base64', { bodyBase64: '!' }],
  ['redirect-policy', 'an unknown policy of redirects', { redirectPolicy: 'maybe' }],
  ['timeout', 'a negative timeout', { timeoutMs: -1 }],
  ['id', 'no requestId', { requestId: undefined }],
];

export const REQUEST_CASES: readonly ConformanceCase[] = [
  on('response', 'status, headers and body are answered', async (session) => {
    const web = await WebServer.start(session);
    const url = web.url(response(EVERY_BYTE, '201 Created', 'X-A: 1', 'X-B: 2', 'X-A: 3'));
    const { status, headers, bodyBase64 } = resultOf(await web.ask(url));
    same('status and body', [status, decoded(bodyBase64)], [201, EVERY_BYTE]);
    const own = (headers as { name: string; value: string }[]).filter(({ name }) => name.startsWith('x-'));
    same(
      'values of x-a',
      own.filter(({ name }) => name === 'x-a').map(({ value }) => value),
      ['1', '3'],
    );
    same(
      'values of x-b',
      own.filter(({ name }) => name === 'x-b').map(({ value }) => value),
      ['2'],
    );
  }),
  on('failure-status', 'a status of failure is an answer like any other', async (session) => {
    const web = await WebServer.start(session);
    const { status, bodyBase64 } = resultOf(
      await web.ask(web.url(response('no', '503 Service Unavailable'))),
    );
    same('status and body', [status, decoded(bodyBase64)], [503, 'no']);
  }),
  on('empty', 'a response without a body', async (session) => {
    const web = await WebServer.start(session);
    const { status, bodyBase64 } = resultOf(
      await web.ask(web.url('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n')),
    );
    same('status and body', [status, bodyBase64], [204, '']);
  }),
  on('large', 'a body of 4 MB is answered whole', async (session) => {
    const web = await WebServer.start(session);
    const url = web.url('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n', '.large');
    const { bodyBase64 } = resultOf(await web.ask(url));
    same('whether it is whole', decoded(bodyBase64) === largeBody(), true);
  }),
  on('method', 'the method is sent as it is', async (session) => {
    const web = await WebServer.start(session);
    for (const method of ['DELETE', 'PURGE']) {
      await web.ask(web.url(response('')), { method });
      same('the method', (await web.received()).split(' ')[0], method);
    }
  }),
  on('request-headers', 'headers are sent in order, repeated ones too', async (session) => {
    const web = await WebServer.start(session);
    const headers = [
      { name: 'X-A', value: '1' },
      { name: 'X-B', value: '2' },
      { name: 'X-A', value: '3' },
    ];
    await web.ask(web.url(response('')), { headers });
    const lines = (await web.received()).split('\r\n');
    const values = lines.flatMap((line) => /^x-a: (.*)$/i.exec(line)?.[1] ?? []);
    same('the values of x-a', values, ['1', '3']);
    same('the values of x-b', lines.filter((line) => /^x-b: 2$/i.test(line)).length, 1);
  }),
  on('request-body', 'a body is sent, byte for byte', async (session) => {
    const web = await WebServer.start(session);
    const bodyBase64 = Buffer.from(EVERY_BYTE, 'latin1').toString('base64');
    await web.ask(web.url(response('')), { method: 'POST', bodyBase64 });
    same('the body', (await web.received()).split('\r\n\r\n').slice(1).join('\r\n\r\n'), EVERY_BYTE);
  }),
  on('user', 'user info of the URL becomes basic authorization', async (session) => {
    const web = await WebServer.start(session);
    await web.ask(web.url(response('')).replace('//', '//me:secret@'));
    const request = await web.received();
    holds(request.includes(`Basic ${base64('me:secret')}`), 'expected basic authorization', request);
  }),
  on('variable', 'a value may end with a variable of the executor', async (session) => {
    const web = await WebServer.start(session);
    const headers = [{ name: 'x-path', value: 'is ', valueEnvVar: 'PATH' }];
    await web.ask(web.url(response('')), { headers });
    const request = await web.received();
    holds(/\r\nx-path: is .*\//i.test(request), 'expected the PATH of the executor', request);
  }),
  on('redirect', 'redirects are followed', async (session) => {
    const web = await WebServer.start(session);
    const there = web.url(response('there'));
    const here = web.url(response('', '302 Found', `Location: ${there}`));
    same('the body', decoded(resultOf(await web.ask(here))['bodyBase64']), 'there');
  }),
  on('redirect-stop', 'unless they are not to be', async (session) => {
    const web = await WebServer.start(session);
    const here = web.url(response('', '302 Found', `Location: ${web.url(response('there'))}`));
    same('the status', resultOf(await web.ask(here, { redirectPolicy: 'stop' }))['status'], 302);
  }),
  on('redirect-see-other', 'after 303 a POST becomes a GET without a body', async (session) => {
    const web = await WebServer.start(session);
    const here = web.url(response('', '303 See Other', `Location: ${web.url(response(''))}`));
    await web.ask(here, { method: 'POST', bodyBase64: base64('body') });
    await web.received();
    const second = await web.received();
    same('method and body', [second.split(' ')[0], second.split('\r\n\r\n')[1]], ['GET', '']);
  }),
  on('redirect-temporary', 'after 307 it stays a POST with its body', async (session) => {
    const web = await WebServer.start(session);
    const here = web.url(response('', '307 Temporary Redirect', `Location: ${web.url(response(''))}`));
    await web.ask(here, { method: 'POST', bodyBase64: base64('body') });
    await web.received();
    const second = await web.received();
    same('method and body', [second.split(' ')[0], second.split('\r\n\r\n')[1]], ['POST', 'body']);
  }),
  on('compressed', 'a compressed body is answered as it came', async (session) => {
    const web = await WebServer.start(session);
    const url = web.url(response('not really', '200 OK', 'Content-Encoding: gzip'));
    same('the body', decoded(resultOf(await web.ask(url))['bodyBase64']), 'not really');
  }),
  on('times-out', 'a response that does not come in time: refused with -32603', async (session) => {
    const web = await WebServer.start(session);
    refused(await web.ask(web.url('.hold'), { timeoutMs: 300 }), -32603);
  }),
  on('body-times-out', 'nor may its body come late', async (session) => {
    const web = await WebServer.start(session);
    const url = web.url('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart', '.hold');
    refused(await web.ask(url, { timeoutMs: 300 }), -32603);
  }),
  on('reset', 'a connection that is reset: refused with -32603', async (session) => {
    const web = await WebServer.start(session);
    refused(await web.ask(web.url('.reset')), -32603);
  }),
  on('truncated', 'a body that is not whole: refused with -32603', async (session) => {
    const web = await WebServer.start(session);
    refused(await web.ask(web.url('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart')), -32603);
  }),
  on('beside', 'other requests are answered while one waits', async (session) => {
    const web = await WebServer.start(session);
    const waiting = web.ask(web.url('.gate', response('late')));
    await web.received();
    same('environment/status', await session.request('environment/status'), { result: { status: 'ready' } });
    await web.open();
    same('the body', decoded(resultOf(await waiting)['bodyBase64']), 'late');
  }),
  on('same-id', 'an id may be used again', async (session) => {
    const web = await WebServer.start(session);
    for (const body of ['one', 'other']) {
      same('the body', decoded(resultOf(await web.ask(web.url(response(body))))['bodyBase64']), body);
    }
  }),
  refusesAnywhere('refused', 'a port where nobody listens: refused with -32603', -32603, (session) =>
    ask(session, {}),
  ),
  ...INVALID.map(([name, title, changes]) =>
    refusesAnywhere(`bad-${name}`, `${title}: refused with -32602`, -32602, (session) =>
      ask(session, changes),
    ),
  ),
];

function ask(session: Session, changes: Readonly<Record<string, unknown>>): ReturnType<Session['request']> {
  return session.request('http/request', { requestId: 'r', method: 'GET', url: NOWHERE, ...changes });
}

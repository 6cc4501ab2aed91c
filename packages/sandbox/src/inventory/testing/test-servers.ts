import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Servers on the loopback of the host, which stand for the network outside. */
export interface TestServers {
  readonly http: number;
  readonly https: number;
  /** The certificate authority of the second one. */
  readonly authority: string;
  /** What they were asked for, as method, host and path. */
  readonly requests: string[];
  close(): void;
}

/** Names in the certificate of the test server. */
const NAMES = ['registry.test', '*.wild.test', 'localhost'];

/** Serves the files below a folder, and under `/elsewhere/HOST` a redirect to that host. */
export async function startServers(root: string, scratch: string): Promise<TestServers> {
  const requests: string[] = [];
  const certificate = makeCertificate(scratch);
  const answer = answerFrom(root, requests);
  const http = await listening(createHttpServer(answer));
  const https = await listening(createHttpsServer(certificate, answer));
  return {
    http: portOf(http),
    https: portOf(https),
    authority: certificate.authority,
    requests,
    close() {
      for (const server of [http, https]) server.close();
    },
  };
}

function answerFrom(root: string, requests: string[]): RequestListener {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://test');
    requests.push(`${request.method ?? ''} ${request.headers.host ?? ''} ${request.url ?? ''}`);
    const elsewhere = /^\/elsewhere\/(.*)$/.exec(pathname)?.[1];
    if (elsewhere !== undefined) {
      response.writeHead(302, { Location: `http://${elsewhere}/` }).end();
      return;
    }
    if (request.method === 'POST') {
      request.pipe(response);
      return;
    }
    const file = path.join(root, pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    if (file.endsWith('.html')) response.setHeader('Content-Type', 'text/html');
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
      response.writeHead(404).end('nothing\n');
    else createReadStream(file).pipe(response);
  };
}

function makeCertificate(folder: string): {
  readonly key: Buffer;
  readonly cert: Buffer;
  readonly authority: string;
} {
  const work = mkdtempSync(path.join(tmpdir(), 'holdfast-certificate-'));
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: work, stdio: 'pipe' });
  };
  const authority = path.join(folder, 'authority.pem');
  const names = NAMES.map((name) => `DNS:${name}`).join(',');
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    openssl(
      'req',
      '-x509',
      ...newKey,
      '-keyout',
      'ca.key',
      '-out',
      authority,
      '-days',
      '2',
      '-subj',
      '/CN=test',
    );
    openssl(
      'req',
      ...newKey,
      '-keyout',
      'key',
      '-out',
      'request',
      '-subj',
      '/CN=registry.test',
      '-addext',
      `subjectAltName=${names}`,
    );
    openssl(
      'x509',
      '-req',
      '-in',
      'request',
      '-CA',
      authority,
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-copy_extensions',
      'copy',
      '-out',
      'cert',
    );
    return {
      key: readFileSync(path.join(work, 'key')),
      cert: readFileSync(path.join(work, 'cert')),
      authority,
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function listening<T extends Server>(server: T): Promise<T> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

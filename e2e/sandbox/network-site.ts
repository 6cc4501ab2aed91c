import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { PATH } from '../runs.js';

/** Two servers outside of every sandbox, with what curl, git, npm and pip ask for. */
export interface NetworkSite extends AsyncDisposable {
  /** `HOST:PORT` of the one that speaks plain HTTP, … */
  readonly http: string;
  /** … and of the one with a certificate. */
  readonly https: string;
  /** A file with the authority behind the certificate. */
  readonly authority: string;
  /** Method and path of each request, in order. */
  readonly requests: readonly string[];
}

/** An address of this machine that no list of exceptions from a proxy names. */
const HOST = '127.0.0.2';

/** Starts the servers. @param root An empty directory; what they serve is made there. */
export async function startNetworkSite(root: string): Promise<NetworkSite> {
  const requests: string[] = [];
  const { authority, ...certificate } = makeCertificate(root);
  const site = join(root, 'site');
  mkdirSync(site);
  const answer = answerFrom(site, requests);
  const plain = await listening(createHttpServer(answer));
  const secure = await listening(createHttpsServer(certificate, answer));
  const https = `${HOST}:${portOf(secure)}`;
  writeFileSync(join(site, 'hello'), 'hello\n');
  furnishNpm(site, root, `https://${https}`);
  furnishGit(site, root);
  furnishPip(site);
  return {
    http: `${HOST}:${portOf(plain)}`,
    https,
    authority,
    requests,
    async [Symbol.asyncDispose]() {
      for (const server of [plain, secure]) {
        const closed = once(server, 'close');
        server.close();
        server.closeAllConnections();
        await closed;
      }
    },
  };
}

function answerFrom(site: string, requests: string[]): RequestListener {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site');
    requests.push(`${request.method ?? ''} ${pathname}`);
    const file = join(site, pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    if (file.endsWith('.html')) response.setHeader('Content-Type', 'text/html');
    if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) createReadStream(file).pipe(response);
    else response.writeHead(404).end();
  };
}

/** Signed by itself, and so its own authority. */
function makeCertificate(root: string): {
  readonly key: Buffer;
  readonly cert: Buffer;
  readonly authority: string;
} {
  const [key, authority] = [join(root, 'key.pem'), join(root, 'authority.pem')];
  // The second name is what npm takes for that of a server that it knows by its address, behind a proxy.
  const name = ['-subj', '/CN=site', '-addext', `subjectAltName=IP:${HOST},DNS:localhost`];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-days', '2', ...curve, ...name, '-keyout', key, '-out', authority],
    { stdio: 'pipe' },
  );
  return { key: readFileSync(key), cert: readFileSync(authority), authority };
}

function furnishNpm(site: string, root: string, origin: string): void {
  const source = join(root, 'npm');
  mkdirSync(join(source, 'package'), { recursive: true });
  const named = { name: 'demo', version: '1.0.0' };
  writeFileSync(join(source, 'package', 'package.json'), JSON.stringify(named));
  const tarball = join(site, 'demo.tgz');
  execFileSync('tar', ['-czf', tarball, '-C', source, 'package']);
  const digest = createHash('sha512').update(readFileSync(tarball)).digest('base64');
  const dist = { tarball: `${origin}/demo.tgz`, integrity: `sha512-${digest}` };
  const versions = { '1.0.0': { ...named, dist } };
  writeFileSync(
    join(site, 'demo'),
    JSON.stringify({ name: 'demo', 'dist-tags': { latest: '1.0.0' }, versions }),
  );
}

function furnishGit(site: string, root: string): void {
  const bare = join(site, 'demo.git');
  const script = [
    'git init -q -b main "$1/git" && cd "$1/git" && echo from git > file && git add file',
    'git -c user.name=somebody -c user.email=somebody@example.org commit -q -m first',
    'git clone -q --bare . "$2" && git -C "$2" update-server-info',
  ].join(' && ');
  const env = { PATH, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  execFileSync('/bin/sh', ['-c', script, 'sh', root, bare], { env, stdio: 'pipe' });
}

const WHEEL = 'demo-1.0-py3-none-any.whl';

const MAKE_WHEEL = `
import sys, zipfile
info = 'demo-1.0.dist-info/'
files = {
    'demo.py': 'said = "from pip"\\n',
    info + 'METADATA': 'Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n',
    info + 'WHEEL': 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n',
}
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    for name, text in files.items():
        wheel.writestr(name, text)
    wheel.writestr(info + 'RECORD', ''.join(name + ',,\\n' for name in [*files, info + 'RECORD']))
`;

/** Left out where there is no Python: then nobody will ask for it either. */
function furnishPip(site: string): void {
  const folder = join(site, 'simple', 'demo');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.html'), `<a href="${WHEEL}">${WHEEL}</a>`);
  try {
    execFileSync('python3', ['-c', MAKE_WHEEL, join(folder, WHEEL)], { stdio: 'pipe' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

async function listening<T extends Server>(server: T): Promise<T> {
  server.listen(0, HOST);
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

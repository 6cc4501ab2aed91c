import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { eventually } from '../deadline.js';
import { startServer, type TestServer } from '../harness.js';
import { markedProcesses } from '../process-table.js';
import type { RawClient } from '../raw-client.js';
import { outputContains, PATH, startParams } from '../runs.js';
import { managedNetwork, networkProxy } from './managed-network.js';
import { type NetworkSite, startNetworkSite } from './network-site.js';
import {
  runConfined,
  type SandboxPlace,
  sandboxOf,
  sandboxPlace,
  startConfined,
  WORKSPACE_WRITE,
} from './sandbox-profiles.js';
import { describeConfinedByEach } from './sandbox-users.js';

const DEADLINE_MS = 180_000;

function has(program: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', `command -v ${program}`], { env: { PATH }, stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

describeConfinedByEach(
  ({ name }) => `a managed network for processes that ${name} confines`,
  (user) => {
    /** A server with a client, a workspace for it, and servers outside. */
    async function inPlace(
      run: (there: {
        readonly client: RawClient;
        readonly place: SandboxPlace;
        readonly site: NetworkSite;
        readonly server: TestServer;
      }) => Promise<void>,
    ): Promise<void> {
      await using place = await sandboxPlace(user);
      const root = join(place.path, 'site');
      mkdirSync(root);
      await using site = await startNetworkSite(root);
      await using server = await startServer(place.server);
      await using client = await server.connect();
      await client.initialize({ signals: 1 });
      await run({ client, place, site, server });
    }

    const TOOLS: readonly (readonly [program: string, script: string, says: string | RegExp])[] = [
      ['curl', 'curl -sS http://$HTTP/hello https://$HTTPS/hello', 'hello\nhello\n'],
      ['curl', 'curl -sS --proxy socks5h://${http_proxy#http://} https://$HTTPS/hello', 'hello\n'],
      [
        'git',
        'git clone -q https://$HTTPS/demo.git cloned && cat cloned/file && rm -rf cloned',
        'from git\n',
      ],
      [
        'npm',
        'mkdir app && cd app && npm install --registry https://$HTTPS --no-audit --no-fund --no-update-notifier --loglevel error demo && ls node_modules',
        /added 1 package .*\ndemo\n$/s,
      ],
      [
        'pip3',
        'pip3 install -q --disable-pip-version-check --no-cache-dir --target site --index-url https://$HTTPS/simple demo && PYTHONPATH=site python3 -c "import demo; print(demo.said)"',
        'from pip\n',
      ],
    ];
    for (const [program, script, says] of TOOLS) {
      test.skipIf(!has(program))(
        `is used by ${program}: ${script.slice(0, 32)}…`,
        async () => {
          await inPlace(async ({ client, place, site }) => {
            const authority = site.authority;
            const env = {
              PATH,
              HOME: place.workspace,
              HTTP: site.http,
              HTTPS: site.https,
              CURL_CA_BUNDLE: authority,
              GIT_SSL_CAINFO: authority,
              PIP_CERT: authority,
              PIP_ROOT_USER_ACTION: 'ignore',
              npm_config_cafile: authority,
              npm_config_cache: join(place.workspace, 'npm'),
            };
            const network = managedNetwork({ [site.http]: 'allow', [site.https]: 'allow' });
            const argv = ['/bin/sh', '-c', `exec 2>&1\n${script}`];
            await startConfined(client, 'p', argv, place, WORKSPACE_WRITE, { env, ...network });
            const stdout: unknown = typeof says === 'string' ? says : expect.stringMatching(says);
            expect(await outcomeOf(client, 'p')).toEqual({ stdout, exitCode: 0 });
          });
        },
        DEADLINE_MS,
      );
    }

    test(
      'is used by fetch of Node for a listed port of this machine',
      async () => {
        await inPlace(async ({ client, place }) => {
          const { port } = await ownServer();
          const script = `fetch('http://localhost:${port}/').then((r) => r.text()).then((t) => process.stdout.write(t))`;
          const run = await runConfined(
            client,
            `'${process.execPath}' -e "${script}"`,
            place,
            WORKSPACE_WRITE,
            managedNetwork({ [`localhost:${port}`]: 'allow' }),
          );
          expect(run).toMatchObject({ stdout: 'own\n', exitCode: 0 });
        });
      },
      DEADLINE_MS,
    );

    test(
      'leads nowhere else, and says so',
      async () => {
        await inPlace(async ({ client, place, site, server }) => {
          const [, port] = site.http.split(':');
          const script = [
            'exec 2>&1',
            'for url in http://other.example/ http://denied.example/ http://127.0.0.3:$PORT/ http://0x7f.2:$PORT/ http://2130706434:81/; do',
            `curl -s -o /dev/null -w '%{http_code} ' $url; done`,
            `curl -s --noproxy '*' --connect-timeout 5 http://$HTTP/hello || printf "direct $? "`,
            `curl -s --noproxy '*' --connect-timeout 5 http://192.0.2.1/ || printf "outside $? "`,
            `getent hosts example.org || printf 'no names '`,
            'env | grep -i proxy | grep -c @; exit 3',
          ].join('\n');
          const run = await runConfined(client, script, place, WORKSPACE_WRITE, {
            env: { PATH, HTTP: site.http, PORT: port },
            ...managedNetwork({ [site.http]: 'allow', 'denied.example': 'deny' }),
          });
          expect([run.stdout, run.denied]).toEqual([
            '403 403 403 404 403 direct 7 outside 7 no names 0\n',
            true,
          ]);
          const logged = server
            .log()
            .split('\n')
            .filter((line) => line.includes('a network request was refused'))
            .map((line) => JSON.parse(line) as Record<string, unknown>)
            .map(({ protocol, host, port: at, reason }) => [protocol, host, at, reason]);
          expect(logged).toEqual([
            ['http', 'other.example', 80, 'not_allowed'],
            ['http', 'denied.example', 80, 'denied'],
            ['http', '127.0.0.3', Number(port), 'not_allowed_local'],
            ['http', '127.0.0.2', 81, 'not_allowed_port'],
          ]);
        });
      },
      DEADLINE_MS,
    );

    test(
      'leads to the listed ports of this machine alone, for a client that brings its own proxy',
      async () => {
        await inPlace(async ({ client, place }) => {
          const [listed, named, other] = [await ownServer(), await ownServer(), await ownServer()];
          const script = [listed, named, other]
            .map(({ port }) => `curl -s --noproxy '*' http://127.0.0.1:${port}/ || echo none`)
            .join('; ');
          const run = await runConfined(
            client,
            `${script}; echo $http_proxy $HTTPS_PROXY`,
            place,
            WORKSPACE_WRITE,
            {
              env: { PATH, http_proxy: `http://127.0.0.1:${named.port}` },
              enforceManagedNetwork: true,
              managedNetwork: { loopbackPorts: [listed.port], allowLocalBinding: false },
            },
          );
          expect(run.stdout).toBe(`own\nown\nnone\nhttp://127.0.0.1:${named.port}\n`);
        });
      },
      DEADLINE_MS,
    );

    test(
      'ends with its process and leaves nothing in the server',
      async () => {
        await inPlace(async ({ client, place, server, site }) => {
          const held = (): number =>
            readdirSync(`/proc/${server.pid}/fd`).filter((fd) => isNetwork(server.pid, fd)).length;
          const script = 'curl -sN http://$HTTP/hello; echo ready; exec sleep 300';
          const changes = { env: { PATH, HTTP: site.http }, ...managedNetwork({ [site.http]: 'allow' }) };
          await startConfined(client, 'p', ['/bin/sh', '-c', script], place, WORKSPACE_WRITE, changes);
          await outputContains(client, 'p', 'ready');
          expect(held()).toBe(1);
          await client.request('process/terminate', { processId: 'p', graceMs: 0 });
          await eventually('the end of the network', () => held() === 0 || undefined);
          const missing = { ...changes, argv: ['no-such-program'] };
          const params = startParams(client, 'q', ['no-such-program'], {
            cwd: pathToFileURL(place.workspace).href,
            sandbox: sandboxOf(WORKSPACE_WRITE, place),
            ...missing,
          });
          expect((await client.request('process/start', params)).error?.code).toBe(-32603);
          expect([held(), markedProcesses(client.mark)]).toEqual([0, []]);
        });
      },
      DEADLINE_MS,
    );

    test(
      'is refused before anything starts where it cannot be had as it is asked for',
      async () => {
        await inPlace(async ({ client, place }) => {
          const refusal = async (changes: object): Promise<string | undefined> => {
            const params = startParams(client, 'p', ['/bin/sh', '-c', 'touch started'], {
              cwd: pathToFileURL(place.workspace).href,
              sandbox: sandboxOf(WORKSPACE_WRITE, place),
              ...changes,
            });
            const { error } = await client.request('process/start', params);
            expect([error?.code, (error?.data as { readonly kind?: string } | undefined)?.kind]).toEqual([
              -32602,
              'sandboxUnsupported',
            ]);
            return error?.message;
          };
          expect([
            await refusal({ enforceManagedNetwork: true }),
            await refusal({ enforceManagedNetwork: true, sandbox: null }),
            await refusal({ networkProxy: networkProxy({}), sandbox: null }),
            await refusal({ networkProxy: networkProxy({}, { enabled: false }) }),
            await refusal({ networkProxy: networkProxy({}, { mode: 'limited' }) }),
            await refusal({ networkProxy: networkProxy({}, { reviewDomains: ['a.example'] }) }),
            await refusal({ networkProxy: networkProxy({ localhost: 'allow' }) }),
            await refusal({ networkProxy: networkProxy({ 'a.example': 'perhaps' }) }),
            await refusal({ enforceManagedNetwork: true, managedNetwork: { loopbackPorts: [0] } }),
          ]).toEqual([
            expect.stringMatching(
              /^enforceManagedNetwork: nothing says what may be reached; send networkProxy/,
            ),
            expect.stringMatching(/^enforceManagedNetwork: only a process in a sandbox .*; send sandbox/),
            expect.stringMatching(/^networkProxy: only a process in a sandbox .*; send sandbox/),
            expect.stringMatching(/^networkProxy.proxy.enabled: must be true; leave networkProxy out/),
            expect.stringMatching(/^networkProxy.proxy.mode: must be "full"/),
            expect.stringMatching(/^networkProxy.proxy: reviewDomains: not known here/),
            expect.stringMatching(/^networkProxy.proxy.domains: localhost .* write localhost:PORT$/),
            expect.stringMatching(/^networkProxy.proxy.domains.a.example: /),
            expect.stringMatching(/^managedNetwork.loopbackPorts.0: /),
          ]);
          expect(readdirSync(place.workspace)).toEqual([]);
        });
      },
      DEADLINE_MS,
    );
  },
);

interface Page {
  readonly chunks: readonly { readonly chunk: string }[];
  readonly nextSeq: number;
  readonly exitCode: number | null;
  readonly closed: boolean;
}

/** What a command comes to that may be silent for longer than a message is waited for. */
async function outcomeOf(client: RawClient, processId: string): Promise<object> {
  let stdout = '';
  for (let afterSeq = 0; ; ) {
    const answer = await client.request('process/read', { processId, afterSeq, waitMs: 5000 });
    const { chunks, nextSeq, exitCode, closed } = answer.result as Page;
    stdout += chunks.map(({ chunk }) => Buffer.from(chunk, 'base64').toString()).join('');
    if (closed) return { stdout, exitCode };
    afterSeq = nextSeq - 1;
  }
}

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server on the loopback of this machine. */
async function ownServer(): Promise<AddressInfo> {
  const server = createServer((_, response) => response.end('own\n'));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address() as AddressInfo;
}

function isNetwork(pid: number, fd: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('net:');
  } catch {
    return false;
  }
}

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { describeInWorlds } from './testing/describe-in-worlds.js';
import { furnishPythonIndex, furnishRegistry } from './testing/packages.js';
import { startServers, type TestServers } from './testing/test-servers.js';
import { has } from './testing/users.js';

const START_MS = 120_000;

/** Sends bytes to the proxy, with `\r\n` written so, and prints the first line of the answer and the reason in it. */
const RAW = `
const [bytes] = process.argv.slice(1);
const { hostname, port } = new URL(process.env.http_proxy);
let answer = '';
const socket = require('node:net').connect(port, hostname, () => socket.write(JSON.parse('"' + bytes + '"')));
socket.on('data', (chunk) => {
  answer += chunk;
  if (answer.startsWith('HTTP/1.1 200')) socket.end();
});
socket.on('error', () => undefined);
socket.on('close', () => {
  console.log(answer.split(' ')[1] ?? 'closed', /"reason":"(\\w+)"/.exec(answer)?.[1] ?? '');
});
`;

function raw(bytes: string): string {
  return `${process.execPath} -e '${RAW.replaceAll("'", `'"'"'`)}' '${bytes}'`;
}

const NEEDED = ['openssl', 'curl'];

describeInWorlds(({ user, there, it: inWorld }) => {
  let servers: TestServers | undefined;
  const served = (): TestServers => {
    if (servers === undefined) throw new Error('there are no servers');
    return servers;
  };

  beforeAll(async () => {
    if (user.obstacle !== undefined || !NEEDED.every(has)) return;
    const root = path.join(there().outside, 'served');
    mkdirSync(root);
    servers = await startServers(root, there().outside);
    furnishRegistry(root, `https://registry.test:${servers.https}`);
    if (has('pip3')) furnishPythonIndex(root);
  }, START_MS);

  afterAll(() => servers?.close());

  /** Runs a script that may reach the test servers; what names stand for can be given. */
  async function run(
    script: string,
    addresses: Readonly<Record<string, readonly string[]>> = {},
    allow: readonly string[] = [],
  ): Promise<{ readonly stdout: string; readonly decisions: readonly string[] }> {
    const { http, https, authority } = served();
    const prelude = [
      `HTTP=${http} HTTPS=${https}`,
      `export CURL_CA_BUNDLE=${authority} GIT_SSL_CAINFO=${authority} PIP_CERT=${authority}`,
      `export NODE_EXTRA_CA_CERTS=${authority} npm_config_cafile=${authority} npm_config_cache=$TMPDIR/npm`,
      'exec 2>&1',
    ].join('\n');
    const { stdout, decisions } = await there().run(`${prelude}\n${script}`, {
      hosts: {
        allow: [
          ...[`registry.test:${http}`, `registry.test:${https}`, `*.wild.test:${http}`],
          ...[`127.0.0.1:${http}`, `127.0.0.1:${https}`, 'rebound.test', 'rebound.test:81'],
          ...allow,
        ],
        deny: ['bad.wild.test', 'denied.test'],
        addresses: { 'registry.test': ['127.0.0.1'], 'x.wild.test': ['127.0.0.1'], ...addresses },
      },
    });
    return { stdout, decisions };
  }

  const it = (name: string, body: () => Promise<void>, needs = 'sh'): void => {
    inWorld(name, body, { programs: [...NEEDED, needs] });
  };

  it('W29 curl reaches an allowed host, by HTTP, by HTTPS and by SOCKS', async () => {
    const { http, https } = served();
    const { stdout, decisions } = await run(
      'curl -sS http://registry.test:$HTTP/hello https://registry.test:$HTTPS/hello; curl -sS --proxy socks5h://${http_proxy#http://} https://registry.test:$HTTPS/hello',
    );
    expect({ stdout, decisions }).toEqual({
      stdout: 'hello\n'.repeat(3),
      decisions: [
        `http allow registry.test:${http}`,
        `https_connect allow registry.test:${https}`,
        `socks5_tcp allow registry.test:${https}`,
      ],
    });
  });

  it('W30 a listed port of the host and a server of its own are both there', async () => {
    const { http } = served();
    const own = `const s = require('node:http').createServer((q, r) => r.end('own\\n')).listen(0, '127.0.0.1', () => {
      require('node:child_process').spawn('curl', ['-sS', 'http://127.0.0.1:' + s.address().port], { stdio: 'inherit' }).on('close', () => s.close());
    });`;
    const { stdout, decisions } = await run(
      `curl -sS http://127.0.0.1:$HTTP/hello; ${process.execPath} -e "${own}"`,
    );
    expect({ stdout, decisions }).toEqual({
      stdout: 'hello\nown\n',
      decisions: [`loopback allow 127.0.0.1:${http}`],
    });
  });

  it('a body is carried both ways', async () => {
    const { stdout } = await run(
      'head -c 3000000 /dev/urandom > sent; for u in http://registry.test:$HTTP https://registry.test:$HTTPS; do curl -sS -H "Expect:" --data-binary @sent $u/echo | cmp - sent && curl -sS -T - -X POST $u/echo < sent | cmp - sent && echo same; done; rm sent',
    );
    expect(stdout).toBe('same\nsame\n');
  });

  it(
    'W31 git clones over https',
    async () => {
      const { stdout } = await run(
        'cd $TMPDIR && git clone -q https://registry.test:$HTTPS/demo.git cloned; cat cloned/file; rm -rf cloned',
      );
      expect(stdout).toBe('from git\n');
    },
    'git',
  );

  it(
    'W28 npm installs a package',
    async () => {
      const { stdout } = await run(
        'mkdir $TMPDIR/app && cd $TMPDIR/app && npm install --registry https://registry.test:$HTTPS --no-audit --no-fund --no-update-notifier --loglevel error demo && ls node_modules; cd ..; rm -rf app npm',
      );
      expect(stdout).toMatch(/added 1 package .*\ndemo\n$/s);
    },
    'npm',
  );

  it(
    'W32 pip installs a package',
    async () => {
      const { stdout } = await run(
        'PIP_ROOT_USER_ACTION=ignore pip3 install -q --disable-pip-version-check --no-cache-dir --target $TMPDIR/site --index-url https://registry.test:$HTTPS/simple demo; PYTHONPATH=$TMPDIR/site python3 -c "import demo; print(demo.said)"; rm -rf $TMPDIR/site',
      );
      expect(stdout).toBe('from pip\n');
    },
    'pip3',
  );

  it('fetch of Node reaches a listed port', async () => {
    const { stdout } = await run(
      `${process.execPath} -e "fetch('https://localhost:$HTTPS/hello').then((r) => r.text()).then(console.log)"`,
      {},
      [`localhost:${served().https}`],
    );
    expect(stdout).toBe('hello\n\n');
  });

  it('N03 names are not resolved inside', async () => {
    const { stdout } = await run(
      `getent hosts registry.test || echo unknown; ${process.execPath} -e "
        const r = new (require('node:dns').Resolver)({ timeout: 500, tries: 1 });
        r.setServers(['192.0.2.1', '127.0.0.53']);
        r.resolve4('registry.test', (e, a) => console.log(a ?? 'unknown'));"`,
    );
    expect(stdout).toBe('unknown\nunknown\n');
  });

  it('N06 a direct connection goes nowhere', async () => {
    const { stdout, decisions } = await run(
      'for a in 192.0.2.1 127.0.0.1:22; do curl -s --noproxy "*" --connect-timeout 5 http://$a/; echo $?; done',
    );
    expect([stdout, decisions]).toEqual(['7\n7\n', []]);
  });

  const REFUSED: readonly (readonly [id: string, what: string, bytes: string, answer: string])[] = [
    ['N07', 'a host that is not listed', 'CONNECT other.test:443 HTTP/1.1', '403 not_allowed'],
    ['N07b', 'a denied host', 'CONNECT bad.wild.test:80 HTTP/1.1', '403 denied'],
    ['N08', 'another loopback address', 'CONNECT 127.0.0.2:443 HTTP/1.1', '403 not_allowed_local'],
    ['N08b', 'another port of it', 'CONNECT 127.0.0.1:22 HTTP/1.1', '403 not_allowed_port'],
    ['N09', 'a decimal address', 'CONNECT 2130706434:443 HTTP/1.1', '403 not_allowed_local'],
    ['N09b', 'a hexadecimal address', 'CONNECT 0x7f.2:443 HTTP/1.1', '403 not_allowed_local'],
    ['N09c', 'an octal address', 'CONNECT 0177.0.0.02:443 HTTP/1.1', '403 not_allowed_local'],
    ['N09d', 'IPv4 in IPv6', 'CONNECT [::ffff:169.254.169.254]:80 HTTP/1.1', '403 not_allowed_local'],
    ['N09e', 'a public address', 'CONNECT 8.8.8.8:443 HTTP/1.1', '403 not_allowed'],
    ['N10', 'another port', 'CONNECT registry.test:22 HTTP/1.1', '403 not_allowed_port'],
    ['N11', 'another Host', 'CONNECT rebound.test:80 HTTP/1.1\\r\\nHost: other.test', '403 other_host'],
    ['N11b', 'another Host', 'GET http://rebound.test/ HTTP/1.1\\r\\nHost: other.test', '403 other_host'],
    ['N13', 'user-info', 'CONNECT registry.test@other.test:443 HTTP/1.1', '403 invalid_target'],
    ['N13b', 'an escaped zero', 'CONNECT other.test%00.wild.test:443 HTTP/1.1', '403 invalid_target'],
    ['N13c', 'a look-alike', 'CONNECT registr\\u0443.test:443 HTTP/1.1', '400 malformed'],
    ['N13d', 'no host', 'GET / HTTP/1.1\\r\\nHost: rebound.test', '403 invalid_target'],
    ['N13e', 'another protocol', 'GET ftp://rebound.test/ HTTP/1.1', '403 not_supported'],
    [
      'N14',
      'two lengths',
      'POST http://rebound.test/ HTTP/1.1\\r\\nHost: rebound.test\\r\\nContent-Length: 1\\r\\nTransfer-Encoding: chunked',
      '400 malformed',
    ],
    [
      'N14b',
      'too long a header',
      `GET http://rebound.test/ HTTP/1.1\\r\\nX: ${'x'.repeat(40_000)}`,
      '400 malformed',
    ],
    [
      'N14c',
      'two Hosts',
      'GET http://rebound.test/ HTTP/1.1\\r\\nHost: rebound.test\\r\\nHost: rebound.test',
      '403 other_host',
    ],
  ];
  for (const [id, what, bytes, answer] of REFUSED) {
    it(`${id} ${what} is refused`, async () => {
      const { stdout, decisions } = await run(raw(`${bytes}\\r\\n\\r\\n`), { 'rebound.test': ['127.0.0.1'] });
      const reason = answer.split(' ')[1] ?? '';
      expect([stdout, decisions.map((line) => line.split(' ').at(-1))]).toEqual([`${answer}\n`, [reason]]);
    });
  }

  it('N12 a name that stands for an address which is not listed is refused', async () => {
    const inside = [
      '127.0.0.1',
      '169.254.169.254',
      '192.168.1.1',
      '::1',
      '::ffff:10.0.0.1',
      '64:ff9b::a00:1',
    ];
    for (const address of inside) {
      const { stdout, decisions } = await run(raw('CONNECT rebound.test:80 HTTP/1.1\\r\\n\\r\\n'), {
        'rebound.test': [address],
      });
      expect([stdout, decisions]).toEqual([
        '403 not_allowed_local\n',
        ['https_connect deny rebound.test:80 not_allowed_local'],
      ]);
    }
  });

  it('N13 other spellings of an allowed host are that host', async () => {
    const { stdout } = await run(
      'for h in REGISTRY.test registry.test. ｒegistry.test; do curl -sS http://$h:$HTTP/hello; done',
    );
    expect(stdout).toBe('hello\n'.repeat(3));
  });

  it('a redirect is judged like any request', async () => {
    const { stdout, decisions } = await run(
      'curl -sSL http://registry.test:$HTTP/elsewhere/other.test; echo; curl -sSL http://registry.test:$HTTP/elsewhere/127.0.0.2:$HTTP',
    );
    expect([stdout.match(/"reason":"\w+"/g), decisions.filter((line) => line.includes('deny'))]).toEqual([
      ['"reason":"not_allowed"', '"reason":"not_allowed_local"'],
      ['http deny other.test:80 not_allowed', `http deny 127.0.0.2:${served().http} not_allowed_local`],
    ]);
  });

  it('N11 TLS to another server than the one that was asked for is not carried', async () => {
    const { https } = served();
    const { stdout, decisions } = await run(
      'for name in registry.test other.test; do openssl s_client -proxy ${http_proxy#http://} -connect registry.test:$HTTPS -servername $name < /dev/null 2> /dev/null | grep -c "BEGIN CERT"; done',
    );
    expect({ stdout, decisions }).toEqual({
      stdout: '1\n0\n',
      decisions: [
        `https_connect allow registry.test:${https}`,
        `https_connect allow registry.test:${https}`,
        `https_connect deny other.test:${https} other_host`,
      ],
    });
  });

  it('N15 two sandboxes reach different hosts, and neither the proxy of the other', async () => {
    const { http } = served();
    const attempt =
      'curl -sS --max-time 20 http://only.test:$HTTP/hello > /dev/null 2>&1 && echo reached || echo refused';
    const only = { 'only.test': ['127.0.0.1'] };
    const script = `${attempt}; curl -s -o /dev/null -w "%{http_code}\\n" http://only.test:$HTTP/hello`;
    const [first, second] = await Promise.all([run(script, only, [`only.test:${http}`]), run(script, only)]);
    expect([first.stdout, second.stdout]).toEqual(['reached\n200\n', 'reached\n403\n']);
    expect(second.decisions).toEqual([
      `http deny only.test:${http} not_allowed`,
      `http deny only.test:${http} not_allowed`,
    ]);
  });

  it('N20 there is no credential to be seen', async () => {
    const { stdout } = await run('env | grep -i proxy | grep -c @; ls -A /proc/1 | grep -c .');
    expect(stdout).toBe('0\n0\n');
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Command } from '../command.js';
import { PROGRAM, runHoldfast, SCRIPT, showOnTerminal } from '../harness.js';
import { PATH } from '../runs.js';
import { describeConfined, WHOEVER_TESTS } from './sandbox-users.js';

/** Asks for a port of this machine, then its proxy for others; prints the answers. */
const TRY_HOSTS = `
const http = require('node:http');
const show = (text) => console.log(text);
const ask = (path) => new Promise((done) => {
  const { hostname: host, port } = new URL(process.env.HTTPS_PROXY);
  http.request({ host, port, method: 'CONNECT', path, headers: { host: path } }).on('connect', ({ statusCode }) => done(statusCode)).end();
});
http.get('http://127.0.0.1:' + process.argv[1], async (response) => {
  for await (const chunk of response) show(String(chunk));
  show(await ask('other.example:443'));
  show(await ask('a.example.org:22'));
  process.exit();
});
`;

let place = '';

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'holdfast-local-sandbox-'));
  mkdirSync(join(place, 'ws'));
  writeFileSync(join(place, 'ws', 'key'), 'secret\n');
});

afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

describeConfined('holdfast sandbox', WHOEVER_TESTS, () => {
  const inWorkspace = (...args: readonly string[]): readonly string[] => [
    ...['sandbox', '--write', join(place, 'ws'), '--deny', join(place, 'ws/key'), '--'],
    ...args,
  ];

  test('keeps exit code and streams, and nothing is left behind', async () => {
    const script = `cd ${place}/ws; echo made > new; cat key; echo x > ../outside; mktemp > temporary; exit 3`;
    const { code, stdout, stderr } = await runHoldfast(inWorkspace('sh', '-c', script));
    const temporary = readFileSync(join(place, 'ws/temporary'), 'utf8').trim();
    expect([code, stdout, stderr.match(/Permission denied|Read-only/g)]).toEqual([
      3,
      '',
      ['Permission denied', 'Read-only'],
    ]);
    expect([readdirSync(place), readdirSync(join(place, 'ws')).sort(), existsSync(temporary)]).toEqual([
      ['ws'],
      ['key', 'new', 'temporary'],
      false,
    ]);
  });

  test('names that a command has chosen do not steer the terminal', async () => {
    const name = '\u001b]0;x\u0007\u001b[2J\nholdfast: all is well\u009b';
    mkdirSync(join(place, 'ws', name, '.git'), { recursive: true });
    symlinkSync('../../x', join(place, 'ws', name, '.git/hooks'));
    const command = ['--write', join(place, 'ws'), '--', 'true'];
    const outcomes = [
      await runHoldfast(['sandbox', ...command]),
      await runHoldfast(['sandbox', 'explain', ...command]),
      await runHoldfast(['sandbox', 'explain', '--json', ...command]),
    ];
    const said = outcomes.map(({ stdout, stderr }) => stdout + stderr);
    const escaped = String.raw`\u001b]0;x\u0007\u001b[2J\u000aholdfast: all is well\u009b/.git/hooks is a link`;
    expect(said.slice(0, 2).map((text) => text.includes(escaped))).toEqual([true, true]);
    expect(said.map((text) => /[^\n\P{Cc}]/u.test(text))).toEqual([false, false, false]);
    expect(said[2]).toContain(String.raw`\u001b]0;x\u0007\u001b[2J\nholdfast: all is well\u009b`);
  });

  test('a program that is not there is told from a sandbox that cannot be', async () => {
    // As by a shell, for it is one that compares the working directory and becomes the command.
    const missing = await runHoldfast(inWorkspace('/no/such/program'));
    expect([missing.code, missing.stderr]).toEqual([
      127,
      expect.stringContaining('/no/such/program: not found\n'),
    ]);
    const script = join(place, 'ws/script');
    writeFileSync(script, '#!/no/such/interpreter\n', { mode: 0o755 });
    const broken = await runHoldfast(inWorkspace(script));
    expect([broken.code, broken.stderr]).toEqual([127, expect.stringContaining(`${script}: not found\n`)]);
    const { code, stderr } = await runHoldfast(['sandbox', '--deny', '/proc/cpuinfo', '--', 'true']);
    expect([code, stderr]).toEqual([
      125,
      'holdfast: --deny /proc/cpuinfo: /proc/cpuinfo cannot be denied: every sandbox has a /proc of its own; leave the entry out\n',
    ]);
  });

  test('a command that is too long beside the options of its sandbox is told what the limit is', async () => {
    for (let n = 0; n < 100; n += 1) {
      mkdirSync(join(place, 'ws', `${n}-${'x'.repeat(200)}`, '.git', 'hooks'), { recursive: true });
    }
    const words = Array.from({ length: 20 }, () => 'x'.repeat(102_000));
    const limited = ['-c', 'ulimit -s 8192; exec "$0" "$@"', process.execPath, PROGRAM];
    const child = spawn('/bin/sh', [...limited, ...inWorkspace('true', ...words)], {
      env: { PATH, TMPDIR: place },
    });
    expect(await new Command(child).ended).toEqual({
      code: 125,
      stdout: '',
      stderr:
        'holdfast: the command and the options of its sandbox are longer than the system allows: a quarter of the stack limit (ulimit -s) for both; pass long data through stdin or a file, or raise that limit\n',
    });
    expect(readdirSync(place)).toEqual(['ws']);
  });

  test('reaches the hosts that were allowed, and says which others were tried', async () => {
    const server = createServer((_request, response) => response.end('from outside')).listen(0, '127.0.0.1');
    try {
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const { code, stdout, stderr } = await runHoldfast([
        ...['sandbox', '--allow-host', `localhost:${port}`, '--allow-host', '*.example.org', '--'],
        ...[process.execPath, '-e', TRY_HOSTS, String(port)],
      ]);
      expect({ code, stdout, stderr }).toEqual({
        code: 0,
        stdout: 'from outside\n403\n403\n',
        stderr: [
          'holdfast: network: https_connect to other.example:443 was refused: not_allowed',
          'holdfast: network: https_connect to a.example.org:22 was refused: not_allowed_port (*.example.org)',
          '',
        ].join('\n'),
      });
    } finally {
      server.close();
    }
  });

  test.each([
    ['--net on --allow-host a.example', '--net on allows every host; leave out one of the two.'],
    ['--net=off --allow-host a.example', '--net off allows none; leave out one of the two.'],
    ['--deny-host a.example', '--deny-host says what an --allow-host leaves out; give one, or leave it out.'],
    [
      '--allow-host localhost:80 --deny-host localhost',
      '--deny-host localhost leaves nothing of --allow-host localhost:80; leave out one of the two.',
    ],
    [
      '--allow-host *.com',
      'network: *.com would cover hosts of too many owners; name a domain, such as *.example.com',
    ],
  ])('refuses hosts that contradict, and hosts that are none: %s', async (options, complaint) => {
    expect(await runHoldfast(['sandbox', ...options.split(' '), '--', 'true'])).toEqual({
      code: 125,
      stdout: '',
      stderr: `holdfast: ${complaint}\n`,
    });
  });

  test.each([
    [
      ['--write', '/'],
      /^holdfast: --write \/: \S+\/bwrap lies where the command may write, and is run outside of sandboxes; allow less to be written, or install bubblewrap elsewhere\n$/,
    ],
    [
      ['--deny', '/'],
      /^holdfast: cwd: \S+ cannot be read in the sandbox, since --deny \/ denies it; allow it, or start the command somewhere else\n$/,
    ],
  ])('names the option that is to blame: %j', async (options, complaint) => {
    expect(await runHoldfast(['sandbox', ...options, '--', 'true'])).toEqual({
      code: 125,
      stdout: '',
      stderr: expect.stringMatching(complaint) as string,
    });
  });

  test('runs what follows --, whatever it is called', async () => {
    for (const name of ['explain', 'help'])
      writeFileSync(join(place, 'ws', name), `#!/bin/sh\necho ${name}: "$@"\n`, { mode: 0o755 });
    const env = { PATH: `${join(place, 'ws')}:${PATH}` };
    const runs = [
      await runHoldfast(['sandbox', '--', 'explain', '--json', 'true'], { env }),
      await runHoldfast(['sandbox', '--net', 'off', '--', 'help'], { env }),
      await runHoldfast(['sandbox', 'explain', '--', 'explain', 'true'], { env }),
    ];
    expect(runs.map(({ code, stdout }) => [code, stdout.split('\n', 1).join()])).toEqual([
      [0, 'explain: --json true'],
      [0, 'help:'],
      [0, 'Files; the longest path that fits decides, and what is not listed cannot be read:'],
    ]);
  });

  test.each([
    [['explain'], "error: missing required argument 'command'\n(try --help)\n"],
    [['explain', '--colour', '--', 'true'], "error: unknown option '--colour'\n(try --help)\n"],
    [
      ['--write', '.', 'explain', '--', 'true'],
      'holdfast: --write has to stand behind explain, which it is for.\n',
    ],
  ])('what explain cannot take is 125: %j', async (args, stderr) => {
    expect(await runHoldfast(['sandbox', ...args])).toEqual({ code: 125, stdout: '', stderr });
  });

  test('explains which hosts can be reached', async () => {
    const { stdout } = await runHoldfast([
      ...[
        'sandbox',
        'explain',
        '--allow-host',
        '*.example.org',
        '--deny-host',
        'bad.example.org',
        '--',
        'true',
      ],
    ]);
    expect(stdout).toContain(
      [
        'Network: only these hosts, through a proxy; what is denied wins, and without a port 80 and 443 are meant:',
        '  deny  bad.example.org',
        '  allow *.example.org',
        '',
      ].join('\n'),
    );
  });

  test('.. behind a link is what the command finds there', async () => {
    for (const name of ['real', 'real/deep']) mkdirSync(join(place, name));
    for (const name of ['real/secret', 'real/kept', 'ws/secret', 'ws/kept'])
      writeFileSync(join(place, name), name);
    symlinkSync('../real/deep', join(place, 'ws/link'));
    const named = `${place}/ws/link/..`;
    const options = ['--write', named, '--deny', `${named}/secret`, '--read', `${named}/kept`];
    const script = `cd ${place}/ws; cat link/../secret secret; for at in link/../made link/../kept made; do echo > $at; done`;
    const { stdout, stderr } = await runHoldfast(['sandbox', ...options, '--', 'sh', '-c', script]);
    expect([stdout, stderr.match(/\S+: (?:Permission denied|Read-only)/g)]).toEqual([
      'ws/secret',
      ['link/../secret: Permission denied', 'link/../kept: Read-only', 'made: Read-only'],
    ]);
    expect(existsSync(join(place, 'real/made'))).toBe(true);
    const missing = await runHoldfast(['sandbox', '--deny', `${place}/none/../x`, '--', 'true']);
    expect(missing.stderr).toContain(
      `argument '${place}/none/../x' is invalid. It names nothing, for ${place}/none/.. leads nowhere (ENOENT); name it without .. in it.`,
    );
  });

  test('explains rules by the options that they came from', async () => {
    const { stdout } = await runHoldfast(['sandbox', 'explain', '--write', place, '--', 'true']);
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        '  read  /    [unless told otherwise]',
        `  write ${place}    [--write ${place}]`,
        expect.stringMatching(/^ {2}write \/.*\/holdfast-sandbox-.* \[its temporary directory\]$/),
      ]),
    );
  });

  test('explains what macOS would be told', async () => {
    const { code, stdout } = await runHoldfast([
      ...['sandbox', 'explain', '--platform', 'macos', '--write', join(place, 'ws'), '--', 'true'],
    ]);
    expect([code, stdout.split('\n')[1], stdout.includes(` = "${join(place, 'ws')}"`)]).toEqual([
      0,
      '(version 1)',
      true,
    ]);
  });

  test('explains both phases and runs nothing', async () => {
    const { code, stdout } = await runHoldfast([
      'sandbox',
      'explain',
      '--json',
      '--write',
      place,
      '--',
      'touch',
      `${place}/x`,
    ]);
    const { policy, plan } = JSON.parse(stdout) as {
      policy: { network: string; rules: readonly { access: string; path: string }[] };
      plan: { argv: readonly string[] };
    };
    expect([code, policy.network, plan.argv.at(-1), existsSync(join(place, 'x'))]).toEqual([
      0,
      'restricted',
      `${place}/x`,
      false,
    ]);
    const writable = policy.rules.filter(({ access }) => access === 'write').map(({ path }) => path);
    const temporary = writable.filter((path) => basename(path).startsWith('holdfast-sandbox-'));
    expect([writable.length, temporary.length, temporary.some((path) => existsSync(path))]).toEqual([
      2,
      1,
      false,
    ]);
  });

  test.runIf(existsSync(SCRIPT))('on a terminal the command has that terminal', async () => {
    expect(
      await showOnTerminal(
        ['sandbox', '--', 'sh', '-c', 'echo line > /dev/tty; tty > /dev/null && echo has'],
        {},
      ),
    ).toBe('line\r\nhas\r\n');
  });

  test.runIf(existsSync(SCRIPT))('Ctrl-C is for the command to take', async () => {
    const script = 'trap "echo taken" INT; kill -INT 0; echo lives';
    expect(await showOnTerminal(['sandbox', '--', 'sh', '-c', script], {})).toBe('taken\r\nlives\r\n');
  });
});

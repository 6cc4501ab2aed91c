import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Client, connect, type DenialFinding, type ExecOptions } from '@holdfast/exec-client';
import { expect, test } from 'vitest';
import { eventually, within } from '../deadline.js';
import { startForwarder } from '../forwarder.js';
import { runHoldfast, startServer, type TestServer } from '../harness.js';
import {
  restricted,
  type SandboxPlace,
  sandboxOf,
  sandboxPlace,
  special,
  WORKSPACE_WRITE,
} from './sandbox-profiles.js';
import {
  describeConfined,
  describeConfinedByEach,
  type SandboxUser,
  WHOEVER_TESTS,
} from './sandbox-users.js';

type Options = Pick<ExecOptions, 'sandbox' | 'network' | 'pty'>;

const DEADLINE_MS = 120_000;

const NO_NETWORK = 'echo "curl: (6) Could not resolve host: example.org" >&2; exit 6';

/** A finding about a path, which is likely. */
function onPath(path: string, operation: 'read' | 'write', source: string, entry: string): object {
  const subject = { type: 'path', path: pathToFileURL(path).href, operation };
  return { evidence: 'path', confidence: 'likely', subject, rule: { source, entry } };
}

function noNetwork(source: string, entry: string): object {
  return { evidence: 'network', confidence: 'likely', subject: { type: 'network' }, rule: { source, entry } };
}

async function withServer(
  user: SandboxUser,
  run: (place: SandboxPlace, server: TestServer) => Promise<void>,
  ceiling?: (place: SandboxPlace) => object,
): Promise<void> {
  await using place = await sandboxPlace(user);
  const file = join(place.path, 'ceiling.json');
  if (ceiling !== undefined) writeFileSync(file, JSON.stringify({ permissions: ceiling(place) }));
  const args = ceiling === undefined ? [] : ['--sandbox-ceiling', file];
  await using server = await startServer({ ...place.server, args, sessionTtl: '60s' });
  await run(place, server);
}

/** Runs a script that fails. @returns what was found. */
async function findings(
  client: Client,
  place: SandboxPlace,
  script: string,
  options: Options = {},
): Promise<readonly DenialFinding[] | undefined> {
  const argv = ['/bin/sh', '-c', script];
  const { denial, exitCode } = await client.exec(argv, { cwd: place.workspace, reject: false, ...options });
  expect(exitCode).not.toBe(0);
  return denial?.findings;
}

/** Everything can be read; what `outside` holds can be written; no network. */
function outsideAlone({ outside }: SandboxPlace): object {
  const entry = { path: { type: 'path', path: pathToFileURL(outside).href }, access: 'write' };
  return restricted([special('root', 'read'), entry]);
}

describeConfinedByEach(
  ({ name }) => `what a sandbox of ${name} denied`,
  (user) => {
    test('is told with the rule of the intent or of this server', { timeout: DEADLINE_MS }, async () => {
      await withServer(user, async (place, server) => {
        const { workspace, outside } = place;
        mkdirSync(join(workspace, '.git', 'hooks'), { recursive: true });
        for (const name of ['objects', 'refs']) mkdirSync(join(workspace, '.git', name));
        writeFileSync(join(workspace, '.git', 'HEAD'), 'ref: refs/heads/main\n');
        writeFileSync(join(workspace, 'key'), 'secret\n');
        const entries = 'sandbox.permissions.file_system.entries';
        const permissions = restricted([
          special('root', 'read'),
          special('project_roots', 'write'),
          special('project_roots', 'deny', 'key'),
        ]);
        const sandbox = { ...sandboxOf(permissions, place) };
        await using client = await connect(server.url);
        const found = (script: string, options: Options = {}): Promise<unknown> =>
          findings(client, place, script, { sandbox, ...options });
        expect({
          write: await found(`echo x > ${outside}/x`),
          read: await found('cat key'),
          terminal: await found('cat key', { pty: true }),
          hook: await found('echo x > .git/hooks/x'),
          held: await found('mv .git git'),
          taken: await found('mkdir .idea'),
          kernel: await found('echo x > /sys/x'),
          network: await found(NO_NETWORK),
          filtered: await found('exit 159'),
          words: await found('echo "x: Operation not permitted"; exit 1'),
          nothing: await found('exit 1'),
          hidden: await found(`cat ${outside}/x`),
        }).toEqual({
          write: [onPath(join(outside, 'x'), 'write', 'intent', `${entries}.0`)],
          read: [onPath(join(workspace, 'key'), 'read', 'intent', `${entries}.2`)],
          terminal: [onPath(join(workspace, 'key'), 'read', 'intent', `${entries}.2`)],
          hook: [onPath(join(workspace, '.git/hooks/x'), 'write', 'default', 'executableConfiguration')],
          held: [onPath(join(workspace, '.git'), 'write', 'default', 'executableConfiguration')],
          taken: [
            {
              ...onPath(join(workspace, '.idea'), 'write', 'default', 'executableConfiguration'),
              confidence: 'possible',
            },
          ],
          kernel: [onPath('/sys/x', 'write', 'default', 'kernelTrees')],
          network: [noNetwork('intent', 'sandbox.permissions.network')],
          filtered: [
            {
              evidence: 'signal',
              confidence: 'possible',
              subject: { type: 'systemCall', signal: 'SIGSYS' },
              rule: { source: 'default', entry: 'systemCalls' },
            },
          ],
          words: [{ evidence: 'words', confidence: 'possible' }],
          nothing: undefined,
          hidden: undefined,
        });
      });
    });

    test('is told with the rule of the ceiling, and what that took away with the start', {
      timeout: DEADLINE_MS,
    }, async () => {
      await withServer(
        user,
        async (place, server) => {
          const { workspace } = place;
          await using client = await connect(server.url);
          const all = { type: 'managed', file_system: { type: 'unrestricted' }, network: 'enabled' };
          const sandbox = { ...sandboxOf(all, place) };
          const entry = 'permissions.file_system.entries.0';
          const denied = [onPath(join(workspace, 'x'), 'write', 'ceiling', entry)];
          expect([
            await findings(client, place, 'echo x > x', { sandbox }),
            await findings(client, place, 'echo x > x'),
            await findings(client, place, NO_NETWORK, { sandbox }),
          ]).toEqual([denied, denied, [noNetwork('ceiling', 'permissions.network')]]);
          const handle = client.spawn(['/bin/true'], { sandbox });
          expect((await handle.sandboxReport)?.narrowed.slice(0, 2)).toEqual([
            {
              type: 'network',
              asked: 'enabled',
              granted: 'restricted',
              rule: { source: 'ceiling', entry: 'permissions.network' },
            },
            {
              type: 'path',
              path: 'file:///',
              asked: 'write',
              granted: 'read',
              rule: { source: 'ceiling', entry },
            },
          ]);
          await handle.exited;
        },
        outsideAlone,
      );
    });
  },
);

describeConfined('whoever hears of a denial', WHOEVER_TESTS, () => {
  test.each([
    ['with all extensions', {}],
    ['with this one alone', { extensions: { sandbox: 1 } }],
  ])('hears of it after a cut, %s', { timeout: DEADLINE_MS }, async (_, options) => {
    await withServer(WHOEVER_TESTS, async (place, server) => {
      await using forwarder = await startForwarder(server.url);
      await using client = await connect(forwarder.url, options);
      await using local = await connect(server.url);
      const sandbox = { ...sandboxOf(WORKSPACE_WRITE, place) };
      const script = 'echo ready; until test -e go; do sleep 0.05; done; echo x > ../outside/x';
      const handle = client.spawn(['/bin/sh', '-c', script], { sandbox, cwd: place.workspace });
      await handle.lines().next();
      forwarder.isDown = true;
      forwarder.cut();
      await eventually('the loss', () => client.state !== 'ready' || undefined);
      writeFileSync(join(place.workspace, 'go'), '');
      await eventually('the end', async () => {
        const all = await local.processes();
        return all.find(({ id }) => id === handle.id)?.state === 'closed' || undefined;
      });
      forwarder.isDown = false;
      const { denial } = await within('the exit', handle.exited, DEADLINE_MS);
      const entry = 'sandbox.permissions.file_system.entries.0';
      expect(denial).toEqual({ findings: [onPath(join(place.outside, 'x'), 'write', 'intent', entry)] });
      await using joined = local.attach(handle.id);
      expect((await joined.exited).denial).toEqual(denial);
    });
  });

  test('a host that the proxy refused comes first', { timeout: DEADLINE_MS }, async () => {
    await withServer(WHOEVER_TESTS, async (place, server) => {
      await using client = await connect(server.url);
      const options = {
        sandbox: { ...sandboxOf(WORKSPACE_WRITE, place) },
        network: { deny: ['*.bad.example'] },
      };
      const ask = 'curl -s -m 60 http://x.bad.example/ http://other.example:81/ > /dev/null';
      const rule = { source: 'intent', entry: 'networkProxy.proxy.domains' };
      const certain = { evidence: 'refusal', confidence: 'certain' };
      expect(await findings(client, place, `${ask}; echo x > ../outside/x; exit 3`, options)).toEqual([
        {
          ...certain,
          subject: { type: 'host', protocol: 'http', host: 'other.example', port: 81, reason: 'not_allowed' },
          rule,
        },
        {
          ...certain,
          subject: { type: 'host', protocol: 'http', host: 'x.bad.example', port: 80, reason: 'denied' },
          rule: { ...rule, pattern: '*.bad.example' },
        },
        onPath(join(place.outside, 'x'), 'write', 'intent', 'sandbox.permissions.file_system.entries.0'),
      ]);
    });
  });

  test('holdfast run and attach say it once, after the command, and keep its exit code', {
    timeout: DEADLINE_MS,
  }, async () => {
    await withServer(
      WHOEVER_TESTS,
      async ({ workspace }, { url }) => {
        const env = { HOLDFAST_URL: url };
        const script = 'echo x > x; echo end >&2; exit 7';
        const command = ['--cwd', workspace, '--', '/bin/sh', '-c', script];
        const line = `holdfast: the sandbox seems to have denied writing ${workspace}/x, by permissions.file_system.entries.0 of the server's ceiling; the operator of the server can allow write access to it in --sandbox-ceiling\n`;
        const expected = {
          code: 7,
          stdout: '',
          stderr: expect.stringMatching(/^[^\n]*Read-only file system\nend\n/) as unknown,
        };
        const told = (stderr: string): string => stderr.slice(stderr.indexOf('end\n') + 4);
        const run = await runHoldfast(['run', ...command], { env });
        expect([run, told(run.stderr)]).toEqual([expected, line]);
        const { stdout: ref } = await runHoldfast(['run', '--detach', ...command], { env });
        const joined = await runHoldfast(['attach', '--replay', ref.trim()], { env });
        expect([joined, told(joined.stderr)]).toEqual([expected, line]);
        const json = await runHoldfast(['run', '--json', ...command], { env });
        const exits = json.stdout.split('\n').filter((text) => text.includes('"type":"exited"'));
        expect([json.code, json.stderr, exits.length, exits[0]]).toEqual([
          7,
          '',
          1,
          expect.stringContaining('"denial":{"findings":[{"evidence":"path"'),
        ]);
        expect((await runHoldfast(['run', '--', '/bin/sh', '-c', 'exit 4'], { env })).stderr).toBe('');
      },
      outsideAlone,
    );
  });

  test('holdfast sandbox says what its proxy refused, with the remedy, where the command fails', async () => {
    const ask = 'curl -s -m 60 http://other.example:81/ > /dev/null';
    const args = ['sandbox', '--allow-host', 'a.example', '--', '/bin/sh', '-c'];
    const refused = 'holdfast: network: http to other.example:81 was refused: not_allowed\n';
    const { code, stderr } = await runHoldfast([...args, `${ask}; exit 3`]);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: `${refused}holdfast: the sandbox refused other.example:81 (not_allowed), by the hosts of --allow-host; add --allow-host other.example:81 to allow it\n`,
    });
    const fine = await runHoldfast([...args, `${ask}; exit 0`]);
    expect({ code: fine.code, stderr: fine.stderr }).toEqual({ code: 0, stderr: refused });
  });
});

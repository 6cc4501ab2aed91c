import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { Command } from '../command.js';
import { eventually, within } from '../deadline.js';
import { spawnHoldfast, startServer } from '../harness.js';
import { MARK_VARIABLE, noneMarked } from '../process-table.js';
import type { Answer, RawClient } from '../raw-client.js';
import { failure, PATH, startParams } from '../runs.js';
import { managedNetwork } from './managed-network.js';
import {
  recordsOf,
  type SandboxPlace,
  sandboxOf,
  sandboxPlace,
  WORKSPACE_WRITE,
} from './sandbox-profiles.js';
import { describeConfined, WHOEVER_TESTS } from './sandbox-users.js';

/** What a set-up stands still at, and what the words of bubblewrap are like there. */
const STANDSTILLS: readonly [string, string][] = [
  ['the trial of bubblewrap', '*--help*'],
  ['the making of its network', '*createServer*'],
  ['the start of its wrapper', '*--block-fd*'],
];

/** A place with a bubblewrap that stands still. */
interface StillPlace extends SandboxPlace {
  /** For a server or a program there. */
  readonly env: Readonly<Record<string, string>>;
  /** Waits until it stands still, and sees what there is of the sandbox. @returns its process. */
  reached(): Promise<number>;
  /** Waits until nothing is left of it. */
  nothingLeft(): Promise<void>;
}

async function stillPlace(pattern: string): Promise<StillPlace> {
  const place = await sandboxPlace(WHOEVER_TESTS);
  const [folder, sign] = [join(place.path, 'bin'), join(place.path, 'reached')];
  mkdirSync(folder);
  const script = `#!/bin/sh
case "$*" in
  ${pattern}) echo $$ > '${sign}.new'; mv '${sign}.new' '${sign}'; exec sleep 600;;
esac
PATH='${PATH}' exec bwrap "$@"
`;
  writeFileSync(join(folder, 'bwrap'), script);
  chmodSync(join(folder, 'bwrap'), 0o755);
  const processAt = (): number => Number(readFileSync(sign, 'utf8'));
  return {
    ...place,
    env: { HOLDFAST_BWRAP: join(folder, 'bwrap') },
    reached: async () => {
      await eventually('the standstill', () => existsSync(sign) || undefined);
      return processAt();
    },
    nothingLeft: async () => {
      const process = `/proc/${processAt()}`;
      await eventually('the end of what stands still, and of what was made for it', () => {
        const left = [...readdirSync(place.workspace), ...recordsOf(place)];
        return (left.length === 0 && !existsSync(process)) || undefined;
      });
    },
  };
}

/** Asks for a confined process with a network of its own, which is not answered before its set-up ends. */
function startAt(client: RawClient, place: SandboxPlace): Promise<Answer> {
  const params = startParams(client, 'p', ['/bin/sh', '-c', 'touch ran; sleep 600'], {
    cwd: pathToFileURL(place.workspace).href,
    sandbox: sandboxOf(WORKSPACE_WRITE, place),
    ...managedNetwork({ 'example.org': 'allow' }),
  });
  return client.request('process/start', params);
}

describeConfined('a set-up of a sandbox that stands still', WHOEVER_TESTS, () => {
  test.each(STANDSTILLS)('at %s is called off by whoever ends the process', async (_, pattern) => {
    await using place = await stillPlace(pattern);
    await using server = await startServer({ env: place.env });
    await using client = await server.connect();
    await client.initialize();
    const started = startAt(client, place);
    await place.reached();
    expect(await client.request('process/terminate', { processId: 'p' })).toEqual({
      result: { running: false },
    });
    expect(await started).toEqual(
      failure(-32603, 'spawnFailed', /^process "p" was ended before it ran, while its sandbox was set up; /),
    );
    await place.nothingLeft();
  });

  test('is called off by SIGKILL', async () => {
    await using place = await stillPlace('*--block-fd*');
    await using server = await startServer({ env: place.env });
    await using client = await server.connect();
    await client.initialize({ signals: 1 });
    const started = startAt(client, place);
    await place.reached();
    expect(recordsOf(place)).not.toEqual([]);
    await client.request('process/signal', { processId: 'p', signal: 'SIGKILL' });
    expect(await started).toMatchObject({ error: { data: { kind: 'spawnFailed' } } });
    await place.nothingLeft();
  });

  test('ends with the session', async () => {
    await using place = await stillPlace('*--block-fd*');
    await using server = await startServer({ env: place.env });
    const client = await server.connect();
    await client.initialize();
    startAt(client, place).catch(() => undefined);
    await place.reached();
    await client[Symbol.asyncDispose]();
    await place.nothingLeft();
  });

  test('ends with the server, which ends at once', async () => {
    await using place = await stillPlace('*--block-fd*');
    await using server = await startServer({ env: place.env, sessionTtl: '60s' });
    const client = await server.connect();
    await client.initialize();
    startAt(client, place).catch(() => undefined);
    await place.reached();
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    await place.nothingLeft();
  });

  test('for a file request ends with the session that waits for it', async () => {
    await using place = await stillPlace('*--block-fd*');
    await using server = await startServer({ env: place.env });
    const client = await server.connect();
    await client.initialize();
    const path = pathToFileURL(place.workspace).href;
    const asked = client.request('fs/getMetadata', { path, sandbox: sandboxOf(WORKSPACE_WRITE, place) });
    asked.catch(() => undefined);
    await place.reached();
    await client[Symbol.asyncDispose]();
    await place.nothingLeft();
  });

  test.each(STANDSTILLS)('at %s is called off by Ctrl-C to the program that runs it', async (_, pattern) => {
    await using place = await stillPlace(pattern);
    const temporary = join(place.path, 'run', 'temporary');
    mkdirSync(temporary);
    const mark = randomUUID();
    const env = { ...place.env, TMPDIR: temporary, [MARK_VARIABLE]: mark };
    const words = ['--write', place.workspace, '--allow-host', 'example.org', '--', 'touch', 'ran'];
    const command = new Command(spawnHoldfast(['sandbox', ...words], env));
    await place.reached();
    command.child.kill('SIGINT');
    expect(await within('its end', command.ended)).toEqual({ code: 130, stdout: '', stderr: '' });
    await place.nothingLeft();
    await noneMarked(mark);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventually, settled, within } from './deadline.js';
import {
  type Confinement,
  spawnHoldfast,
  startServer,
  startStdio,
  type TestServer,
  temporaryDirectory,
} from './harness.js';
import {
  markedProcesses,
  noneMarked,
  openDescriptors,
  releasedDescriptors,
  writtenBytes,
} from './process-table.js';
import type { Answer, RawClient } from './raw-client.js';
import {
  base64,
  bytesOf,
  eventsOf,
  failure,
  finish,
  start,
  startParams,
  startScript,
  textOf,
} from './runs.js';

const KIB = 1024;
const MIB = 1024 * KIB;

const DESCRIPTORS = 64;
const FEW_DESCRIPTORS: Confinement = {
  launcher: ['/bin/sh', '-c', `ulimit -n ${DESCRIPTORS}; exec "$@"`, 'sh'],
};

const EXHAUSTED = 'resources exhausted';
const CANNOT_SPILL = 'output cannot be spilled';

const NO_DESCRIPTORS = failure(-32603, 'noDescriptors', /^no file descriptors are left; .*ulimit -n/);
const NO_PROCESSES = failure(-32603, 'noProcesses', /^the process limit is reached; .*ulimit -u/);
const TOO_LONG = failure(-32603, 'argumentsTooLong', /^arguments and environment are longer/);

type Changes = Readonly<Record<string, unknown>>;

const KINDS: readonly (readonly [name: string, changes: Changes])[] = [
  ['processes', {}],
  ['processes with stdin', { pipeStdin: true }],
  ['terminals', { tty: true }],
];

const SLEEP = ['/bin/sleep', '300'];

/** Starts one process after the other until one is refused, although the server does nothing else for the moment. */
async function fill(
  client: RawClient,
  pid: number,
  changes: Changes = {},
): Promise<{ readonly ids: readonly string[]; readonly refusal: Answer }> {
  const ids: string[] = [];
  for (let isAtRest = false; ; ) {
    const processId = `fill${ids.length}`;
    const answer = await client.request('process/start', startParams(client, processId, SLEEP, changes));
    if (answer.error === undefined) ids.push(processId);
    else if (isAtRest) return { ids, refusal: answer };
    isAtRest = answer.error !== undefined;
    if (isAtRest) await atRest(pid);
  }
}

async function terminate(client: RawClient, ids: readonly string[]): Promise<void> {
  const answers = ids.map((processId) => client.request('process/terminate', { processId }));
  expect(await Promise.all(answers)).toEqual(ids.map(() => ({ result: { running: true } })));
  for (const processId of ids) await eventsOf(client, processId);
}

/** Runs `echo` to its end, whatever its output is called. */
async function echoes(client: RawClient, processId: string, changes: Changes = {}): Promise<void> {
  await start(client, processId, ['/bin/echo', 'hi'], changes);
  expect(textOf(await eventsOf(client, processId)).trim()).toBe('hi');
}

/** What a server at rest has open. */
function atRest(pid: number): Promise<number> {
  return settled('the descriptors of a server', () => openDescriptors(pid), 300);
}

describe('no descriptors left', () => {
  const LIMITED = { confinement: FEW_DESCRIPTORS, logs: [EXHAUSTED] };

  test.each(KINDS)('%s are refused by name, and start again as soon as others end', async (_, changes) => {
    await using server = await startServer(LIMITED);
    await using client = await server.connect();
    await client.initialize();
    await echoes(client, 'first', changes);
    const before = await atRest(server.pid);

    const { ids, refusal } = await fill(client, server.pid, changes);
    expect(refusal).toEqual(NO_DESCRIPTORS);
    expect(ids.length).toBeGreaterThan(5);
    expect(markedProcesses(client.mark)).toHaveLength(ids.length);

    // Somebody else can still come in, and end what is too much.
    await using newcomer = await server.connect();
    await newcomer.initialize();
    expect(await newcomer.request('environment/status')).toEqual({ result: { status: 'ready' } });
    expect(await newcomer.request('process/start', startParams(newcomer, 'p', SLEEP, changes))).toEqual(
      NO_DESCRIPTORS,
    );

    await terminate(client, ids.slice(0, 3));
    await echoes(client, 'again', changes);
    await echoes(newcomer, 'p', changes);
    await terminate(client, ids.slice(3));
    await newcomer[Symbol.asyncDispose]();
    await releasedDescriptors(server.pid, before);
  });

  test('a server on stdio serves on as well', async () => {
    await using client = startStdio({ confinement: FEW_DESCRIPTORS });
    await client.initialize();
    const before = await atRest(client.pid);
    const { ids, refusal } = await fill(client, client.pid);
    expect(refusal).toEqual(NO_DESCRIPTORS);
    await terminate(client, ids.slice(0, 3));
    await echoes(client, 'again');
    await terminate(client, ids.slice(3));
    await releasedDescriptors(client.pid, before);
  });

  test('of many starts at once some succeed, the others are refused, and nothing is left of those', async () => {
    await using server = await startServer(LIMITED);
    await using client = await server.connect();
    await client.initialize({ session: 1 });
    const before = await atRest(server.pid);
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, at) => {
        const changes = KINDS[at % KINDS.length]?.[1];
        const params = startParams(client, `p${at}`, SLEEP, changes);
        return await client.request('process/start', params);
      }),
    );
    const refused = answers.filter(({ error }) => error !== undefined);
    const started = answers.length - refused.length;
    expect(started).toBeGreaterThan(0);
    expect(refused).toEqual(refused.map(() => NO_DESCRIPTORS));
    expect(refused.length).toBeGreaterThan(5);
    expect(await client.request('session/close')).toEqual({ result: { processes: started } });
    await releasedDescriptors(server.pid, before);
  });

  test('the first terminal is refused for the descriptors it lacks, and is there once it has them', async () => {
    await using server = await startServer(LIMITED);
    await using client = await server.connect();
    await client.initialize();
    await using crowd = await Crowd.fill(server);
    const params = startParams(client, 'terminal', SLEEP, { tty: true });
    expect(await client.request('process/start', params)).toEqual(NO_DESCRIPTORS);
    await crowd.leave();
    await echoes(client, 'terminal', { tty: true });
  });

  test('a crowd of silent connections shuts out newcomers, cleanly, until it leaves', async () => {
    await using server = await startServer(LIMITED);
    await using client = await server.connect();
    await client.initialize();
    await startScript(client, 'cat', 'exec cat', { pipeStdin: true });
    const before = await atRest(server.pid);
    await using crowd = await Crowd.fill(server);
    await expect(server.connect()).rejects.toThrow(/socket hang up|ECONNRESET/);
    // Who is in is served as ever.
    await client.request('process/write', { processId: 'cat', chunk: base64('line\n'), writeId: 'w' });
    expect(textOf([await client.nextEvent('process/output', 'cat')])).toBe('line\n');
    await crowd.leave();
    await eventually('free descriptors', () => openDescriptors(server.pid) <= before || undefined);
    await using newcomer = await server.connect();
    await newcomer.initialize();
    await echoes(newcomer, 'p');
  });

  test('with not one left, ending a process takes those along that have left its group', async () => {
    await using server = await startServer(LIMITED);
    await using client = await server.connect();
    await client.initialize();
    await startScript(
      client,
      'p',
      'setsid sleep 300 & (setsid sleep 300 </dev/null >/dev/null 2>&1 &) ; wait',
    );
    await eventually(
      'two sleepers',
      () =>
        markedProcesses(client.mark).filter(({ command }) => command === 'sleep 300').length === 2 ||
        undefined,
    );
    await using crowd = await Crowd.fill(server);
    await terminate(client, ['p']);
    await noneMarked(client.mark);
    await crowd.leave();
  });

  test('output that cannot be spilled waits, and none is lost', async () => {
    await using place = await temporaryDirectory();
    await using server = await startServer({
      confinement: FEW_DESCRIPTORS,
      args: ['--spill-dir', place.path],
      logs: [EXHAUSTED, CANNOT_SPILL],
    });
    await using writer = await Writer.start(server, 12 * MIB);
    await using crowd = await Crowd.fill(server);
    await writer.write();
    const blocked = await writer.blockedAt();
    expect(blocked).toBeGreaterThan(MIB);
    expect(blocked).toBeLessThan(4 * MIB);
    await crowd.leave();
    await writer.exited();
    await writer.takeAll();
  });
});

/** Connections that never say anything, as many as a server takes. */
class Crowd implements AsyncDisposable {
  readonly #sockets: Socket[] = [];

  /** Comes until the server has no descriptor left. */
  static async fill(server: TestServer): Promise<Crowd> {
    const crowd = new Crowd();
    const port = Number(new URL(server.url).port);
    await eventually('a server without descriptors', async () => {
      if (openDescriptors(server.pid) >= DESCRIPTORS && (await atRest(server.pid)) >= DESCRIPTORS)
        return true;
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      crowd.#sockets.push(socket);
      await within('a connection', once(socket, 'connect'));
      return undefined;
    });
    return crowd;
  }

  /** Waits until the server has closed its ends as well. */
  async leave(): Promise<void> {
    const closed = this.#sockets.splice(0).map(async (socket) => {
      socket.resume().end();
      if (!socket.closed) await once(socket, 'close');
    });
    await within('the end of all connections', Promise.all(closed));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }
}

/** A process that writes when it is told to, for a client that takes nothing until it wants all. */
class Writer implements AsyncDisposable {
  readonly #client: RawClient;
  readonly #bytes: number;

  private constructor(client: RawClient, bytes: number) {
    this.#client = client;
    this.#bytes = bytes;
  }

  static async start(server: TestServer, bytes: number): Promise<Writer> {
    const client = await server.connect();
    await client.initialize({ flow: 1 });
    const script = `read -r go; yes 0123456789abcdef | head -c ${bytes}`;
    await startScript(client, 'writer', script, { pipeStdin: true, windowBytes: 1 });
    return new Writer(client, bytes);
  }

  async write(): Promise<void> {
    const params = { processId: 'writer', chunk: base64('\n'), writeId: 'go' };
    expect(await this.#client.request('process/write', params)).toEqual({ result: { status: 'accepted' } });
  }

  /** How much it has written when it is made to wait. */
  async blockedAt(): Promise<number> {
    const head = await eventually('the process that writes', () =>
      markedProcesses(this.#client.mark).find(({ command }) => command.startsWith('head')),
    );
    return await settled('a blocked process', () => writtenBytes(head.pid), 500);
  }

  /** Its end is told ahead of output that the window holds back. */
  async exited(): Promise<void> {
    await this.#client.nextEvent('process/exited', 'writer');
  }

  /** Opens the window and reads to the last byte. */
  async takeAll(): Promise<void> {
    const hash = createHash('sha256');
    for (let taken = 0; taken < this.#bytes; ) {
      const event = await this.#client.nextEvent('process/output', 'writer');
      const bytes = bytesOf(event);
      hash.update(bytes);
      taken += bytes.length;
      const window = { processId: 'writer', ackSeq: event.params?.['seq'], windowBytes: MIB };
      this.#client.notify('process/window', window);
    }
    await this.#client.nextEvent('process/closed', 'writer');
    const expected = '0123456789abcdef\n'.repeat(Math.ceil(this.#bytes / 17)).slice(0, this.#bytes);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(expected).digest('hex'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
  }
}

describe('a full disk', () => {
  const SIZE = 16 * MIB;
  const BALLAST = 14 * MIB;
  const WRITTEN = 12 * MIB;

  test('makes processes wait, is logged once, and whoever reads gets everything', async ({ skip }) => {
    await using disk = await smallDisk(SIZE);
    if (disk.missing !== undefined) skip(disk.missing);
    disk.fill(BALLAST);
    await using server = await startServer({ args: ['--spill-dir', disk.path], logs: [CANNOT_SPILL] });
    await using one = await Writer.start(server, WRITTEN);
    await using two = await Writer.start(server, WRITTEN);
    for (const writer of [one, two]) await writer.write();
    const blocked = [await one.blockedAt(), await two.blockedAt()];
    for (const at of blocked) expect(at).toBeGreaterThan(MIB);
    for (const at of blocked) expect(at).toBeLessThan(WRITTEN / 2);
    expect(server.log()).toContain(CANNOT_SPILL);
    for (const writer of [one, two]) await writer.takeAll();
  });

  test('that has room again takes output again, and the processes end unread', async ({ skip }) => {
    await using disk = await smallDisk(SIZE);
    if (disk.missing !== undefined) skip(disk.missing);
    disk.fill(BALLAST);
    await using server = await startServer({ args: ['--spill-dir', disk.path], logs: [CANNOT_SPILL] });
    await using writer = await Writer.start(server, WRITTEN);
    await writer.write();
    const blocked = await writer.blockedAt();
    expect(blocked).toBeGreaterThan(SIZE - BALLAST);
    expect(blocked).toBeLessThan(WRITTEN / 2);
    disk.clear();
    await writer.exited();
    await writer.takeAll();
  });
});

interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** Why there is none here. */
  readonly missing: string | undefined;
  fill(bytes: number): void;
  clear(): void;
}

/** A file system of its own. */
async function smallDisk(bytes: number): Promise<SmallDisk> {
  const place = await temporaryDirectory();
  const ballast = join(place.path, 'ballast');
  let missing: string | undefined;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', place.path], { stdio: 'pipe' });
  } catch (error) {
    missing = `needs a file system that can be full, and none can be mounted: ${String(error)}`;
  }
  return {
    path: place.path,
    missing,
    fill: (filled) => {
      writeFileSync(ballast, Buffer.alloc(filled));
    },
    clear: () => {
      rmSync(ballast, { force: true });
    },
    async [Symbol.asyncDispose]() {
      rmSync(ballast, { force: true });
      // The folder that all servers of a user share stays, and nothing in it.
      const left = readdirSync(place.path, { recursive: true }).filter(
        (name) => !/^holdfast-\d+$/.test(String(name)),
      );
      if (missing === undefined) execFileSync('umount', [place.path]);
      await place[Symbol.asyncDispose]();
      expect(left).toEqual([]);
    },
  };
}

describe('no processes left', () => {
  const LIMITED = {
    // Root may start any number, so the server is somebody who runs nothing else. Its threads count as well.
    confinement: { launcher: ['prlimit', '--nproc=28', '--'], uid: 64_321 },
    logs: [EXHAUSTED],
  };

  async function missing(): Promise<string | undefined> {
    try {
      const [code] = (await once(spawnHoldfast(['--version'], {}, LIMITED.confinement), 'exit')) as [number];
      return code === 0 ? undefined : `needs a build that everybody may read: exit code ${code}`;
    } catch (error) {
      return `needs prlimit, and the right to run a server as somebody else: ${String(error)}`;
    }
  }

  test.for(KINDS)(
    '%s are refused by name, and start again as soon as others end',
    async ([, changes], { skip }) => {
      const reason = await missing();
      if (reason !== undefined) skip(reason);
      await using server = await startServer(LIMITED);
      await using client = await server.connect();
      await client.initialize();
      await echoes(client, 'first', changes);
      const before = await atRest(server.pid);

      const { ids, refusal } = await fill(client, server.pid, changes);
      expect(refusal).toEqual(NO_PROCESSES);
      expect(ids.length).toBeGreaterThan(5);
      expect(markedProcesses(client.mark)).toHaveLength(ids.length);
      await using newcomer = await server.connect();
      await newcomer.initialize();
      expect(await newcomer.request('environment/status')).toEqual({ result: { status: 'ready' } });

      await terminate(client, ids.slice(0, 3));
      await echoes(client, 'again', changes);
      await terminate(client, ids.slice(3));
      await newcomer[Symbol.asyncDispose]();
      await releasedDescriptors(server.pid, before);
    },
  );
});

describe('arguments and environment', () => {
  /** What one of them may have, with the NUL at its end. */
  const STRING_BYTES = 32 * systemFigure('PAGE_SIZE');
  /** What all of them may have together, their pointers included; Linux has a limit of its own where no other is set. */
  const TOTAL_BYTES = Math.min(systemFigure('ARG_MAX'), 6 * MIB);

  test('that are just short enough arrive whole, and one byte more is refused by name', async () => {
    await using server = await startServer();
    await using client = await server.connect();
    await client.initialize();
    const lengths = 'printf "%s " "${#0}" "${#LONG}"';
    const run = async (processId: string, argument: string, value: string, tty: boolean): Promise<Answer> => {
      const params = startParams(client, processId, ['/bin/sh', '-c', lengths, argument], { tty });
      const env = { ...(params['env'] as object), LONG: value };
      return await client.request('process/start', { ...params, env });
    };
    const argument = 'x'.repeat(STRING_BYTES - 1);
    const value = 'x'.repeat(STRING_BYTES - 1 - 'LONG='.length);
    for (const tty of [false, true]) {
      const id = `tty ${String(tty)}`;
      expect(await run(id, argument, value, tty)).toEqual({
        result: { processId: id, sandboxType: 'none' },
      });
      expect(textOf(await eventsOf(client, id))).toBe(`${argument.length} ${value.length} `);
      expect(await run('long argument', `${argument}x`, '', tty)).toEqual(TOO_LONG);
      expect(await run('long value', '', `${value}x`, tty)).toEqual(TOO_LONG);
    }
  });

  test('count together: what one has, the other lacks', async () => {
    await using server = await startServer();
    await using client = await server.connect();
    await client.initialize();
    const pieces = (bytes: number): string[] => {
      const whole = Array.from({ length: Math.floor(bytes / 100_000) }, () => 'x'.repeat(99_999));
      return [...whole, 'x'.repeat(bytes % 100_000)];
    };
    const startWith = async (processId: string, half: number): Promise<Answer> => {
      const params = startParams(client, processId, ['/bin/true', ...pieces(half)]);
      const variables = pieces(half).map((text, at) => [`V${at}`, text]);
      const env = { ...(params['env'] as object), ...Object.fromEntries(variables) } as object;
      return await client.request('process/start', { ...params, env });
    };
    expect(await startWith('fits', TOTAL_BYTES / 2 - 4 * KIB)).toEqual({
      result: { processId: 'fits', sandboxType: 'none' },
    });
    expect((await finish(client, 'fits')).exitCode).toBe(0);
    expect(await startWith('too long', TOTAL_BYTES / 2)).toEqual(TOO_LONG);
  });
});

function systemFigure(name: string): number {
  return Number(execFileSync('getconf', [name], { encoding: 'utf8' }));
}

describe('connections that do not go', () => {
  test('one that never says anything does not hold up the end of a server', async () => {
    await using server = await startServer();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => undefined);
    await within('a connection', once(socket, 'connect'));
    // An answer to somebody who came later: the server knows of the silent one by now.
    await using client = await server.connect();
    await client.initialize();
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    socket.destroy();
  });

  test('one that was refused and stays keeps neither its descriptor nor the server', async () => {
    await using server = await startServer();
    const { port } = new URL(server.url);
    const before = await atRest(server.pid);
    const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    const upgrade = ['GET / HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket'];
    socket.write(`${upgrade.join('\r\n')}\r\n\r\n`);
    const [answer] = (await within('an answer', once(socket, 'data'))) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
    await releasedDescriptors(server.pid, before);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    socket.destroy();
  });
});

import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { eventually } from '../deadline.js';
import { startServer, type TestServer } from '../harness.js';
import { startScript } from '../runs.js';
import { restricted, runConfined, type SandboxPlace, sandboxPlace, special } from './sandbox-profiles.js';
import { describeConfinedByEach, type SandboxUser } from './sandbox-users.js';

/** A place, and what its server may use below directories that a command may write. */
interface HiddenPlace extends SandboxPlace {
  /** Where named pipes are. */
  readonly small: string;
  /** Where output is. */
  readonly disk: string;
  /** Everything can be read, and all that is here written. */
  readonly permissions: object;
  readonly uid: number;
  start(args?: readonly string[], listen?: 'unix'): Promise<TestServer>;
}

async function hiddenPlace(user: SandboxUser): Promise<HiddenPlace> {
  const place = await sandboxPlace(user);
  const uid = user.uid ?? process.getuid?.() ?? 0;
  const disk = join(place.path, 'disk');
  mkdirSync(disk, { mode: 0o700 });
  chownSync(disk, uid, uid);
  const everything = { path: { type: 'path', path: pathToFileURL(place.path).href }, access: 'write' };
  return {
    ...place,
    small: place.records,
    disk: join(disk, `holdfast-${uid}`),
    permissions: restricted([special('root', 'read'), everything]),
    uid,
    start: (args = [], listen) =>
      startServer({
        ...place.server,
        args: ['--spill-dir', disk, ...args],
        ...(listen === undefined ? {} : { listen }),
      }),
  };
}

/** What is in a directory and below, as somebody sees it who is in no sandbox; of others, too, where they come and go. */
function inside(directory: string): readonly string[] {
  const { stdout } = spawnSync('find', [directory, '-mindepth', '1', '-printf', '%y %p\\n'], {
    encoding: 'utf8',
  });
  return stdout.split('\n').filter((line) => line !== '');
}

describeConfinedByEach(
  ({ name }) => `in a sandbox of ${name} that may write where the server has its own`,
  (user) => {
    test('there is no pipe of other processes to be opened, found, or got by a move', async () => {
      await using place = await hiddenPlace(user);
      await using server = await place.start();
      await using client = await server.connect();
      await client.initialize();
      const ownPipe = (): string | undefined =>
        inside(place.small).find(
          (line) => line.startsWith('p ') && line.includes(`/holdfast-pipes-${server.pid}-`),
        );
      const pipe = (await eventually('pipes', ownPipe)).slice(2);
      const script = `
        cd ${place.path}
        (exec 3<> ${pipe}) 2> /dev/null && echo opened by its name
        mv ${place.small} workspace/mine 2> /dev/null && echo moved
        ln -s ${place.small} workspace/link
        mkdir ${place.small}/new 2> /dev/null && echo made
        for at in $(find -H . workspace/link/ /proc/*/fd/ \\( -type p -o -type s \\) -path '*holdfast*' 2> /dev/null); do echo found $at; done
        ls -A ${place.small} 2> /dev/null
        echo done`;
      const { stdout } = await runConfined(client, script, place, place.permissions, { pipeStdin: true });
      expect(stdout).toBe('done\n');
      await eventually('pipes, still', ownPipe);
    });

    test('there is no output of other processes, while it is spilled', async () => {
      await using place = await hiddenPlace(user);
      await using server = await place.start();
      await using talker = await server.connect();
      await talker.initialize();
      talker.pause();
      startScript(talker, 'loud', 'head -c 64000000 /dev/zero; sleep 600').catch(() => undefined);
      await eventually('spilled output', () => inside(place.disk).length > 0 || undefined);
      await using client = await server.connect();
      await client.initialize();
      const script = `
        cd ${place.path}
        for round in 1 2 3 4 5 6 7 8 9 10; do find disk -mindepth 2; ls -A ${place.disk}; done 2> /dev/null
        rmdir ${place.disk} 2> /dev/null && echo removed
        mv disk elsewhere 2> /dev/null && echo moved
        echo done`;
      const { stdout } = await runConfined(client, script, place, place.permissions);
      expect([stdout, inside(place.disk).length]).toEqual(['done\n', 1]);
      talker.resume();
    });

    test('there is no token of the server to be read, got by a move, or linked', async () => {
      await using place = await hiddenPlace(user);
      const keys = join(place.path, 'keys');
      mkdirSync(keys);
      writeFileSync(join(keys, 'token'), 'secret', { mode: 0o600 });
      symlinkSync('keys/token', join(place.path, 'link'));
      for (const path of [keys, join(keys, 'token')]) chownSync(path, place.uid, place.uid);
      await using server = await place.start(['--token-file', join(place.path, 'link')]);
      await using client = await server.connect();
      await client.initialize();
      const script = `
        cd ${place.path}; exec 2> /dev/null
        cat keys/token; cat link
        mv keys moved && cat moved/token; mv keys/token moved && cat moved; ln keys/token linked && cat linked
        rm keys/token && echo removed
        echo done`;
      const { stdout } = await runConfined(client, script, place, place.permissions);
      expect(stdout).toBe('done\n');
    });

    test('there is no socket of the server to connect to', async () => {
      await using place = await hiddenPlace(user);
      await using server = await place.start([], 'unix');
      await using client = await server.connect();
      await client.initialize();
      const socket = server.url.slice('unix:'.length);
      const connect = `
        require('node:net').connect(process.argv[1]).on('connect', () => { console.log('connected'); process.exit(); })
          .on('error', ({ code }) => console.log(code));`;
      const script = `test -S ${socket} && echo it is there; ${process.execPath} -e "${connect}" ${socket}`;
      const { stdout } = await runConfined(client, script, place, place.permissions);
      expect(stdout).toMatch(/^E[A-Z]+\n$/);
    });
  },
);

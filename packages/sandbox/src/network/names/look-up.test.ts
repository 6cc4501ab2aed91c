import { Resolver } from 'node:dns/promises';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type LookUp, systemLookUp } from './look-up.js';
import { startDnsServer } from './testing/dns-server.js';

const DEADLINE_MS = 60_000;
const WAIT = { timeout: 30_000 };

/** Who asks wants to know. */
const WANTED = new AbortController().signal;

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-names-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Finds names in files of the folder, which need not be there, and on one server. */
function lookUpWith(server: string): LookUp {
  return systemLookUp({
    hostTable: path.join(folder, 'hosts'),
    configuration: path.join(folder, 'resolv.conf'),
    resolver: () => {
      // It gives up nothing for a long time.
      const resolver = new Resolver({ tries: 1000 });
      resolver.setServers([server]);
      return resolver;
    },
  });
}

test(
  'the table of hosts goes first, also when it has changed, and is all that is asked then',
  async () => {
    await using server = await startDnsServer({ 'a.example': ['9.9.9.9'] });
    const lookUp = lookUpWith(server.address);
    expect(await lookUp('a.example', WANTED)).toEqual(['9.9.9.9']);
    const asked = [...server.asked];
    writeFileSync(path.join(folder, 'hosts'), '10.0.0.1 a.example\n');
    expect(await lookUp('a.example', WANTED)).toEqual(['10.0.0.1']);
    writeFileSync(path.join(folder, 'hosts'), '10.0.0.1 b.example\n10.0.0.22 a.example\n');
    expect(await lookUp('a.example', WANTED)).toEqual(['10.0.0.22']);
    expect([...server.asked]).toEqual(asked);
  },
  DEADLINE_MS,
);

test(
  'a server is asked for both families, and IPv4 comes first',
  async () => {
    const all = ['2001:db8:0:0:0:0:0:1', '192.0.2.1', '192.0.2.2'];
    await using server = await startDnsServer({ 'a.example': all, 'six.example': ['2001:db8:0:0:0:0:0:6'] });
    const lookUp = lookUpWith(server.address);
    expect([
      await lookUp('a.example', WANTED),
      await lookUp('six.example', WANTED),
      await lookUp('none.example', WANTED),
    ]).toEqual([['192.0.2.1', '192.0.2.2', '2001:db8::1'], ['2001:db8::6'], []]);
  },
  DEADLINE_MS,
);

test(
  'the search list is gone along until a name is found',
  async () => {
    writeFileSync(path.join(folder, 'resolv.conf'), 'search a.example b.example c.example\n');
    await using server = await startDnsServer({
      'git.b.example': ['192.0.2.1'],
      'git.c.example': ['192.0.2.2'],
    });
    expect(await lookUpWith(server.address)('git', WANTED)).toEqual(['192.0.2.1']);
    expect([...server.asked].toSorted()).toEqual([
      ...['A git.a.example', 'A git.b.example'],
      ...['AAAA git.a.example', 'AAAA git.b.example'],
    ]);
  },
  DEADLINE_MS,
);

test(
  'what the search list makes of a name is not asked for where it is denied, and told where nothing else is found',
  async () => {
    writeFileSync(path.join(folder, 'resolv.conf'), 'search a.example b.example\n');
    await using server = await startDnsServer({
      'git.a.example': ['192.0.2.1'],
      'web.b.example': ['192.0.2.2'],
    });
    const lookUp = lookUpWith(server.address);
    const denial = { key: '443', covers: (name: string) => name.endsWith('.a.example') };
    expect([
      await lookUp('git', WANTED, denial),
      await lookUp('web', WANTED, denial),
      await lookUp('git', WANTED),
    ]).toEqual([{ denied: 'git.a.example' }, ['192.0.2.2'], ['192.0.2.1']]);
    expect(server.asked.has('A web.a.example')).toBe(false);
  },
  DEADLINE_MS,
);

test(
  'a search that nobody answers ends when it is not wanted any more, and no other is begun',
  async () => {
    writeFileSync(path.join(folder, 'resolv.conf'), 'search a.example\n');
    await using server = await startDnsServer({ 'hangs.example': 'silent', 'b.example': ['192.0.2.1'] });
    const lookUp = lookUpWith(server.address);
    const wanted = new AbortController();
    const found = lookUp('hangs.example', wanted.signal);
    await vi.waitUntil(() => server.asked.has('A hangs.example'), WAIT);
    wanted.abort();
    expect(await found).toEqual([]);
    expect(await lookUp('b.example', WANTED)).toEqual(['192.0.2.1']);
    expect([...server.asked].filter((question) => question.endsWith('a.example'))).toEqual([]);
  },
  DEADLINE_MS,
);

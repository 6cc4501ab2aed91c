import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { ExecError } from '@holdfast/exec-protocol';
import { type OpenLaunch, parseIntent, SetUp } from '@holdfast/sandbox';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { collectGarbage } from '../../testing/collect-garbage.js';
import { createPipePool, type PipePool } from '../spawn/pipe/pipe-pool.js';
import { type RecordedChild, record, specOf } from '../spawn/testing/recording.js';
import { aftermathOf } from './aftermath.js';
import type { Planned } from './confined-plan.js';
import { JudgeTurns } from './judge-turns.js';
import { KeptPlans } from './kept-plans.js';
import type { Aftermath } from './sandbox.js';
import { createSandboxes } from './sandboxes.js';

let pool: PipePool;
let place: string;

beforeAll(() => {
  pool = createPipePool({ directory: tmpdir() });
  place = realpathSync(mkdtempSync('/var/tmp/holdfast-aftermath-'));
  writeFileSync(path.join(place, 'secret'), '');
});
afterAll(async () => {
  rmSync(place, { recursive: true });
  await pool.close();
});

type Wrapper = Parameters<OpenLaunch['watch']>[0];

interface Running {
  readonly child: RecordedChild;
  readonly aftermath: Aftermath | undefined;
  /** What it was started with: its intent, what was opened for it, and the plan of that. */
  readonly held: readonly WeakRef<object>[];
  readonly wrappers: readonly Wrapper[];
}

/** A command that may not read a file, and runs until it is ended. */
async function start(): Promise<Running> {
  const root = { path: { type: 'special', value: { kind: 'root' } }, access: 'read' };
  const secret = {
    path: { type: 'path', path: pathToFileURL(path.join(place, 'secret')).href },
    access: 'deny',
  };
  const intent = parseIntent({
    permissions: {
      type: 'managed',
      file_system: { type: 'restricted', entries: [root, secret] },
      network: 'restricted',
    },
    windowsSandboxLevel: 'disabled',
  });
  const wrappers: Wrapper[] = [];
  const held: WeakRef<object>[] = [new WeakRef(intent)];
  const logger = { debug: () => undefined, warn: () => undefined };
  const env = { PATH: process.env['PATH'] ?? '' };
  const sandboxes = createSandboxes({ env, ceiling: undefined, logger, ownPaths: { secured: () => [] } });
  const setUp = new SetUp();
  const child = specOf(['sleep', '1000'], { env });
  const party = { principal: 'everybody', session: 's' };
  try {
    const asked = { intent, network: undefined, child, hasTerminal: false, process: 'ref', party, setUp };
    const sandbox = await sandboxes.confine(asked);
    const { started, aftermath } = await sandbox.start(async (confinement) => {
      if (confinement === undefined) return await record(pool, child);
      const open: typeof confinement.open = async () => {
        const launch = await confinement.open();
        held.push(new WeakRef(launch), new WeakRef(launch.env));
        const watch: typeof launch.watch = (wrapper) => {
          wrappers.push(wrapper);
          return launch.watch(wrapper);
        };
        return { ...launch, watch };
      };
      return await record(pool, { ...child, confinement: { ...confinement, open } });
    });
    return { child: started, aftermath, held, wrappers };
  } finally {
    setUp.end();
  }
}

test.runIf(process.platform === 'linux')(
  'while a command runs nothing of its plan is held but what is packed, by which its failure is explained',
  async ({ skip }) => {
    const { child, aftermath, held, wrappers } = await start().catch((error: unknown) => {
      if (error instanceof ExecError) skip(`this machine has no sandbox: ${error.message}`);
      throw error;
    });
    await using running = child;
    expect([held.length, running.seen.order]).toEqual([3, []]);
    expect(wrappers).toEqual([expect.objectContaining({ spawnargs: [] })]);
    await vi.waitFor(async () => {
      await turn();
      collectGarbage();
      expect(held.map((one) => one.deref())).toEqual([undefined, undefined, undefined]);
    });
    const file = path.join(place, 'secret');
    const judged = aftermath?.judge(1, () => `cat: ${file}: Permission denied\n`);
    expect(await judged).toEqual({
      findings: [
        {
          evidence: 'path',
          confidence: 'likely',
          subject: { type: 'path', path: `file://${file}`, operation: 'read' },
          rule: { source: 'intent', entry: 'sandbox.permissions.file_system.entries.1' },
        },
      ],
    });
    expect(await aftermath?.look(new AbortController().signal)).toEqual({ found: [], more: 0 });
    aftermath?.forget();
    expect(await aftermath?.judge(1, () => `cat: ${file}: Permission denied\n`)).toBeUndefined();
  },
);

test('a command whose plan was thrown away is not judged, nor looked after, and the log says so', async () => {
  const warnings: unknown[] = [];
  const logger = {
    debug: () => undefined,
    warn: (facts: object, text: string) => warnings.push([text, facts]),
  };
  const plan = { policy: {}, decisions: [], hosts: undefined, searched: [], missingPrograms: [] };
  const planned = { plan, host: {}, sinceMs: 0 } as unknown as Planned;
  const { judge, look, forget } = aftermathOf(
    planned,
    { cwd: '/', process: 'ref', party: { principal: 'everybody', session: 's' }, network: undefined },
    { plans: new KeptPlans(0), judgements: new JudgeTurns(), logger, find: () => expect.unreachable() },
  );
  expect(await judge(1, () => 'cat: /ws/secret: Permission denied')).toBeUndefined();
  await expect(look(new AbortController().signal)).rejects.toThrow('the plan of its sandbox was not kept');
  forget();
  const error = new Error('the plan of its sandbox was not kept');
  expect(warnings).toEqual([
    ['it is not known whether a sandbox made a command fail', { process: 'ref', error }],
  ]);
});

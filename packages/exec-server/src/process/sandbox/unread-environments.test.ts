import { tmpdir } from 'node:os';
import { ExecError } from '@holdfast/exec-protocol';
import { parseIntent, SetUp } from '@holdfast/sandbox';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { carriersOf } from '../spawn/group/environments.js';
import { type ProcessEntry, readProcessTable, strayDescendants } from '../spawn/group/process-tree.js';
import { createPipePool, type PipePool } from '../spawn/pipe/pipe-pool.js';
import { type RecordedChild, record, specOf } from '../spawn/testing/recording.js';
import { createSandboxes } from './sandboxes.js';

const WAIT = { timeout: 10_000, interval: 5 };

const MARK = 'MARK=of-a-sandbox';
const ENV = { MARK: 'of-a-sandbox', PATH: process.env['PATH'] ?? '' };

let pool: PipePool;
beforeAll(() => {
  pool = createPipePool({ directory: tmpdir() });
});
afterAll(() => pool.close());

/** A shell script that may read everything. */
async function startConfined(script: string): Promise<RecordedChild> {
  const root = { path: { type: 'special', value: { kind: 'root' } }, access: 'read' };
  const permissions = {
    type: 'managed',
    file_system: { type: 'restricted', entries: [root] },
    network: 'restricted',
  };
  const intent = parseIntent({ permissions, windowsSandboxLevel: 'disabled' });
  const logger = { debug: () => undefined, warn: () => undefined };
  const sandboxes = createSandboxes({
    env: ENV,
    ceiling: undefined,
    logger,
    ownPaths: { secured: () => [] },
  });
  const child = specOf(script, { env: ENV });
  const setUp = new SetUp();
  const party = { principal: 'everybody', session: 's' };
  try {
    const asked = { intent, network: undefined, child, hasTerminal: false, process: 'ref', party, setUp };
    const sandbox = await sandboxes.confine(asked);
    const { started } = await sandbox.start((confinement) =>
      record(pool, confinement === undefined ? child : { ...child, confinement }),
    );
    return started;
  } finally {
    setUp.end();
  }
}

/** Whose environments are read where somebody looks for a mark. */
function readIn(table: readonly ProcessEntry[]): readonly number[] {
  const pids: number[] = [];
  carriersOf(new Set([MARK]), (pid) => {
    pids.push(pid);
    return Buffer.from('\0');
  })(table);
  return pids;
}

test.runIf(process.platform === 'linux')(
  'no environment is read inside of a sandbox, whose processes could keep whoever reads it waiting',
  async ({ skip }) => {
    const started = await startConfined('setsid sleep 300 & echo up; wait').catch((error: unknown) => {
      if (error instanceof ExecError) skip(`this machine has no sandbox: ${error.message}`);
      throw error;
    });
    await using run = started;
    await vi.waitFor(() => {
      expect(run.seen.text()).toBe('up\n');
    }, WAIT);
    const table = readProcessTable() ?? [];
    const family = strayDescendants(
      new Set(),
      table,
      table.filter(({ pid }) => pid === run.child.pid),
    );
    const wrapper = [run.child.pid];
    const inside = family.map(({ pid }) => pid).filter((pid) => pid !== run.child.pid);
    const read = readIn(table);
    expect({
      outside: read.filter((pid) => wrapper.includes(pid)),
      inside: read.filter((pid) => inside.includes(pid)),
    }).toEqual({ outside: wrapper, inside: [] });
    expect(inside).toHaveLength(3);
  },
);

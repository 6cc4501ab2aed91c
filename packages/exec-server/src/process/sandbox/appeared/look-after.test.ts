import { ExecError } from '@holdfast/exec-protocol';
import { type AppearedReport, type findAppeared, parseIntent, readHostFacts, SetUp } from '@holdfast/sandbox';
import { expect, test } from 'vitest';
import { createSandboxes } from '../sandboxes.js';

const INTENT = parseIntent({
  permissions: { type: 'external', network: 'restricted' },
  windowsSandboxLevel: 'disabled',
});

const REPORT: AppearedReport = {
  found: [{ kind: 'repository', path: '/ws/new', text: 'a new repository' }],
  more: 0,
};

test.runIf(process.platform === 'linux')(
  'a command is looked after by the plan that it is started by, from when that was begun',
  async ({ skip }) => {
    const env = { PATH: process.env['PATH'] ?? '' };
    const asked: Parameters<typeof findAppeared>[] = [];
    const sandboxes = createSandboxes(
      {
        env,
        ceiling: undefined,
        logger: { debug: () => undefined, warn: () => undefined },
        ownPaths: { secured: () => [] },
      },
      readHostFacts,
      (...look) => {
        asked.push(look);
        return Promise.resolve(REPORT);
      },
    );
    const setUp = new SetUp({ calledOffBy: [] });
    const child = { argv: ['/bin/true'], cwd: '/', env, mark: 'MARK=1', stdin: 'null' } as const;
    const command = {
      intent: INTENT,
      network: undefined,
      child,
      hasTerminal: false,
      process: 'ref',
      party: { principal: 'p', session: 'label' },
      setUp,
    };
    const beforeMs = Date.now();
    const sandbox = await sandboxes
      .confine(command)
      .catch((error: unknown) => {
        if (error instanceof ExecError) skip(`this machine has no sandbox: ${error.message}`);
        throw error;
      })
      .finally(() => {
        setUp.end();
      });
    const afterMs = Date.now();
    const { signal } = new AbortController();
    const { aftermath } = await sandbox.start(() => Promise.resolve());
    expect(await aftermath?.look(signal)).toEqual(REPORT);
    const [[plan, host, sinceMs, listenedTo] = []] = asked;
    expect([plan?.policy.restrictsFiles, typeof host?.repositories.find, listenedTo]).toEqual([
      false,
      'function',
      signal,
    ]);
    const times = [beforeMs, sinceMs, plan?.madeMs, afterMs];
    expect(times).toEqual(times.toSorted());
  },
);

import type { ExecError } from '@holdfast/exec-protocol';
import { parseIntent, readHostFacts, SetUp } from '@holdfast/sandbox';
import { expect, test } from 'vitest';
import type { NetworkOrder } from './network-order.js';
import type { Sandbox } from './sandbox.js';
import { createSandboxes } from './sandboxes.js';

const INTENT = parseIntent({
  permissions: { type: 'external', network: 'restricted' },
  windowsSandboxLevel: 'disabled',
});

/** Confines a command on this machine as if it were a Mac, with a server in a sandbox. */
async function confine(
  inheritsOuter: boolean,
  network?: NetworkOrder,
): Promise<{ readonly sandbox: Sandbox; readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  const env = { PATH: process.env['PATH'] ?? '' };
  const sandboxes = createSandboxes(
    {
      env,
      ceiling: undefined,
      inheritsOuter,
      logger: { debug: () => undefined, warn: (_: object, text: string) => warnings.push(text) },
      ownPaths: { secured: () => [] },
    },
    async (...asked) => ({ ...(await readHostFacts(...asked)), platform: 'darwin', isNested: true }),
  );
  const setUp = new SetUp({ calledOffBy: [] });
  try {
    const child = { argv: ['/bin/true'], cwd: '/', env, mark: 'MARK=1', stdin: 'null' } as const;
    const asked = {
      intent: INTENT,
      network,
      child,
      hasTerminal: false,
      process: 'ref',
      party: { principal: 'everybody', session: 'label' },
      setUp,
    };
    return { sandbox: await sandboxes.confine(asked), warnings };
  } finally {
    setUp.end();
  }
}

const NESTED = expect.objectContaining({ kind: 'sandboxNested' }) as ExecError;

test('S13 inside of a sandbox that can hold no other, commands are refused', async () => {
  await expect(confine(false)).rejects.toEqual(NESTED);
});

test('S13 an operator can let them have that sandbox, and both are told', async () => {
  const { sandbox, warnings } = await confine(true);
  const { started: confinement, aftermath, report } = await sandbox.start((one) => Promise.resolve(one));
  expect([confinement, aftermath, warnings, report]).toEqual([
    undefined,
    undefined,
    ['a command has the sandbox around this server, and none of its own'],
    {
      narrowed: [],
      narrowedLeftOut: 0,
      notes: [
        {
          text: 'the command has no sandbox of its own, but the one around this server, whatever was asked for',
          rule: { source: 'default', entry: 'outerSandbox' },
        },
      ],
      notesLeftOut: 0,
    },
  ]);
});

test('S13 but not where a network of its own was asked for', async () => {
  const network = { intent: {}, decide: undefined, onDecision: () => undefined } as unknown as NetworkOrder;
  await expect(confine(true, network)).rejects.toEqual(NESTED);
});

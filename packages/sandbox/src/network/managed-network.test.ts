import { ExecError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { parseHostRules } from './host-rules.js';
import { type ManagedNetworkOptions, openManagedNetwork } from './managed-network.js';
import { Lookups } from './names/lookups.js';
import { type Outside, outsideWith } from './outside.js';
import { placed } from './testing/placed.js';

const OUTSIDE: Outside = {
  ...outsideWith(new Lookups()),
  locate: placed((address) => (address === '10.0.0.9' ? 'here' : 'elsewhere')),
};

function open(allow: readonly string[], changes: Partial<ManagedNetworkOptions> = {}): Promise<unknown> {
  return openManagedNetwork({
    bwrap: '/nowhere/bwrap',
    rules: parseHostRules({ allow, deny: [] }, 'domains'),
    onDecision: () => undefined,
    onFault: () => undefined,
    outside: OUTSIDE,
    ...changes,
  });
}

test('an address of this machine is opened by the port alone, whichever interface has it', async () => {
  await expect(open(['10.0.0.8', '10.0.0.9:80', '10.0.0.9'])).rejects.toThrow(
    new ExecError(
      'sandboxUnsupported',
      'domains: 10.0.0.9 is this machine, of which single ports can be allowed; write 10.0.0.9:PORT',
    ),
  );
  await expect(open(['10.0.0.8', '10.0.0.9:80'])).rejects.toThrow('none could be made');
});

test('where its addresses are is looked for no longer than anybody wants the network', async () => {
  const calledOff = new AbortController();
  const locate: Outside['locate'] = (_addresses, signal) =>
    new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
    });
  const opened = open(['10.0.0.8'], { outside: { ...OUTSIDE, locate }, signal: calledOff.signal });
  calledOff.abort(new Error('called off'));
  await expect(opened).rejects.toThrow(new Error('called off'));
});

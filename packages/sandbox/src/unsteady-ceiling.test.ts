import { expect, test } from 'vitest';
import { ceilingSource, parseCeiling } from './ceiling/operator-ceiling.js';
import { fakeFiles } from './files/testing/fake-files.js';
import type { HostFacts } from './host-facts.js';
import { parseIntent } from './intent/parse-intent.js';
import { PatternLooks } from './intent/pattern-looks.js';
import { SetUp } from './launch/set-up.js';
import { untilSteady } from './launch/until-steady.js';
import { MAX_PLANS } from './limits.js';
import { planSandbox, type SandboxPlan } from './plan-sandbox.js';
import { fakeScanning, fakeScans } from './repositories/testing/fake-scans.js';
import { HOST } from './testing/planned.js';

/** Plans as often as is allowed while a command exchanges `/ws/secrets`, where a pattern of the ceiling begins. */
async function planned(cwd: string): Promise<{ readonly plan: SandboxPlan; readonly plans: number }> {
  const files = fakeFiles({
    '/ws/secrets/a.key': { text: '' },
    '/other': 'directory',
    '/usr/bin/bwrap': { text: '' },
  });
  const looks = new PatternLooks(fakeScanning(files));
  let plans = 0;
  const host: HostFacts = {
    ...HOST,
    files,
    repositories: fakeScans(files),
    patterns: {
      async find(...asked) {
        const found = await looks.find(...asked);
        if (found.size > 0) plans += 1;
        return new Map(
          [...found].map(([origin, match]) => [
            origin,
            { ...match, identity: { device: 1, inode: plans + 100 } },
          ]),
        );
      },
    },
  };
  const entries = [
    { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
    { path: { type: 'path', path: 'file:///ws' }, access: 'write' },
    { path: { type: 'path', path: 'file:///other' }, access: 'write' },
    { path: { type: 'glob_pattern', pattern: '/ws/secrets/**/*.key' }, access: 'deny' },
  ];
  const permissions = {
    type: 'managed',
    file_system: { type: 'restricted', entries },
    network: 'restricted',
  };
  const ceiling = ceilingSource(parseCeiling(JSON.stringify({ permissions })), HOST.roots);
  const intent = parseIntent({ permissions: { type: 'disabled' }, windowsSandboxLevel: 'disabled' });
  const setUp = new SetUp();
  try {
    const command = { argv: ['true'], cwd, env: {} } as const;
    const plan = await untilSteady(setUp, () => planSandbox(intent, command, host, ceiling, { setUp }));
    return { plan, plans };
  } finally {
    setUp.end();
  }
}

test('a directory that is replaced all the time where a pattern of a ceiling begins stops no start elsewhere', async () => {
  const { plan, plans } = await planned('/other');
  const origin = { source: 'ceiling', entry: 'permissions.file_system.entries.3' };
  expect([
    plans,
    plan.policy.rules.filter(({ access }) => access === 'deny').map(({ path }) => path),
  ]).toEqual([MAX_PLANS / 2 + 1, ['/ws']]);
  expect(plan.policy.notes).toContainEqual({
    origin,
    text: '/ws is denied as a whole: files are replaced there faster than a start is planned, such as /ws/secrets, and so it was with 8 plans; end what does that',
  });
});

test('and one that would run there is refused with what is replaced', async () => {
  await expect(planned('/ws')).rejects.toThrow(
    'ceiling: permissions.file_system.entries.3: /ws/secrets was replaced while the sandbox was planned, and so it was with 16 plans (MAX_PLANS); try again when less is changed there',
  );
});

import { ExecError } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import type { FileIdentity } from '../files/resolve-path.js';
import { StalePlan } from '../files/stale-plan.js';
import { fakeFiles } from '../files/testing/fake-files.js';
import type { MountStep } from '../mounts/mount-step.js';
import type { NormalisedPolicy } from '../policy/path-rule.js';
import { DEFAULTS } from '../policy/rule-origin.js';
import { policyOf, rule } from '../policy/testing/rules.js';
import { planMounts, type SealableTree } from './plan-mounts.js';

const FILES = fakeFiles({ '/ws/.git': 'directory' });

function identityOf(path: string): FileIdentity | undefined {
  const found = FILES.look(path);
  return found && { device: found.device, inode: found.inode };
}

function written(step: MountStep): string {
  switch (step.kind) {
    case 'bind':
      return `${step.identity === 'placeholder' ? 'placeholder' : step.access} ${step.path}`;
    case 'emptyDirectory':
      return `empty ${step.path} ${step.mode}`;
    case 'unreadableFile':
      return `unreadable ${step.path}`;
    case 'link':
      return `link ${step.path} ${step.target}`;
    case 'makeReadOnly':
      return `seal ${step.path}`;
    case 'bindEverything':
    case 'privateDevices':
    case 'privateProcesses':
    case 'sealHost':
      return step.kind;
  }
}

function steps(policy: NormalisedPolicy, sealed: readonly SealableTree[] = []): readonly string[] {
  return planMounts(policy, FILES, sealed).steps.map(written);
}

/** What every sandbox has for itself. */
const OWN = ['privateDevices', 'privateProcesses'];

test('a program that only looks can write nothing in what every sandbox has for itself', () => {
  const looking = (policy: NormalisedPolicy): readonly string[] => steps(policy, ['/dev', '/proc']);
  const processes = ['privateProcesses', 'seal /proc'];
  expect(looking(policyOf(['read /', 'write /ws']))).toEqual([
    'sealHost',
    'read /',
    'privateDevices',
    'seal /dev',
    ...processes,
    'write /ws',
  ]);
  // Its /dev is that of the host.
  expect(looking({ ...policyOf(['write /']), restrictsFiles: false })).toEqual([
    'bindEverything',
    ...processes,
  ]);
});

describe('the order of mounts', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['a readable root', ['read /'], ['read /', ...OWN]],
    ['a writable root in a readable one', ['read /', 'write /ws'], ['read /', ...OWN, 'write /ws']],
    [
      'what is read only at the top of a writable root',
      ['read /', 'write /ws', 'read /ws/.git'],
      ['read /', ...OWN, 'write /ws', 'read /ws/.git'],
    ],
    [
      'directories above a restriction are pinned, the deepest first, below the mount that buries them',
      ['read /', 'write /ws', 'read /ws/a/b/hooks', 'deny /ws/a/c'],
      [
        'read /',
        ...OWN,
        'empty /ws/a/b 755',
        'empty /ws/a 755',
        'write /ws',
        'read /ws/a/b/hooks',
        'empty /ws/a/c 000',
        'seal /ws/a/c',
      ],
    ],
    [
      'on an empty root, the writable one is there before its pins',
      ['read /usr', 'write /ws', 'read /ws/a/hooks'],
      [
        'empty / 755',
        ...OWN,
        'read /ws',
        'empty /ws/a 755',
        'read /usr',
        'write /ws',
        'read /ws/a/hooks',
        'seal /',
      ],
    ],
    [
      'a writable root of all buries its pins by a second mount',
      ['write /', 'read /srv/x/hooks'],
      [
        'write /',
        'empty /srv/x 755',
        'empty /srv 755',
        'write /',
        'privateDevices',
        'privateProcesses',
        'read /sys',
        'read /srv/x/hooks',
      ],
    ],
    [
      'a writable directory in a denied one',
      ['read /', 'deny /home', 'write /home/me/ws'],
      ['read /', ...OWN, 'empty /home 111', 'write /home/me/ws', 'seal /home'],
    ],
    [
      'a denied directory is closed at once, and one that holds something when that is in place',
      ['read /', 'deny /a', 'deny /b', 'read /b/c', 'deny /b/c/d'],
      [
        'read /',
        ...OWN,
        'empty /a 000',
        'seal /a',
        'empty /b 111',
        'read /b/c',
        'empty /b/c/d 000',
        'seal /b/c/d',
        'seal /b',
      ],
    ],
    ['a denied file', ['read /', 'deny /etc/file'], ['read /', ...OWN, 'unreadable /etc/file']],
    [
      'what must not be created',
      ['read /', 'write /ws', 'read /ws/.codex/'],
      ['read /', ...OWN, 'write /ws', 'placeholder /ws/.codex'],
    ],
    [
      'a restriction of a restriction needs no pins of its own',
      ['read /', 'write /ws', 'read /ws/.git', 'deny /ws/.git/x/y'],
      ['read /', ...OWN, 'write /ws', 'read /ws/.git', 'empty /ws/.git/x/y 000', 'seal /ws/.git/x/y'],
    ],
  ])('%s', (_, rules, expected) => {
    expect(steps(policyOf(rules))).toEqual(['sealHost', ...expected]);
  });

  test('links of an empty root are made again, where nothing else shows them', () => {
    const links = [
      { path: '/bin', target: 'usr/bin' },
      { path: '/usr/lib/x', target: 'y' },
    ];
    expect(steps(policyOf(['read /usr'], { links }))).toEqual([
      'sealHost',
      'empty / 755',
      'link /bin usr/bin',
      ...OWN,
      'read /usr',
      'seal /',
    ]);
  });

  test('one of these trees may be closed alone', () => {
    expect(steps(policyOf(['read /']), ['/proc'])).toEqual([
      'sealHost',
      'read /',
      'privateDevices',
      'privateProcesses',
      'seal /proc',
    ]);
  });

  test('files that are not restricted are shown as they are', () => {
    const open = policyOf(['write /'], { restrictsFiles: false });
    expect(steps(open, ['/proc'])).toEqual(['bindEverything', 'privateProcesses', 'seal /proc']);
  });
});

test('something stands at each path that must not be created', () => {
  const rules = [
    rule('write /ws'),
    rule('read /ws/.codex/'),
    rule('read /ws/.git/c/', { placeholderText: '.\n' }),
  ];
  const plan = planMounts({ ...policyOf([]), rules }, FILES, []);
  expect([plan.placeholders, plan.steps.map(written).slice(-4)]).toEqual([
    [
      { path: '/ws/.codex', directory: identityOf('/ws'), kind: 'directory' },
      { path: '/ws/.git/c', directory: identityOf('/ws/.git'), kind: 'file', text: '.\n' },
    ],
    ['write /ws', 'placeholder /ws/.codex', 'placeholder /ws/.git/c', 'seal /'],
  ]);
});

test('nothing can be kept missing in what is no directory any more', () => {
  const policy = { ...policyOf([]), rules: [rule('write /ws'), rule('read /gone/.codex/')] };
  expect(() => planMounts(policy, FILES, [])).toThrow(new StalePlan('/gone', 'has gone'));
  const replaced = { ...policyOf([]), rules: [rule('write /ws'), rule('read /ws/link/.codex/')] };
  const files = fakeFiles({ '/ws/link': { link: '/srv' } });
  expect(() => planMounts(replaced, files, [])).toThrow(new StalePlan('/ws/link', 'was replaced'));
});

test('directories above what else is to keep its name are pinned', () => {
  const plan = planMounts(policyOf(['read /', 'write /ws']), FILES, [], ['/ws/a/b/disk', '/ws/top']);
  expect(plan.steps.map(written).slice(-3)).toEqual(['empty /ws/a/b 755', 'empty /ws/a 755', 'write /ws']);
});

test('what every sandbox has for itself cannot be granted, and not denied either', () => {
  expect(steps(policyOf(['read /', 'write /dev/shm']))).toEqual(['sealHost', 'read /', ...OWN]);
  expect(() => planMounts(policyOf(['read /', 'deny /proc/cpuinfo']), FILES, [])).toThrow(
    new ExecError(
      'sandboxUnsupported',
      'rule /proc/cpuinfo: /proc/cpuinfo cannot be denied: every sandbox has a /proc of its own; leave the entry out',
    ),
  );
});

test('what the kernel has mounted in its /sys is covered where that is shown, and nothing below it', () => {
  const origin = DEFAULTS.kernelTrees;
  const hidden = ['/sys/kernel/debug', '/sys/kernel/debug/tracing', '/proc/x'].map((path) =>
    rule(`deny ${path}`, { origin }),
  );
  const stepsWith = (base: string): readonly string[] => {
    const policy = policyOf([base, 'write /ws']);
    return steps({ ...policy, rules: [...policy.rules, ...hidden] });
  };
  const cover = ['empty /sys/kernel/debug 000', 'seal /sys/kernel/debug'];
  expect(stepsWith('read /')).toEqual(['sealHost', 'read /', ...OWN, ...cover, 'write /ws']);
  expect(stepsWith('write /').slice(-4)).toEqual(['read /sys', ...cover, 'write /ws']);
  expect(stepsWith('deny /').filter((step) => step.includes('/sys'))).toEqual([]);
});

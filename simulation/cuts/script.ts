import { EXTENSIONS, type ExtensionName } from '@holdfast/exec-protocol';
import type { Fault } from '../faults/fault.js';
import type { ProcessPlan } from '../program/program.js';
import type { Script } from '../system/script.js';
import type { Scenario } from '../world/scenario.js';

const ECHO: Script = {
  spawnMs: 2,
  steps: [
    { afterMs: 5, act: { type: 'print', stream: 'out', bytes: 40 } },
    { afterMs: 12, act: { type: 'print', stream: 'err', bytes: 30 } },
    { afterMs: 300, act: { type: 'exit', code: 3 } },
    { afterMs: 4, act: { type: 'print', stream: 'out', bytes: 20 } },
  ],
  readMs: 1,
  stdin: 'echo',
  endsWithStdin: false,
  onTerm: 'end',
  closeMs: 1,
};

const TERMINAL: Script = {
  ...ECHO,
  spawnMs: 1,
  steps: [
    { afterMs: 3, act: { type: 'print', stream: 'out', bytes: 50 } },
    { afterMs: 30, act: { type: 'print', stream: 'out', bytes: 50 } },
  ],
  endsWithStdin: true,
};

const FAST = { openMs: 0, perEventMs: 0, after: 0, pause: undefined, leavesAfter: undefined } as const;

const ECHO_PLAN: ProcessPlan = {
  startMs: 0,
  way: 'spawn',
  isTerminal: false,
  hasStdin: true,
  lifetime: 'session',
  retention: undefined,
  drainMs: undefined,
  script: ECHO,
  views: [
    { ...FAST, kind: 'events' },
    { ...FAST, kind: 'stdout' },
  ],
  acts: [
    { type: 'write', atMs: 0, bytes: 24 },
    { type: 'write', atMs: 8, bytes: 24 },
    { type: 'write', atMs: 8, bytes: 24 },
    { type: 'signal', atMs: 20, name: 'SIGUSR1', target: 'group' },
    { type: 'end', atMs: 40 },
  ],
};

const TERMINAL_PLAN: ProcessPlan = {
  ...ECHO_PLAN,
  startMs: 2,
  isTerminal: true,
  script: TERMINAL,
  views: [{ ...FAST, kind: 'events' }],
  acts: [
    { type: 'write', atMs: 6, bytes: 24 },
    { type: 'resize', atMs: 10 },
    { type: 'end', atMs: 60 },
  ],
};

/** Two processes, writes, a signal, a resize and exits, and what goes wrong meanwhile. */
export function cutScenario(faults: readonly Fault[]): Scenario {
  return {
    ties: 0,
    links: {
      latencyMs: 3.25,
      capacityBytes: 1_000_000,
      segmentBytes: 1_000_000,
      weight: 1,
      canPing: true,
      destroyMs: 0,
    },
    spill: { capacityBytes: 1_000_000, readMs: 1, failures: 0 },
    program: {
      extensions: Object.keys(EXTENSIONS) as ExtensionName[],
      processes: [ECHO_PLAN, TERMINAL_PLAN],
      guest: undefined,
      closeMs: undefined,
    },
    faults,
  };
}

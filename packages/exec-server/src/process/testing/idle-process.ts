import { asProcessId } from '@holdfast/exec-protocol';
import type { Clock } from '../../clock.js';
import { LogMemory } from '../log/log-memory.js';
import { ManagedProcess, type ProcessTraits } from '../managed-process.js';
import { MemorySpill } from './memory-spill.js';

/** Whose processes tests make unless they say otherwise. */
export const PRINCIPAL = 'tester';

/** A process without a child, as a directory or a table sees one: its log is what the test makes of it. */
export function idleProcess(
  clock: Clock,
  traits: Partial<ProcessTraits> & Pick<ProcessTraits, 'ref'>,
): ManagedProcess {
  return new ManagedProcess(
    {
      id: asProcessId(traits.ref),
      session: 'elsewhere',
      principal: PRINCIPAL,
      argv: ['idle'],
      cwd: 'file:///',
      tty: false,
      truncated: false,
      lifetime: 'session',
      retention: 'keep',
      drainMs: undefined,
      startedAtMs: 0,
      ...traits,
    },
    {
      clock,
      guardian: { watch: () => undefined, forget: () => undefined },
      processes: { kill: () => undefined, signalTree: () => undefined, holdersOf: () => [] },
      openSpill: (onRoom) => new MemorySpill(onRoom),
      logMemory: new LogMemory(),
      onDelivered: () => undefined,
      onOwed: () => undefined,
    },
  );
}

import type { findAppeared } from '@holdfast/sandbox';
import type { Party } from '../../fair-places.js';
import type { Logger } from '../../logger.js';
import type { ConfinedNetwork } from './confined-networks.js';
import type { Planned } from './confined-plan.js';
import { judgeConfined } from './judge-confined.js';
import type { JudgeTurns } from './judge-turns.js';
import type { KeptPlans } from './kept-plans.js';
import type { Aftermath } from './sandbox.js';

/** What a server needs for what is asked when commands have ended. */
export interface AftermathHost {
  readonly plans: KeptPlans;
  readonly judgements: JudgeTurns;
  readonly logger: Pick<Logger, 'debug' | 'warn'>;
  readonly find: typeof findAppeared;
}

/** A command that runs in its sandbox. */
interface RunningCommand {
  readonly cwd: string;
  /** Names the process in the log. */
  readonly process: string;
  readonly party: Party;
  readonly network: Pick<ConfinedNetwork, 'refusals'> | undefined;
}

/** What is asked of a plan when its command has ended. Of the plan itself nothing is held meanwhile, but what is kept of it. */
export function aftermathOf(
  { plan, host, sinceMs }: Planned,
  { cwd, process, party, network }: RunningCommand,
  { plans, judgements, logger, find }: AftermathHost,
): Aftermath {
  const kept = plans.keep(plan);
  const { madeMs } = plan;
  return {
    judge: async (exitCode, output) => {
      try {
        const denial = await judgements.take(party, () => {
          const asked = kept.read();
          if (asked === undefined) throw new Error(NOT_KEPT);
          const refusals = network?.refusals ?? [];
          return judgeConfined({ exitCode, output: output(), cwd, refusals }, asked, host);
        });
        if (denial !== undefined) logger.debug({ denial }, 'a sandbox made a command fail');
        return denial;
      } catch (error) {
        logger.warn({ process, error }, 'it is not known whether a sandbox made a command fail');
        return undefined;
      }
    },
    look: async (signal) => {
      const asked = kept.read();
      if (asked === undefined) throw new Error(NOT_KEPT);
      return await find({ ...asked, madeMs }, host, sinceMs, signal);
    },
    forget: () => {
      kept.forget();
    },
  };
}

const NOT_KEPT = 'the plan of its sandbox was not kept';

import { ExecError, type SandboxReport } from '@holdfast/exec-protocol';
import type { NetworkOrder } from './network-order.js';
import type { Sandbox } from './sandbox.js';

/** Lets commands have the sandbox around this server where there can be no other, if the operator says so. */
export interface OuterSandbox {
  readonly isInherited: boolean;
  readonly logger: { warn(data: object, message: string): void };
}

/**
 * Confines a command by what holds for this server anyway.
 * @param confine Confines it in a sandbox of its own.
 * @throws As that; also for a network of its own, which the outer sandbox knows nothing of.
 */
export async function confineOrInherit(
  { isInherited, logger }: OuterSandbox,
  { network, process }: { readonly network: NetworkOrder | undefined; readonly process: string },
  confine: () => Promise<Sandbox>,
): Promise<Sandbox> {
  try {
    return await confine();
  } catch (error) {
    const isNested = error instanceof ExecError && error.kind === 'sandboxNested';
    if (!isInherited || !isNested || network !== undefined) throw error;
    logger.warn({ process }, 'a command has the sandbox around this server, and none of its own');
    return INHERITED;
  }
}

const REPORT: SandboxReport = {
  narrowed: [],
  narrowedLeftOut: 0,
  notes: [
    {
      text: 'the command has no sandbox of its own, but the one around this server, whatever was asked for',
      rule: { source: 'default', entry: 'outerSandbox' },
    },
  ],
  notesLeftOut: 0,
};

const INHERITED: Sandbox = {
  start: async (attempt) => ({ started: await attempt(undefined), report: REPORT, aftermath: undefined }),
};

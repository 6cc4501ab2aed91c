import type { NormalisedPolicy } from '../policy/path-rule.js';
import { DEFAULTS } from '../policy/rule-origin.js';
import type { DeviceSeal } from './device-seal.js';
import type { MayReplace } from './find-bwrap.js';
import { KEEP_OUT_LATE_MOUNTS, type LateMounts } from './late-mounts.js';
import type { Starter } from './trials.js';

/** What of the mounts of this machine a sandbox would show, and what is done about it. */
export interface MountsAround {
  readonly lateMounts: LateMounts;
  readonly deviceSeal: DeviceSeal;
}

/** How this machine is asked. Nothing that the command may replace is run for it. */
export interface AskMounts {
  /** What becomes of mounts that this machine makes while a command runs. */
  readonly lateMounts: (bwrap: string, mayReplace: MayReplace, signal: AbortSignal) => Promise<LateMounts>;
  /** What keeps the device nodes of this machine as they are. */
  readonly deviceSeal: (bwrap: string, mayReplace: MayReplace, signal: AbortSignal) => Promise<DeviceSeal>;
}

/** That of a sandbox which leaves all files as they are: mounts and devices are among them. */
export const NOT_ASKED: MountsAround = { lateMounts: 'none', deviceSeal: 'needless' };

/** Asks for a sandbox that restricts files. The parameters are those of `worksWith`. */
export async function askMounts(
  host: AskMounts,
  bwrap: string,
  mayReplace: MayReplace,
  signal: AbortSignal,
): Promise<MountsAround> {
  const lateMounts = await host.lateMounts(bwrap, mayReplace, signal);
  return { lateMounts, deviceSeal: await host.deviceSeal(bwrap, mayReplace, signal) };
}

/** What bubblewrap is started with. What seals devices keeps later mounts out as well. */
export function starterFor({ lateMounts, deviceSeal }: MountsAround): Starter | undefined {
  if (typeof deviceSeal !== 'string') return deviceSeal;
  return lateMounts === 'keptOut' ? KEEP_OUT_LATE_MOUNTS : undefined;
}

/** What a policy is told of that cannot be held. */
interface Gapped {
  readonly policy: NormalisedPolicy;
  /** In words; they are among the notes of the policy as well. */
  readonly gaps: readonly string[];
}

/** Says what of the mounts of this machine cannot be held. */
export function withMountGaps<T extends Gapped>({ lateMounts, deviceSeal }: MountsAround, held: T): T {
  const texts = [
    ...(lateMounts === 'seen' ? [GAP_OF_LATE_MOUNTS] : []),
    ...(deviceSeal === 'impossible' ? [GAP_OF_DEVICES] : []),
  ];
  const notes = texts.map((text) => ({ origin: DEFAULTS.kernelTrees, text }));
  const policy = { ...held.policy, notes: [...held.policy.notes, ...notes] };
  return { ...held, policy, gaps: [...held.gaps, ...texts] };
}

const GAP_OF_DEVICES =
  'root can change the mode of devices such as /dev/null for the whole machine, for their mounts cannot be made read-only here; install mount and util-linux 2.34 or newer, or run as an ordinary user';

const GAP_OF_LATE_MOUNTS = `what is mounted on this machine while a command runs appears in its sandbox and is not covered, for ${KEEP_OUT_LATE_MOUNTS[0]} cannot keep it out; install util-linux 2.34 or newer, or start this program with unshare --mount --propagation private`;

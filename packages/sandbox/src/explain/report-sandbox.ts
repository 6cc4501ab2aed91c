import {
  formatPathUri,
  MAX_TOLD_NARROWINGS,
  MAX_TOLD_SANDBOX_NOTES,
  type SandboxNarrowing,
  type SandboxReport,
} from '@holdfast/exec-protocol';
import type { SandboxPlan } from '../plan-sandbox.js';
import type { Narrowing } from '../policy/intersect.js';

/** What of a plan is told. */
type ReportedPlan = Pick<SandboxPlan, 'policy' | 'narrowed' | 'isNetworkNarrowed'>;

/** What a peer is told of a plan: where it allows less than was asked for, and what of it people should know. */
export function reportSandbox(plan: ReportedPlan): SandboxReport {
  const { policy, narrowed, isNetworkNarrowed } = plan;
  const network: readonly SandboxNarrowing[] = isNetworkNarrowed
    ? [{ type: 'network', asked: 'enabled', granted: 'restricted', rule: policy.networkOrigin }]
    : [];
  const places = narrowed.slice(0, MAX_TOLD_NARROWINGS - network.length);
  const notes = policy.notes.slice(0, MAX_TOLD_SANDBOX_NOTES);
  return {
    narrowed: [...network, ...places.map(narrowingOf)],
    narrowedLeftOut: narrowed.length - places.length,
    notes: notes.map(({ text, origin }) => ({ text, rule: origin })),
    notesLeftOut: policy.notes.length - notes.length,
  };
}

function narrowingOf({ path, asked, granted, origin }: Narrowing): SandboxNarrowing {
  return { type: 'path', path: formatPathUri(path, 'posix'), asked, granted, rule: origin };
}

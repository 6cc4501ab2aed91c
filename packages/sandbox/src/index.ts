export type { Appeared, AppearedKind, AppearedReport } from './appeared/appeared.js';
export { findAppeared } from './appeared/find-appeared.js';
export {
  type CeilingSource,
  ceilingSource,
  NO_OPERATOR,
  type OperatorCeiling,
  parseCeiling,
} from './ceiling/operator-ceiling.js';
export type { CommandToRun } from './command-to-run.js';
export { type FailedCommand, type JudgedPlan, judgeDenial } from './denial/judge-denial.js';
export { explainAsJson, explainInWords } from './explain/explain.js';
export type { FileFacts, FileView } from './files/file-facts.js';
export { StalePlan } from './files/stale-plan.js';
export type { HostFacts } from './host-facts.js';
export type { GlobMatch, GlobMatches, GlobScan } from './intent/deny-glob.js';
export { type NetworkIntent, parseNetworkIntent } from './intent/network-intent.js';
export { parseIntent } from './intent/parse-intent.js';
export type { PatternFinder } from './intent/pattern-looks.js';
export { type PlainPermissions, plainIntent } from './intent/plain-intent.js';
export type { SandboxIntent } from './intent/schema.js';
export type { NamedProcess } from './launch/first-process.js';
export { type LaunchOptions, type OpenLaunch, openLaunch } from './launch/open-launch.js';
export { secureOwnFolder, spillFolder } from './launch/own-folder.js';
export { PlaceholderStore, placeholderFolder } from './launch/placeholder-store.js';
export { SetUp, type SetUpClock, type SetUpOptions, type SetUpStep } from './launch/set-up.js';
export { NotRun, type StartedWrapper, startWrapper, type WrapperStart } from './launch/start-wrapper.js';
export { type PlannedLaunch, type PlannedNetwork, type Planning, SteadyPlan } from './launch/steady-plan.js';
export type { WrapperStatus } from './launch/wrapper-status.js';
export type { WrapperWatch } from './launch/wrapper-watch.js';
export { SANDBOX_START_MS } from './limits.js';
export type { SandboxedCommand } from './linux/bwrap-plan.js';
export type { LaunchPlan, PlannedDescriptor } from './linux/launch-plan.js';
export { explainFault, whyNotRun } from './machine/bwrap-fault.js';
export type { NetworkAnswer, NetworkDecider, NetworkProtocol, NetworkQuestion } from './network/decider.js';
export type { NetworkCaller, NetworkDecision } from './network/gate.js';
export { type HostRule, type HostRules, parseHostRules } from './network/host-rules.js';
export type { RefusalReason } from './network/judge.js';
export {
  type ManagedNetwork,
  type ManagedNetworkOptions,
  openManagedNetwork,
} from './network/managed-network.js';
export { Lookups, type NetworkNames, type Resolution } from './network/names/lookups.js';
export type { Outside } from './network/outside.js';
export type { TakePlace } from './network/proxy/proxy.js';
export { Refusals } from './network/refusals.js';
export {
  type Aside,
  type PlanOptions,
  planSandbox,
  type SandboxPlan,
  type SearchedRoot,
} from './plan-sandbox.js';
export type { Narrowing } from './policy/intersect.js';
export type { Access, NormalisedPolicy, PathRule, PolicyNote } from './policy/path-rule.js';
export type { RuleOrigin } from './policy/rule-origin.js';
export {
  type CommandSetting,
  createSearches,
  type HostMemory,
  readHostFacts,
  type Searches,
} from './real-host-facts.js';
export type { RepositoryFinder } from './repositories/repository-scans.js';
export type { ScannedTree, ScanTarget } from './repositories/scan-tree.js';
export {
  type RunOptions,
  type SandboxEnd,
  type SandboxedProcess,
  SandboxRunner,
  type SandboxRunnerOptions,
} from './sandbox-runner.js';
export { explainSeatbelt } from './seatbelt/explain-seatbelt.js';

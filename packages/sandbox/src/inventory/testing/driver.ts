// Plans and starts sandboxes as the user that it was started as, for the tests that started it.

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { NO_OPERATOR } from '../../ceiling/operator-ceiling.js';
import { readHostFacts } from '../../host-facts.js';
import { parseIntent } from '../../intent/parse-intent.js';
import { openLaunch } from '../../launch/open-launch.js';
import { PlaceholderStore } from '../../launch/placeholder-store.js';
import { probeBwrap } from '../../linux/probe-bwrap.js';
import type { NetworkDecision } from '../../network/gate.js';
import { parseHostRules } from '../../network/host-rules.js';
import { type ManagedNetwork, openManagedNetwork } from '../../network/managed-network.js';
import { realOutside } from '../../network/outside.js';
import { planSandbox } from '../../plan-sandbox.js';
import { RepositoryScans } from '../../repositories/repository-scans.js';
import type { DriverAnswer, DriverRequest } from './driver-messages.js';

process.on('message', (request: DriverRequest) => {
  run(request).then(
    (answer) => process.send?.({ id: request.id, answer }),
    (error: unknown) => process.send?.({ id: request.id, problem: String(error) }),
  );
});
process.send?.('ready');

async function run(request: DriverRequest): Promise<DriverAnswer> {
  const { intent, argv, cwd, env, stateFolder, stdin, hosts } = request;
  const store = new PlaceholderStore(stateFolder);
  const host = readHostFacts({ cwd, env }, process.env['PATH'] ?? '', store, new RepositoryScans());
  const rules = hosts === undefined ? undefined : parseHostRules(hosts);
  const plan = await planSandbox(parseIntent(intent), { argv, cwd, env }, host, NO_OPERATOR, rules);
  if (plan === undefined) throw new Error('the intent confines nothing');
  const decisions: string[] = [];
  const network = await networkOf(request, (decision) => decisions.push(lineOf(decision)));
  const launch = openLaunch(plan.launch, store, network);
  try {
    const child = spawn(launch.program, launch.args, {
      env: launch.env,
      stdio: ['pipe', 'pipe', 'pipe', ...launch.stdio],
      detached: true,
    });
    const wrapper = launch.watch(child);
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(Buffer.from(stdin ?? '', 'base64'));
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const [stdout, stderr, wrapperCode] = await Promise.all([
      child.stdout === null ? '' : text(child.stdout),
      child.stderr === null ? '' : text(child.stderr),
      ended,
    ]);
    return { exitCode: wrapper.status.exitCode ?? null, wrapperCode, stdout, stderr, decisions };
  } finally {
    launch.ended();
    network?.close();
  }
}

async function networkOf(
  { hosts }: DriverRequest,
  onDecision: (decision: NetworkDecision) => void,
): Promise<ManagedNetwork | undefined> {
  if (hosts === undefined) return undefined;
  const bwrap = probeBwrap(process.env['PATH'] ?? '');
  if (!bwrap.works) throw new Error(bwrap.problem);
  return openManagedNetwork({
    bwrap: bwrap.program,
    rules: parseHostRules(hosts),
    onDecision,
    outside: { ...realOutside, resolve: (name) => Promise.resolve(hosts.addresses[name] ?? []) },
  });
}

function lineOf({ protocol, decision, host, port, reason }: NetworkDecision): string {
  return [protocol, decision, `${host ?? ''}:${port ?? ''}`, ...(reason === undefined ? [] : [reason])].join(
    ' ',
  );
}

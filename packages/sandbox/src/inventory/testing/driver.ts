// Plans and starts sandboxes as the user that it was started as, for the tests that started it.

import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { NO_OPERATOR } from '../../ceiling/operator-ceiling.js';
import { createSearches, readHostFacts } from '../../host-facts.js';
import { parseIntent } from '../../intent/parse-intent.js';
import { openLaunch } from '../../launch/open-launch.js';
import { PlaceholderStore } from '../../launch/placeholder-store.js';
import { probeBwrap } from '../../linux/probe-bwrap.js';
import type { NetworkDecision } from '../../network/gate.js';
import { parseHostRules } from '../../network/host-rules.js';
import { type ManagedNetwork, openManagedNetwork } from '../../network/managed-network.js';
import { realOutside } from '../../network/outside.js';
import { planSandbox } from '../../plan-sandbox.js';
import type { DriverAnswer, DriverRequest } from './driver-messages.js';
import { OTHER_SANDBOX, type OtherLaunch, otherLaunch } from './other-sandbox.js';

process.on('message', (request: DriverRequest) => {
  run(request).then(
    (answer) => process.send?.({ id: request.id, answer }),
    (error: unknown) => process.send?.({ id: request.id, problem: String(error) }),
  );
});
process.send?.('ready');

function run(request: DriverRequest): Promise<DriverAnswer> {
  const other = process.env[OTHER_SANDBOX];
  return other === undefined ? runOurs(request) : runOther(request, otherLaunch(other, request));
}

async function runOther(
  { cwd, stdin = '' }: DriverRequest,
  { argv, env }: OtherLaunch,
): Promise<DriverAnswer> {
  const [program, ...args] = argv;
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-other-'));
  const [input, output, errors] = ['input', 'output', 'errors'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(input, Buffer.from(stdin, 'base64'));
  // Files, since the pipes of Node are sockets, which some sandboxes let nobody use.
  const stdio = [openSync(input, 'r'), openSync(output, 'w'), openSync(errors, 'w')];
  try {
    const child = spawn(program, args, { cwd, env, stdio, detached: true });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const [stdout, stderr] = [output, errors].map((file) => readFileSync(file, 'utf8')) as [string, string];
    return { exitCode: code, wrapperCode: code, stdout, stderr, decisions: [] };
  } finally {
    for (const fd of stdio) closeSync(fd);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runOurs(request: DriverRequest): Promise<DriverAnswer> {
  const { intent, argv, cwd, env, stateFolder, stdin, hosts } = request;
  const store = new PlaceholderStore(stateFolder, (problem) => {
    throw new Error(problem);
  });
  const memory = { store, searches: createSearches() };
  const host = await readHostFacts({ cwd, env }, process.env['PATH'] ?? '', memory);
  const rules = hosts === undefined ? undefined : parseHostRules(hosts);
  const plan = await planSandbox(parseIntent(intent), { argv, cwd, env }, host, NO_OPERATOR, {
    hosts: rules,
  });
  const decisions: string[] = [];
  const network = await networkOf(request, (decision) => decisions.push(lineOf(decision)));
  const launch = await openLaunch(plan.launch, store, { network });
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
    await wrapper.over;
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
  const bwrap = await probeBwrap(process.env['PATH'] ?? '');
  if (!bwrap.works) throw new Error(bwrap.problem);
  return openManagedNetwork({
    bwrap: bwrap.program,
    rules: parseHostRules(hosts),
    onDecision,
    onFault(error) {
      throw error;
    },
    outside: { ...realOutside, resolve: (name) => Promise.resolve(hosts.addresses[name] ?? []) },
  });
}

function lineOf({ protocol, decision, host, port, reason }: NetworkDecision): string {
  return [protocol, decision, `${host ?? ''}:${port ?? ''}`, ...(reason === undefined ? [] : [reason])].join(
    ' ',
  );
}

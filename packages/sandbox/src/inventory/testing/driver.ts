// Plans and starts sandboxes as the user that it was started as, for the tests that started it.

import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { NO_OPERATOR } from '../../ceiling/operator-ceiling.js';
import { parseIntent } from '../../intent/parse-intent.js';
import { type OpenLaunch, openLaunch } from '../../launch/open-launch.js';
import { PlaceholderStore } from '../../launch/placeholder-store.js';
import type { WrapperWatch } from '../../launch/wrapper-watch.js';
import type { NetworkDecision } from '../../network/gate.js';
import { parseHostRules } from '../../network/host-rules.js';
import { type ManagedNetwork, openManagedNetwork } from '../../network/managed-network.js';
import { Lookups } from '../../network/names/lookups.js';
import { outsideWith } from '../../network/outside.js';
import { planSandbox } from '../../plan-sandbox.js';
import { createSearches, readHostFacts } from '../../real-host-facts.js';
import type { DriverAnswer, DriverRequest } from './driver-messages.js';
import { OTHER_SANDBOX, type OtherLaunch, otherLaunch } from './other-sandbox.js';
import { TerminalRun, type TerminalStep } from './terminal.js';

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
  { cwd, stdin = '', terminal }: DriverRequest,
  { argv, env }: OtherLaunch,
): Promise<DriverAnswer> {
  if (terminal !== undefined) {
    const run = await TerminalRun.start({ argv, cwd, env });
    const stdout = await run.talk(terminal);
    const code = run.child.exitCode;
    return { exitCode: code, wrapperCode: code, stdout, stderr: '', decisions: [] };
  }
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
  const { intent, argv, arg0, cwd, env, stateFolder, stdin, terminal, hosts } = request;
  const store = new PlaceholderStore(stateFolder, (problem) => {
    throw new Error(problem);
  });
  const memory = { store, searches: createSearches() };
  const host = await readHostFacts({ cwd, env }, process.env, memory);
  const rules = hosts === undefined ? undefined : parseHostRules(hosts);
  const hasTerminal = terminal !== undefined;
  const command = { argv, arg0, cwd, env, hasTerminal, isAmongOthers: hasTerminal };
  const plan = await planSandbox(parseIntent(intent), command, host, NO_OPERATOR, { hosts: rules });
  const decisions: string[] = [];
  const network = await networkOf(request, plan.bwrap, (decision) => decisions.push(lineOf(decision)));
  const launch = await openLaunch(plan.launch, store, { network });
  try {
    const { wrapper, ...told } = await (terminal === undefined
      ? overPipes(launch, Buffer.from(stdin ?? '', 'base64'))
      : atTerminal(launch, terminal));
    await wrapper.over;
    return { exitCode: wrapper.status.exitCode ?? null, ...told, decisions };
  } finally {
    launch.ended();
    network?.close();
  }
}

/** What a launch came to. */
type Told = Pick<DriverAnswer, 'wrapperCode' | 'stdout' | 'stderr'> & { readonly wrapper: WrapperWatch };

async function overPipes(launch: OpenLaunch, stdin: Buffer): Promise<Told> {
  const child = spawn(launch.program, launch.args, {
    env: launch.env,
    stdio: ['pipe', 'pipe', 'pipe', ...launch.stdio],
    detached: true,
  });
  const wrapper = launch.watch(child);
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(stdin);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [stdout, stderr, wrapperCode] = await Promise.all([
    child.stdout === null ? '' : text(child.stdout),
    child.stderr === null ? '' : text(child.stderr),
    ended,
  ]);
  return { wrapper, wrapperCode, stdout, stderr };
}

async function atTerminal(launch: OpenLaunch, steps: readonly TerminalStep[]): Promise<Told> {
  const argv = [launch.program, ...launch.args];
  const run = await TerminalRun.start({ argv, env: launch.env, stdio: launch.stdio });
  const wrapper = launch.watch(run.program);
  const stdout = await run.talk(steps);
  return { wrapper, wrapperCode: run.child.exitCode, stdout, stderr: '' };
}

async function networkOf(
  { hosts }: DriverRequest,
  bwrap: string,
  onDecision: (decision: NetworkDecision) => void,
): Promise<ManagedNetwork | undefined> {
  if (hosts === undefined) return undefined;
  return openManagedNetwork({
    bwrap,
    rules: parseHostRules(hosts),
    onDecision,
    onFault(error) {
      throw error;
    },
    outside: {
      ...outsideWith(new Lookups()),
      resolve: (name) => Promise.resolve(hosts.addresses[name] ?? []),
    },
  });
}

function lineOf({ protocol, decision, host, port, reason }: NetworkDecision): string {
  return [protocol, decision, `${host ?? ''}:${port ?? ''}`, ...(reason === undefined ? [] : [reason])].join(
    ' ',
  );
}

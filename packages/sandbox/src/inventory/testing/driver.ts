// Plans and starts sandboxes as the user that it was started as, for the tests that started it.

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { DEFAULT_CEILING } from '../../ceiling/ceiling.js';
import { readHostFacts } from '../../host-facts.js';
import { parseIntent } from '../../intent/parse-intent.js';
import { openLaunch } from '../../launch/open-launch.js';
import { PlaceholderStore } from '../../launch/placeholder-store.js';
import { WrapperStatusReader } from '../../launch/wrapper-status.js';
import { planSandbox } from '../../plan-sandbox.js';
import type { DriverAnswer, DriverRequest } from './driver-messages.js';

process.on('message', (request: DriverRequest) => {
  run(request).then(
    (answer) => process.send?.({ id: request.id, answer }),
    (error: unknown) => process.send?.({ id: request.id, problem: String(error) }),
  );
});
process.send?.('ready');

async function run({ intent, argv, cwd, env, stateFolder, stdin }: DriverRequest): Promise<DriverAnswer> {
  const store = new PlaceholderStore(stateFolder);
  const host = readHostFacts({ cwd, env }, process.env['PATH'] ?? '', store);
  const plan = planSandbox(parseIntent(intent), { argv, cwd, env }, host, DEFAULT_CEILING);
  if (plan === undefined) throw new Error('the intent confines nothing');
  const launch = openLaunch(plan.launch, store);
  try {
    const child = spawn(launch.program, launch.args, {
      env,
      stdio: ['pipe', 'pipe', 'pipe', ...launch.stdio],
      detached: true,
    });
    launch.spawned();
    const status = new WrapperStatusReader();
    child.stdio.at(launch.statusAt)?.on('data', (chunk: Buffer) => status.add(chunk));
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
    return { exitCode: status.status.exitCode ?? null, wrapperCode, stdout, stderr };
  } finally {
    launch.ended();
  }
}

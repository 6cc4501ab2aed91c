import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** The cheapest program that there is. */
export const TRUE = '/usr/bin/true';

/** Runs a command with child_process alone, until its output has ended: the floor for everybody who runs on Node. */
export async function runBare([program = '', ...args]: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.resume();
  child.stderr.resume();
  await once(child, 'close');
}

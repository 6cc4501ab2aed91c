import type { Client } from '@holdfast/exec-client';
import { type CommandSettings, spawnOptions } from './run-remotely.js';

/** What is left running, and how that is told. */
export interface DetachedSettings extends CommandSettings {
  readonly asJson: boolean;
}

/**
 * Starts a command that goes on by itself, and prints what it is called on the server. @returns the exit code.
 * @throws ExecError when it could not be started.
 */
export async function runDetached(
  client: Client,
  argv: readonly string[],
  settings: DetachedSettings,
): Promise<number> {
  const handle = client.spawn(argv, { ...spawnOptions(client, settings), lifetime: 'server' });
  await handle.started;
  // The oldest comes first, and other sessions may have used the same id before.
  const summary = (await client.processes()).findLast(({ id }) => id === handle.id);
  const ref = summary?.ref ?? handle.id;
  process.stdout.write(settings.asJson ? `${JSON.stringify(summary ?? { id: handle.id })}\n` : `${ref}\n`);
  return 0;
}

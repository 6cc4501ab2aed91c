import { constants } from 'node:os';
import type { Client, SignalName } from '@holdfast/exec-client';
import { isSignalName, KILL_GRACE_MS } from '@holdfast/exec-protocol';
import { Command, InvalidArgumentError, Option } from 'commander';
import { complain, messageOf } from '../complain.js';
import { isUnknownProcess, type ServerOptions, withClient, withServerOptions } from '../connected.js';
import { parseDurationOrZero } from '../duration.js';
import { EXIT_NO_PROCESS } from '../exit-codes.js';

interface KillOptions extends ServerOptions {
  readonly signal?: SignalName;
  readonly grace: number;
}

const HELP = `
Without -s a process and all its descendants are ended, and the command waits until they are: SIGTERM first, SIGKILL for
what remains after --grace. With -s its process group gets that signal and nothing else.
The refs of the processes are printed. The exit code is 1 where one of them is not there.

Examples:
  $ holdfast kill build
  $ holdfast kill --grace 0 3f9c2a 81d0b7
  $ holdfast kill -s HUP 3f9c2a
`;

/** `holdfast kill`: ends processes, or signals them. */
export function killCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('kill')
    .description('End processes, or send them a signal.')
    .argument('<ref...>', 'their refs, or ids where only one process has them');
  return withServerOptions(command)
    .option('-s, --signal <signal>', 'send only this signal: TERM, SIGTERM or 15', parseSignal)
    .addOption(
      new Option('--grace <duration>', 'time between SIGTERM and SIGKILL')
        .argParser(parseDurationOrZero)
        .default(KILL_GRACE_MS, `${KILL_GRACE_MS}ms`),
    )
    .addHelpText('after', HELP)
    .action(async (refs: readonly string[], options: KillOptions) => {
      finish(await withClient('kill', options, (client) => killAll(client, refs, options)));
    });
}

/** Reads the name of a signal, in any case and with or without SIG, or its number. @throws InvalidArgumentError. */
export function parseSignal(text: string): SignalName {
  const upper = text.toUpperCase();
  const byNumber = Object.entries(constants.signals).find(([, number]) => String(number) === text)?.[0];
  const name = byNumber ?? (upper.startsWith('SIG') ? upper : `SIG${upper}`);
  if (isSignalName(name)) return name;
  throw new InvalidArgumentError('Use the name or the number of a signal, such as TERM or 15.');
}

async function killAll(client: Client, refs: readonly string[], options: KillOptions): Promise<number> {
  const outcomes = await Promise.all(refs.map((ref) => kill(client, ref, options)));
  return outcomes.every((isThere) => isThere) ? 0 : EXIT_NO_PROCESS;
}

/** @returns whether it was there. */
async function kill(client: Client, name: string, { signal, grace }: KillOptions): Promise<boolean> {
  await using handle = client.attach(name);
  try {
    const { ref, state } = await handle.summary;
    if (signal === undefined) {
      await handle.terminate({ graceMs: grace });
      await handle.exited;
    } else if (state === 'running') {
      await handle.signal(signal);
    } else {
      complain(`process ${JSON.stringify(name)} has ended; there is nothing to send ${signal} to`);
      return false;
    }
    process.stdout.write(`${ref}\n`);
    return true;
  } catch (error) {
    if (!isUnknownProcess(error)) throw error;
    complain(messageOf(error));
    return false;
  }
}

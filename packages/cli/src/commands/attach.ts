import { Command, Option } from 'commander';
import { attachRemotely } from '../attach/attach-remotely.js';
import { type ServerOptions, withClient, withServerOptions } from '../connected.js';
import { PlainReport } from '../follow/report.js';
import { parseDetachKeys } from '../terminal/detach-keys.js';

interface AttachOptions extends ServerOptions {
  readonly stdin: boolean;
  readonly detachKeys: Uint8Array;
  readonly replay?: true;
}

const DETACH_KEYS = 'ctrl-p,ctrl-q';

const HELP = `
The exit code is that of the process. In a process with a terminal every key goes to it as it is typed, but for the
detach keys: they leave it running, and the exit code is 0. In one without, Ctrl-C sends SIGINT to it. SIGTERM and
SIGHUP to this command leave the process running; with --no-stdin Ctrl-C does so too.

Examples:
  $ holdfast attach build
  $ holdfast attach --no-stdin --replay 3f9c2a
  $ holdfast attach --detach-keys ctrl-],d 3f9c2a
`;

/** `holdfast attach`: joins a process that runs. */
export function attachCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('attach')
    .description('Join a process that runs: its output from now on, and its stdin.')
    .argument('<ref>', 'its ref, or its id where only one process has it');
  return withServerOptions(command)
    .option('--no-stdin', 'only look on: pass neither stdin nor signals on')
    .addOption(
      new Option('--detach-keys <keys>', 'keys that leave the process running')
        .argParser(parseDetachKeys)
        .default(parseDetachKeys(DETACH_KEYS), DETACH_KEYS),
    )
    .option('--replay', 'begin with what the process has printed before')
    .addHelpText('after', HELP)
    .action(async (ref: string, { stdin, detachKeys, replay, ...server }: AttachOptions) => {
      const report = new PlainReport();
      const settings = { report, takesStdin: stdin, detachKeys, isReplayed: replay === true };
      finish(await withClient('attach', server, (client) => attachRemotely(client, ref, settings), report));
    });
}

import type { Client } from '@holdfast/exec-client';
import { Command, InvalidArgumentError } from 'commander';
import { complain } from '../complain.js';
import { type ServerOptions, withClient, withServerOptions } from '../connected.js';
import { parseDuration } from '../duration.js';
import { EXIT_OWN_FAILURE } from '../exit-codes.js';
import { JsonReport, PlainReport } from '../follow/report.js';
import { runDetached } from '../run/run-detached.js';
import { runRemotely } from '../run/run-remotely.js';

interface RunOptions extends ServerOptions {
  readonly interactive?: true;
  readonly tty?: true;
  readonly detach?: true;
  readonly id?: string;
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeout?: number;
  readonly json?: true;
}

const HELP = `
The output of the command comes out on the same streams, its exit code becomes this one's.
  124  the command ran longer than --timeout        126  the program cannot be run
  125  Holdfast failed, not the command             127  the program does not exist
  128+n  signal n ended the command

With -t the command gets a terminal of the size of this one; with -i as well, every key goes to it as it is typed.
With --detach it outlives this command, with -i as well its stdin stays open for "holdfast attach": see "holdfast ps",
"logs", "attach" and "kill".

Examples:
  $ export HOLDFAST_URL=ws://127.0.0.1:7777/?token=…
  $ holdfast run -- git status
  $ holdfast run -it -- bash
  $ tar c src | holdfast run -i --cwd /tmp -- tar x
  $ holdfast run --timeout 5m --env CI=1 -- npm test
  $ holdfast run --detach --id build -- make all
`;

/** `holdfast run`: one command, with its streams and its exit code. */
export function runCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('run')
    .description('Run a command on a server, with live output.')
    .usage('[options] -- command [args...]')
    .argument('<command...>', 'the program and its arguments; no shell is involved');
  return withServerOptions(command)
    .option('-i, --interactive', 'pass stdin on; without it the command reads from the null device')
    .option('-t, --tty', 'give the command a terminal')
    .option('-d, --detach', 'print the ref of the command and leave it running')
    .option('--id <id>', 'name the command; default: a new id', processId)
    .option('--cwd <dir>', "absolute directory on the server; default: the server's own")
    .option(
      '-e, --env <name=value>',
      'set a variable for the command; NAME alone takes the value that it has here; repeat for more',
      variable,
      {},
    )
    .option('--timeout <duration>', 'end the command after this time: 30s, 5m, 1h', parseDuration)
    .option('--json', 'print one JSON object for each event instead of the output')
    .passThroughOptions()
    .addHelpText('after', HELP)
    .action(async (argv: readonly string[], options: RunOptions) => {
      finish(await run(argv, options));
    });
}

async function run(argv: readonly string[], options: RunOptions): Promise<number> {
  const { detach, interactive, timeout, json } = options;
  if (detach === true && timeout !== undefined) {
    complain('--detach leaves the command alone, so nobody would end it at its --timeout; give one of them');
    return EXIT_OWN_FAILURE;
  }
  const report = json === true ? new JsonReport() : new PlainReport();
  const settings = {
    id: options.id,
    cwd: options.cwd,
    env: options.env,
    isTerminal: options.tty === true,
    takesStdin: interactive === true,
  };
  const start = (client: Client): Promise<number> =>
    detach === true
      ? runDetached(client, argv, { ...settings, asJson: json === true })
      : runRemotely(client, argv, {
          ...settings,
          report,
          isVerbatim: settings.isTerminal && json !== true,
          timeoutMs: timeout,
        });
  return withClient('run', options, start, report);
}

function processId(text: string): string {
  if (text === '') throw new InvalidArgumentError('Use an id that is not empty.');
  return text;
}

function variable(text: string, earlier: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at > 0) return { ...earlier, [text.slice(0, at)]: text.slice(at + 1) };
  const own = process.env[text];
  return own === undefined ? earlier : { ...earlier, [text]: own };
}

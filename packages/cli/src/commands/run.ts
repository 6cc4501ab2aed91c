import { type Client, connect } from '@holdfast/exec-client';
import { Command } from 'commander';
import { complain, messageOf } from '../complain.js';
import { parseDuration } from '../duration.js';
import { EXIT_OWN_FAILURE, exitCodeOf } from '../exit-codes.js';
import { JsonReport, PlainReport } from '../run/report.js';
import { runRemotely } from '../run/run-remotely.js';

interface RunOptions {
  readonly url?: string;
  readonly interactive?: true;
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

Examples:
  $ export HOLDFAST_URL=ws://127.0.0.1:7777/?token=…
  $ holdfast run -- git status
  $ tar c src | holdfast run -i --cwd /tmp -- tar x
  $ holdfast run --timeout 5m --env CI=1 -- npm test
`;

/** `holdfast run`: one command, with its streams and its exit code. */
export function runCommand(finish: (exitCode: number) => void): Command {
  return new Command('run')
    .description('Run a command on a server, with live output.')
    .usage('[options] -- command [args...]')
    .argument('<command...>', 'the program and its arguments; no shell is involved')
    .option('--url <url>', 'the server: ws://…, unix:PATH or stdio:PROGRAM…; default: $HOLDFAST_URL')
    .option('-i, --interactive', 'pass stdin on; without it the command reads from the null device')
    .option('--cwd <dir>', "absolute directory on the server; default: the server's own")
    .option('-e, --env <name=value>', 'set a variable for the command; repeat for more', variable, {})
    .option('--timeout <duration>', 'end the command after this time: 30s, 5m, 1h', parseDuration)
    .option('--json', 'print one JSON object for each event instead of the output')
    .passThroughOptions()
    .addHelpText('after', HELP)
    .action(async (argv: readonly string[], options: RunOptions) => {
      finish(await run(argv, options));
    });
}

async function run(argv: readonly string[], options: RunOptions): Promise<number> {
  const url = options.url ?? process.env['HOLDFAST_URL'];
  if (url === undefined || url === '') {
    complain('no server is named; give --url, or set HOLDFAST_URL to what "holdfast serve" printed');
    return EXIT_OWN_FAILURE;
  }
  const report = options.json === true ? new JsonReport() : new PlainReport();
  let client: Client | undefined;
  try {
    client = await connect(url, { clientName: 'holdfast run' });
    return await runRemotely(client, argv, {
      report,
      stdin: options.interactive === true ? process.stdin : undefined,
      cwd: options.cwd,
      env: options.env,
      timeoutMs: options.timeout,
    });
  } catch (error) {
    report.failed(error);
    return exitCodeOf(error);
  } finally {
    await client?.close().catch((error: unknown) => {
      complain(messageOf(error));
    });
  }
}

function variable(text: string, earlier: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at > 0) return { ...earlier, [text.slice(0, at)]: text.slice(at + 1) };
  const own = process.env[text];
  return own === undefined ? earlier : { ...earlier, [text]: own };
}

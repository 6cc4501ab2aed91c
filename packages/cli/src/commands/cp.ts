import { Command } from 'commander';
import { complain, messageOf } from '../complain.js';
import { type ServerOptions, withClient, withServerOptions } from '../connected.js';
import { copyFiles } from '../copy/copy-files.js';
import { jsonCopyReport, plainCopyReport } from '../copy/copy-report.js';
import { type Route, routeOf } from '../copy/route.js';
import { EXIT_OWN_FAILURE } from '../exit-codes.js';
import { JsonReport, PlainReport } from '../follow/report.js';

interface CpOptions extends ServerOptions {
  readonly quiet?: true;
  readonly json?: true;
}

const HELP = `
A leading colon marks the executor's side, whose paths are absolute or file: URIs; "./:name" is a local file. A source goes
into a destination that is a directory or ends with a slash, and under its name otherwise.

Every file is compared by SHA-256 with what the destination holds. A large one is written under another name beside its
own and gets its own only then, so that a copy that is broken off leaves no half of a file. It goes on over lost links. One
that was ended goes on where it was when the same command is run again: what has arrived lies beside the destination as
.holdfast-….part, and is removed after a week. Symbolic links inside a directory are copied as links and never followed, permission
bits are kept, times and owners are not. A server without the extension "files" knows neither links nor permissions, and begins anew.
  0  all was copied        1  something was not copied
  125  Holdfast failed: bad arguments, no connection        128+n  signal n ended the copy

Examples:
  $ holdfast cp build.tar :/srv/releases/
  $ holdfast cp src :/home/dev/project/src
  $ holdfast cp :/var/log/syslog .
`;

/** `holdfast cp`: files and directories from here to the executor, or back. */
export function cpCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('cp')
    .description('Copy files and directories to or from a server.')
    .argument('<source>', 'a file or directory; :PATH is on the executor')
    .argument('<destination>', 'where it goes; :PATH is on the executor');
  return withServerOptions(command)
    .option('-r, --recursive', 'accepted and not needed: directories are always copied whole')
    .option('-q, --quiet', 'no progress on a terminal, and no word about what is skipped')
    .option('--json', 'print one JSON object that says what was copied and what was not')
    .addHelpText('after', HELP)
    .action(async (source: string, destination: string, options: CpOptions) => {
      finish(await cp(source, destination, options));
    });
}

async function cp(source: string, destination: string, options: CpOptions): Promise<number> {
  let route: Route;
  try {
    route = routeOf(source, destination);
  } catch (error) {
    complain(messageOf(error));
    return EXIT_OWN_FAILURE;
  }
  const isJson = options.json === true;
  const report = isJson ? jsonCopyReport() : plainCopyReport({ isQuiet: options.quiet === true });
  const copy = (client: Parameters<typeof copyFiles>[0]): Promise<number> => copyFiles(client, route, report);
  return withClient('cp', options, copy, isJson ? new JsonReport() : new PlainReport());
}

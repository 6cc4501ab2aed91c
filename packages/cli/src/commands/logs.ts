import { Command, InvalidArgumentError, Option } from 'commander';
import { type ServerOptions, withClient, withServerOptions } from '../connected.js';
import { JsonReport, PlainReport } from '../follow/report.js';
import { showLogs } from '../logs/show-logs.js';

interface LogsOptions extends ServerOptions {
  readonly follow?: true;
  readonly since: number;
  readonly tail: number;
  readonly json?: true;
}

const HELP = `
Output comes out on the streams on which it was printed. Where the server no longer keeps it, a note on stderr says so.
Stdout and stderr have lines of their own; --tail counts both. With --json it counts events.
A log has numbers and no times, so --since takes the number of an event, as --json shows it.

Examples:
  $ holdfast logs build
  $ holdfast logs -f --tail 20 3f9c2a
  $ holdfast logs --json --since 120 3f9c2a
`;

/** `holdfast logs`: what a process has printed. */
export function logsCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('logs')
    .description('Show what a process has printed.')
    .argument('<ref>', 'its ref, or its id where only one process has it');
  return withServerOptions(command)
    .option('-f, --follow', 'go on until the process has closed')
    .addOption(
      new Option('-n, --tail <lines>', 'begin with only so many lines from the end')
        .argParser(parseTail)
        .default(Infinity, 'all'),
    )
    .option('--since <seq>', 'only what came after the event with this number', parseSeq, 0)
    .option('--json', 'print one JSON object for each event instead of the output')
    .addHelpText('after', HELP)
    .action(async (ref: string, { follow, since, tail, json, ...server }: LogsOptions) => {
      const report = json === true ? new JsonReport() : new PlainReport();
      const unit = json === true ? 'event' : 'line';
      const settings = { report, since, tail, unit, follows: follow === true } as const;
      finish(await withClient('logs', server, (client) => showLogs(client, ref, settings), report));
    });
}

/** Reads a position in a log. @throws InvalidArgumentError for anything but a whole number from 0. */
export function parseSeq(text: string): number {
  const seq = wholeNumber(text);
  if (seq !== undefined) return seq;
  throw new InvalidArgumentError('Use the number of an event, such as 120; a log has no times.');
}

/** Reads how many lines; Infinity for all. @throws InvalidArgumentError for anything but `all` or a whole number from 0. */
export function parseTail(text: string): number {
  if (text === 'all') return Infinity;
  const lines = wholeNumber(text);
  if (lines !== undefined) return lines;
  throw new InvalidArgumentError('Use a number of lines, such as 100, or all.');
}

function wholeNumber(text: string): number | undefined {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

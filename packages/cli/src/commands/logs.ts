import type { Client } from '@holdfast/exec-client';
import { Command, InvalidArgumentError } from 'commander';
import { isUnknownProcess, type ServerOptions, withClient, withServerOptions } from '../connected.js';
import { EXIT_BROKEN_PIPE, EXIT_NO_PROCESS } from '../exit-codes.js';
import { onBrokenOutput } from '../follow/broken-output.js';
import { followEvents } from '../follow/follow-events.js';
import { JsonReport, PlainReport, type Report } from '../follow/report.js';

interface LogsOptions extends ServerOptions {
  readonly follow?: true;
  readonly since: number;
  readonly json?: true;
}

const HELP = `
Output comes out on the streams on which it was printed. Where the server no longer keeps it, a note on stderr says so.

Examples:
  $ holdfast logs build
  $ holdfast logs -f 3f9c2a
  $ holdfast logs --json --since 120 3f9c2a
`;

/** `holdfast logs`: what a process has printed. */
export function logsCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('logs')
    .description('Show what a process has printed.')
    .argument('<ref>', 'its ref, or its id where only one process has it');
  return withServerOptions(command)
    .option('-f, --follow', 'go on until the process has closed')
    .option('--since <seq>', 'only what came after the event with this number', parseSeq, 0)
    .option('--json', 'print one JSON object for each event instead of the output')
    .addHelpText('after', HELP)
    .action(async (ref: string, options: LogsOptions) => {
      const report = options.json === true ? new JsonReport() : new PlainReport();
      finish(await withClient('logs', options, (client) => show(client, ref, options, report), report));
    });
}

/** Reads a position in a log. @throws InvalidArgumentError for anything but a whole number from 0. */
export function parseSeq(text: string): number {
  const seq = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(seq)) return seq;
  throw new InvalidArgumentError('Use the number of an event, such as 120.');
}

async function show(client: Client, ref: string, options: LogsOptions, report: Report): Promise<number> {
  const handle = client.attach(ref);
  const broken = new AbortController();
  const stopListening = onBrokenOutput(() => {
    broken.abort();
  });
  try {
    const { nextSeq } = await handle.summary;
    await followEvents(handle, {
      report,
      after: options.since,
      signal: broken.signal,
      ...(options.follow === true ? {} : { until: nextSeq - 1 }),
    });
    return 0;
  } catch (error) {
    if (broken.signal.aborted) return EXIT_BROKEN_PIPE;
    if (!isUnknownProcess(error)) throw error;
    report.failed(error);
    return EXIT_NO_PROCESS;
  } finally {
    stopListening();
  }
}

import type { ProcessSummary } from '@holdfast/exec-client';
import { Command } from 'commander';
import { type ServerOptions, withClient, withServerOptions } from '../connected.js';
import { formatAge } from '../text/age.js';
import { printable, printableCommand } from '../text/printable.js';
import { formatTable } from '../text/table.js';

interface PsOptions extends ServerOptions {
  readonly all?: true;
  readonly json?: true;
}

const HELP = `
A process is named by its REF, or by its ID where only one has it.

Examples:
  $ holdfast ps
  $ holdfast ps --all --json | jq -r 'select(.exitCode == 1) | .ref'
`;

const HEAD = ['REF', 'ID', 'STATE', 'EXIT', 'AGE', 'COMMAND'];

/** `holdfast ps`: what runs on a server. */
export function psCommand(finish: (exitCode: number) => void): Command {
  return withServerOptions(new Command('ps').description('List the processes of a server.'))
    .option('-a, --all', 'also those that have ended and can still be read')
    .option('--json', 'print one JSON object for each process')
    .addHelpText('after', HELP)
    .action(async (options: PsOptions) => {
      finish(
        await withClient('ps', options, async (client) => {
          const shown = (await client.processes()).filter(
            ({ state }) => options.all === true || state === 'running',
          );
          process.stdout.write(options.json === true ? asLines(shown) : asTable(shown));
          return 0;
        }),
      );
    });
}

function asLines(processes: readonly ProcessSummary[]): string {
  return processes.map((summary) => `${JSON.stringify(summary)}\n`).join('');
}

function asTable(processes: readonly ProcessSummary[]): string {
  const now = Date.now();
  const rows = processes.map(({ ref, id, state, exitCode, startedAtMs, argv, truncated }) => [
    printable(ref),
    printable(id),
    state,
    exitCode === null ? '-' : String(exitCode),
    formatAge(now - startedAtMs),
    `${printableCommand(argv)}${truncated === true ? ' …' : ''}`,
  ]);
  return formatTable([HEAD, ...rows], process.stdout.isTTY ? process.stdout.columns : undefined);
}

import { runConformance } from '@holdfast/conformance';
import { dialer } from '@holdfast/exec-client';
import { Command } from 'commander';
import { complain, messageOf } from '../complain.js';
import { jsonReport, plainReport } from '../conformance/results.js';
import { EXIT_OWN_FAILURE } from '../exit-codes.js';
import { stopAtSignal } from '../follow/signals.js';

interface ConformanceFlags {
  readonly only?: string;
  readonly token?: string;
  readonly json?: true;
}

const HELP = `
Each case makes its own connections, starts what it needs on the server's machine and ends it again. A case that needs
an extension which the server does not grant is skipped, with that reason.

Exit codes:
  0    every case that was tried passed
  1    a case failed
  125  the server cannot be reached
  128+n  signal n ended the run; the first lets the case under way end

Examples:
  $ holdfast conformance ws://127.0.0.1:7777/?token=…
  $ holdfast conformance ws://127.0.0.1:7777 --only read/
  $ holdfast conformance 'stdio:holdfast serve --listen stdio' --json | jq -r 'select(.verdict == "failed") | .id'
`;

/** `holdfast conformance`: holds any exec server against what the wire promises. */
export function conformanceCommand(finish: (exitCode: number) => void): Command {
  return new Command('conformance')
    .description('Try what an exec server promises, case by case; ours or any other.')
    .argument('<url>', 'the server: ws://…, unix:PATH or stdio:PROGRAM…')
    .option('--only <text>', 'only cases whose id begins with this')
    .option('--token <token>', 'sent as Authorization: Bearer')
    .option('--json', 'print one JSON object for each case')
    .addHelpText('after', HELP)
    .action(async (url: string, flags: ConformanceFlags) => {
      finish(await conformance(url, flags));
    });
}

async function conformance(url: string, { only = '', token, json }: ConformanceFlags): Promise<number> {
  const report = json === true ? jsonReport(process.stdout) : plainReport(process.stdout);
  const stop = stopAtSignal();
  stop.signal.addEventListener('abort', () => {
    complain('stopping when this case is over and everything is tidied up; once more stops at once');
  });
  try {
    const { kind, dial } = dialer(url, token === undefined ? {} : { token });
    const results = await runConformance(
      { dial: () => dial(), canReconnect: kind !== 'stdio' },
      {
        filter: (id) => id.startsWith(only),
        signal: stop.signal,
        onResult: (result) => {
          report.show(result);
        },
      },
    );
    if (results.length === 0 && !stop.signal.aborted) {
      complain(`no case has an id that begins with ${JSON.stringify(only)}`);
      return EXIT_OWN_FAILURE;
    }
    report.end(results);
    return stop.exitCode() ?? (results.some(({ verdict }) => verdict === 'failed') ? 1 : 0);
  } catch (error) {
    complain(messageOf(error));
    return stop.exitCode() ?? EXIT_OWN_FAILURE;
  } finally {
    stop.release();
  }
}

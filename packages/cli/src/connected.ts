import { type Client, connect } from '@holdfast/exec-client';
import { ExecError } from '@holdfast/exec-protocol';
import type { Command } from 'commander';
import { complain, messageOf } from './complain.js';
import { EXIT_OWN_FAILURE, exitCodeOf } from './exit-codes.js';
import { noteLink } from './follow/link-notes.js';
import { PlainReport, type Report } from './follow/report.js';

/** Options of every command that speaks to a server. */
export interface ServerOptions {
  readonly url?: string;
}

/** Adds what every command that speaks to a server takes. */
export function withServerOptions(command: Command): Command {
  return command.option(
    '--url <url>',
    'the server: ws://…, unix:PATH or stdio:PROGRAM…; default: $HOLDFAST_URL',
  );
}

/** Does something with a client of the server that was named. @returns the exit code to leave with. */
export async function withClient(
  name: string,
  { url = process.env['HOLDFAST_URL'] }: ServerOptions,
  run: (client: Client) => Promise<number>,
  report: Report = new PlainReport(),
): Promise<number> {
  if (url === undefined || url === '') {
    complain('no server is named; give --url, or set HOLDFAST_URL to what "holdfast serve" printed');
    return EXIT_OWN_FAILURE;
  }
  let client: Client | undefined;
  try {
    client = await connect(url, { clientName: `holdfast ${name}` });
    noteLink(client, process.stderr, () => process.stdin.isRaw);
    return await run(client);
  } catch (error) {
    report.failed(error);
    return exitCodeOf(error);
  } finally {
    await client?.close().catch((error: unknown) => {
      complain(messageOf(error));
    });
  }
}

/** Whether an error says that a ref or id names no one process. */
export function isUnknownProcess(error: unknown): boolean {
  return error instanceof ExecError && (error.kind === 'processUnknown' || error.kind === 'refAmbiguous');
}

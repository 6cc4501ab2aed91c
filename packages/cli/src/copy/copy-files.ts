import { stat } from 'node:fs/promises';
import { type Client, TransferError, type TransferResult } from '@holdfast/exec-client';
import { ExecError } from '@holdfast/exec-protocol';
import { EXIT_NOT_COPIED, EXIT_OWN_FAILURE } from '../exit-codes.js';
import { stopAtSignal } from '../follow/signals.js';
import type { CopyReport } from './copy-report.js';
import { nameOf, namesDirectory, type Route, within } from './route.js';

/** Copies what was named, and tells of it. @returns the exit code. */
export async function copyFiles(client: Client, route: Route, report: CopyReport): Promise<number> {
  const stop = stopAtSignal();
  try {
    report.copied(await transfer(client, route, report, stop.signal), []);
    return 0;
  } catch (error) {
    const exitCode = stop.exitCode();
    if (exitCode === undefined) return explain(error, report);
    report.stopped();
    return exitCode;
  } finally {
    report.end();
    stop.release();
  }
}

function explain(error: unknown, report: CopyReport): number {
  if (error instanceof TransferError) {
    report.copied(error.result, error.failed);
    return EXIT_NOT_COPIED;
  }
  report.failed(error);
  return isOwnFailure(error) ? EXIT_OWN_FAILURE : EXIT_NOT_COPIED;
}

async function transfer(
  client: Client,
  route: Route,
  report: CopyReport,
  signal: AbortSignal,
): Promise<TransferResult> {
  const to = (await isDirectory(client, route, signal)) ? within(route.to, nameOf(route)) : route.to;
  const options = { signal, onProgress: report.progress, onKept: report.kept };
  return route.direction === 'upload'
    ? await client.fs.upload(route.from, to, options)
    : await client.fs.download(route.from, to, options);
}

/** Whether what is copied goes into the destination and not under its name. */
async function isDirectory(client: Client, { direction, to }: Route, signal: AbortSignal): Promise<boolean> {
  if (namesDirectory(to)) return true;
  if (direction === 'download')
    return await stat(to).then(
      (found) => found.isDirectory(),
      () => false,
    );
  try {
    return (await client.fs.stat(to, { signal })).isDirectory();
  } catch (error) {
    if (error instanceof ExecError && error.kind === 'fileNotFound') return false;
    throw error;
  }
}

// No connection, or nothing that could be copied by that name.
const OWN_FAILURES: ReadonlySet<string> = new Set([
  'connectionLost',
  'clientClosed',
  'sessionUnknown',
  'invalidPath',
]);

function isOwnFailure(error: unknown): boolean {
  return error instanceof ExecError && OWN_FAILURES.has(error.kind);
}

import { formatPathUri, type ParamsOf, type ProcessId, type sandboxAppeared } from '@holdfast/exec-protocol';
import type { AppearedReport } from '@holdfast/sandbox';
import { bytesOfText } from '@holdfast/sandbox/internal';

/** What has appeared while a process ran, as it is told to a client. */
export type AppearedRecord = ParamsOf<typeof sandboxAppeared>;

/** A report in the words of the wire. */
export function appearedRecord(processId: ProcessId, { found, more }: AppearedReport): AppearedRecord {
  return {
    processId,
    found: found.map(({ kind, path, text }) => ({
      kind,
      path: formatPathUri(bytesOfText(path), 'posix'),
      // What of a path is not UTF-8 stands in it as half of a pair, which many parsers refuse.
      text: text.replaceAll(/\p{Surrogate}/gu, '\ufffd'),
    })),
    more,
  };
}

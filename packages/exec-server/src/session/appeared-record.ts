import {
  formatPathUri,
  MAX_APPEARED_TEXT_LENGTH,
  MAX_DENIAL_PATH_LENGTH,
  type ParamsOf,
  type ProcessId,
  type sandboxAppeared,
} from '@holdfast/exec-protocol';
import { bytesOfText } from '@holdfast/sandbox/internal';
import { beginningOf } from '../beginning-of.js';
import type { LookReport } from '../process/sandbox/appeared/appeared-looks.js';

/** What has appeared while a process ran, as it is told to a client. */
export type AppearedRecord = ParamsOf<typeof sandboxAppeared>;

/** A report in the words of the wire. What has too long a path is only counted. */
export function appearedRecord(processId: ProcessId, { found, ...report }: LookReport): AppearedRecord {
  const named = found
    .map(({ kind, path, text }) => ({
      kind,
      path: formatPathUri(bytesOfText(path), 'posix'),
      text: readable(text),
    }))
    .filter(({ path }) => path.length <= MAX_DENIAL_PATH_LENGTH);
  return { processId, ...report, found: named, more: report.more + found.length - named.length };
}

/** What of a path is not UTF-8 stands in a text as half of a pair, which many parsers refuse. */
function readable(text: string): string {
  return beginningOf(text.replaceAll(/\p{Surrogate}/gu, '\ufffd'), MAX_APPEARED_TEXT_LENGTH);
}

import type { TransferFault, TransferProgress, TransferResult } from '@holdfast/exec-client';
import { ExecError } from '@holdfast/exec-protocol';
import { complain, messageOf } from '../complain.js';
import { printable } from '../text/printable.js';
import { ProgressLine } from './progress-line.js';

/** How a copy is shown. */
export interface CopyReport {
  readonly progress: (progress: TransferProgress) => void;
  /** @param failed What was not copied although it could be. */
  copied(result: TransferResult, failed: readonly TransferFault[]): void;
  failed(error: unknown): void;
  /** Half of a file stays where it is, for the same copy to go on with. */
  readonly kept: (path: string) => void;
  /** A signal has ended the copy. */
  stopped(): void;
  /** Nothing more comes. */
  end(): void;
}

/** What went wrong, on stderr; and on a terminal how far it has come. */
export function plainCopyReport({ isQuiet }: { readonly isQuiet: boolean }): CopyReport {
  const line =
    isQuiet || !process.stderr.isTTY ? undefined : new ProgressLine(process.stderr, () => performance.now());
  const fault = ({ path, reason }: TransferFault): string => `${printable(path)}: ${printable(reason)}`;
  const end = (): void => line?.clear();
  return {
    progress: (progress) => line?.show(progress),
    copied({ skipped, resumedBytes }, failed) {
      end();
      if (!isQuiet && resumedBytes > 0)
        complain(`went on after ${String(resumedBytes)} bytes of an earlier copy`);
      if (!isQuiet) for (const one of skipped) complain(`skipped ${fault(one)}`);
      for (const one of failed) complain(`not copied: ${fault(one)}`);
    },
    failed(error) {
      end();
      complain(messageOf(error));
    },
    kept(path) {
      end();
      complain(`kept ${printable(path)}: run the same command again to go on from there, or remove it`);
    },
    stopped: end,
    end,
  };
}

/** One JSON object on stdout that says what came of it. */
export function jsonCopyReport(): CopyReport {
  const print = (value: object): void => {
    process.stdout.write(`${JSON.stringify(value)}\n`);
  };
  const kept: string[] = [];
  return {
    progress: () => undefined,
    copied(result, failed) {
      print({ type: 'copied', ...result, failed, kept });
    },
    failed(error) {
      const kind = error instanceof ExecError ? error.kind : 'local';
      print({ type: 'failed', kind, message: messageOf(error), kept });
    },
    kept: (path) => void kept.push(path),
    stopped() {
      print({ type: 'stopped', kept });
    },
    end: () => undefined,
  };
}

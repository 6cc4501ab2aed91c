import type { CaseResult } from '@holdfast/conformance';

/** Shows results while they come, and what they add up to. */
export interface ResultReport {
  show(result: CaseResult): void;
  end(results: readonly CaseResult[]): void;
}

interface Output {
  write(text: string): unknown;
}

const WORDS = { passed: 'ok     ', failed: 'FAILED ', skipped: 'skipped' } as const;

/** One line for each case, and a second where there is something to say. */
export function plainReport(output: Output): ResultReport {
  return {
    show({ id, title, verdict, reason }) {
      output.write(`${WORDS[verdict]} ${id}: ${title}\n`);
      if (reason !== undefined) output.write(`        ${reason}\n`);
    },
    end(results) {
      const count = (verdict: CaseResult['verdict']): number =>
        results.filter((result) => result.verdict === verdict).length;
      const skipped = count('skipped');
      const more = skipped === 0 ? '' : `, ${skipped} skipped`;
      output.write(`${count('passed')} passed, ${count('failed')} failed${more}\n`);
    },
  };
}

/** One JSON object on a line for each case, and nothing else. */
export function jsonReport(output: Output): ResultReport {
  return {
    show(result) {
      output.write(`${JSON.stringify(result)}\n`);
    },
    end: () => undefined,
  };
}

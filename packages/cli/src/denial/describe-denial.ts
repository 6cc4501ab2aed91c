import {
  type DenialFinding,
  parsePathUri,
  type SandboxDenial,
  type SandboxRule,
} from '@holdfast/exec-protocol';
import { printable } from '../text/printable.js';

/** Who decided, and what to do about it. */
export interface RuleWords {
  /** A noun, such as an option. */
  readonly by: string;
  /** An imperative. */
  readonly remedy: string;
}

/** Puts a rule into the words of whoever can change it. */
export type DescribeRule = (rule: SandboxRule, finding: DenialFinding) => RuleWords;

/** What a sandbox has denied a command that failed, one line each. */
export function describeDenial({ findings }: SandboxDenial, describeRule: DescribeRule): readonly string[] {
  if (findings.length === 0) return ['its sandbox made the command fail; the server does not say how'];
  return findings.map((finding) => {
    const { confidence, rule } = finding;
    const what = `the sandbox ${HOW_SURE[confidence]} ${whatOf(finding)}`;
    if (rule === undefined) return what;
    const { by, remedy } = describeRule(rule, finding);
    return `${what}, by ${by}; ${remedy}`;
  });
}

const HOW_SURE: Readonly<Record<DenialFinding['confidence'], string>> = {
  certain: 'refused',
  likely: 'seems to have denied',
  possible: 'may have denied',
};

function whatOf({ evidence, subject }: DenialFinding): string {
  switch (subject?.type) {
    case undefined:
      return evidence === 'words' ? 'the command something, to judge by its words' : 'a path';
    case 'path':
      return `${subject.operation === 'write' ? 'writing' : 'reading'} ${printable(pathOf(subject.path))}`;
    case 'host': {
      const { host = 'a request', port, reason } = subject;
      return `${printable(host)}${port === undefined ? '' : `:${String(port)}`} (${printable(reason)})`;
    }
    case 'network':
      return 'the network';
    case 'systemCall':
      return 'a system call of another architecture, such as a 32-bit one';
  }
}

function pathOf(uri: string): string {
  const parsed = parsePathUri(uri, 'posix');
  return parsed.ok ? parsed.path : uri;
}

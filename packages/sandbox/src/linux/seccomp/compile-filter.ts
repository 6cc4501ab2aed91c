import { and, assemble, type Instruction, jump, loadWord, verdict } from './bpf.js';
import type { ArgumentTest, FilterRule, Verdict } from './filter-rules.js';
import { type Architecture, AUDIT_ARCHITECTURE, syscallNumber, X32_FIRST_NUMBER } from './syscalls.js';

/** What a program answers to the kernel. */
export const ACTIONS = { allow: 0x7fff0000, errno: 0x00050000, killProcess: 0x80000000 } as const;

// Where the kernel puts what a program may look at.
const DATA_OFFSETS = { number: 0, architecture: 4, arguments: 16, bytesEach: 8 } as const;

const ENOSYS = 38;

/** The seccomp program of the sandbox for an instruction set: calls of any other one end the process. */
export function compileFilter(architecture: Architecture, rules: readonly FilterRule[]): Uint8Array {
  return assemble([
    loadWord(DATA_OFFSETS.architecture),
    jump('ifEqual', AUDIT_ARCHITECTURE[architecture], { whenTrue: 1, whenFalse: 0 }),
    verdict(ACTIONS.killProcess),
    loadWord(DATA_OFFSETS.number),
    ...(architecture === 'x64' ? REFUSE_X32 : []),
    ...rules.flatMap((rule) => compileRule(rule, architecture)),
    verdict(ACTIONS.allow),
  ]);
}

const REFUSE_X32: readonly Instruction[] = [
  jump('ifAtLeast', X32_FIRST_NUMBER, { whenTrue: 0, whenFalse: 1 }),
  verdict(ACTIONS.errno | ENOSYS),
];

/** Comes and goes with the number of the call loaded. */
function compileRule(rule: FilterRule, architecture: Architecture): readonly Instruction[] {
  const number = syscallNumber(rule.syscall, architecture);
  if (number === undefined) return [];
  const end = verdict(actionOf(rule.verdict));
  if (rule.when.length === 0) return [onlyIfEqual(number, 1), end];
  const tests = compileTests(rule.when);
  const body = [...tests, end, loadWord(DATA_OFFSETS.number)];
  return [onlyIfEqual(number, body.length), ...body];
}

/** Falls through to the verdict where every test holds, and jumps past it at the first that does not. */
function compileTests(tests: readonly ArgumentTest[]): readonly Instruction[] {
  let following: readonly Instruction[] = [];
  for (const test of [...tests].reverse())
    following = [...compileTest(test, following.length + 1), ...following];
  return following;
}

function compileTest(test: ArgumentTest, skipped: number): readonly Instruction[] {
  const load = loadWord(DATA_OFFSETS.arguments + test.argument * DATA_OFFSETS.bytesEach);
  if ('hasAnyBitOf' in test) {
    return [load, jump('ifAnyBit', test.hasAnyBitOf, { whenTrue: 0, whenFalse: skipped })];
  }
  const masked = test.mask === undefined ? [] : [and(test.mask)];
  return [load, ...masked, onlyIfEqual(test.equals, skipped)];
}

function onlyIfEqual(value: number, skipped: number): Instruction {
  return jump('ifEqual', value, { whenTrue: 0, whenFalse: skipped });
}

function actionOf(answer: Verdict): number {
  return answer === 'allow' ? ACTIONS.allow : ACTIONS.errno | answer.errno;
}

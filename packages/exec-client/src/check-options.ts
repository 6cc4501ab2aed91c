import { ExecError } from '@holdfast/exec-protocol';
import type { ConnectOptions } from './connect-options.js';
import { isRecord, isTextRecord, kindOf } from './value-kind.js';

interface Check {
  readonly isGood: (value: unknown) => boolean;
  readonly remedy: string;
}

const TEXT: Check = { isGood: (value) => typeof value === 'string', remedy: 'give a string' };

const DURATION: Check = {
  isGood: (value) => typeof value === 'number' && value >= 0,
  remedy: 'give a number of milliseconds from 0 on',
};

const CHECKS: Readonly<Record<keyof ConnectOptions, Check>> = {
  signal: { isGood: isAbortSignal, remedy: 'give the signal of an AbortController' },
  clientName: TEXT,
  token: TEXT,
  headers: { isGood: isTextRecord, remedy: 'give an object of names and strings' },
  connectTimeoutMs: DURATION,
  initializeTimeoutMs: DURATION,
  recoverTimeoutMs: DURATION,
  silenceMs: DURATION,
  random: { isGood: (value) => typeof value === 'function', remedy: 'give a function' },
  extensions: { isGood: isVersions, remedy: 'give an object of names and versions from 1 on' },
};

/**
 * Checks what code without types may have got wrong.
 * @throws ExecError `invalidParams`, naming the option and what it should be.
 */
export function checkConnectOptions(options: unknown): void {
  if (!isRecord(options)) {
    throw new ExecError(
      'invalidParams',
      `connect: options is ${kindOf(options)}; give an object, or leave it out`,
    );
  }
  for (const [name, { isGood, remedy }] of Object.entries(CHECKS)) {
    const value = options[name];
    if (value === undefined || isGood(value)) continue;
    throw new ExecError('invalidParams', `connect: ${name} is ${kindOf(value)}; ${remedy}`);
  }
}

// Not by its class: signals of other realms and libraries are as good.
function isAbortSignal(value: unknown): boolean {
  return isRecord(value) && typeof value['aborted'] === 'boolean' && 'addEventListener' in value;
}

function isVersions(value: unknown): boolean {
  return (
    isRecord(value) &&
    Object.values(value).every((version) => Number.isInteger(version) && Number(version) >= 1)
  );
}

import { ExecError } from '@holdfast/exec-protocol';

/** @throws ExecError `sandboxUnsupported`: what cannot be enforced as it stands, and what to do about it. */
export function refuse(origin: string, problem: string): never {
  throw new ExecError('sandboxUnsupported', `${origin}: ${problem}`);
}

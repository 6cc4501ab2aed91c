import {
  type ParamsOf,
  type processExited,
  type SandboxDenial,
  understoodDenial,
} from '@holdfast/exec-protocol';

/** What the end of a process says of its sandbox. Servers without the extension say only that something was denied. */
export function denialIn({
  sandboxDenied,
  denial,
}: Pick<ParamsOf<typeof processExited>, 'sandboxDenied' | 'denial'>): { readonly denial?: SandboxDenial } {
  if (denial !== undefined) return { denial: understoodDenial(denial) };
  return sandboxDenied === true ? { denial: { findings: [] } } : {};
}

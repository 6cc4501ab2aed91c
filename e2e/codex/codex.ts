import { describe, inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** The real `codex` command, or why there is none. */
    readonly codex: { readonly program: string } | { readonly missing: string };
  }
}

/** The path of the real `codex` command. */
export function requireCodex(): string {
  const codex = inject('codex');
  if ('missing' in codex) throw new Error(codex.missing);
  return codex.program;
}

/** A suite that needs the real `codex` command; without it the suite is skipped and its name says why. */
export function describeWithCodex(name: string, suite: () => void): void {
  const codex = inject('codex');
  if ('missing' in codex) describe.skip(`${name} (${codex.missing})`, suite);
  else describe(name, suite);
}

import * as z from 'zod';
import { defineNotification } from './define.js';
import { processIdSchema } from './id-schemas.js';
import { understood, unknownKind } from './understood.js';

const appearedSchema = z.object({
  kind: z.enum(['repository', 'protectedName', 'gitLink', 'gitState']).describe('What kind of thing it is.'),
  path: z.string().describe('A file: URI of the executor.'),
  text: z.string().describe('For people: what it is, what a program outside does with it, and what helps.'),
});

/** Executable configuration that has come up while a process ran, so that nothing protected it. */
export type SandboxAppeared = z.output<typeof appearedSchema>;

/** All that has appeared while one process ran, by whomever. */
export interface SandboxAppearedReport {
  readonly found: readonly SandboxAppeared[];
  /** How much more there is. */
  readonly more: number;
  /** For people, why nobody has looked for it to the end, so that nothing found means nothing; left out where somebody has. */
  readonly unseen?: string;
}

/** What has appeared while a confined process ran. */
export const sandboxAppeared = defineNotification({
  method: 'sandbox/appeared',
  family: 'sandbox',
  direction: 'serverToClient',
  summary:
    'Executable configuration, such as a new repository, has appeared while a confined process ran, so that nothing protected it, or nobody has looked for it. Comes once, after the process has ended.',
  params: z.object({
    processId: processIdSchema,
    found: z.array(z.union([appearedSchema, unknownKind])).describe('At most 32.'),
    more: z.int().min(0).describe('How much more there is.'),
    unseen: z
      .string()
      .optional()
      .describe('For people: why nobody has looked for it to the end. Absent where somebody has.'),
  }),
  extension: 'sandbox',
});

/** What is understood here of such a report. */
export function understoodAppeared({
  found,
  more,
  unseen,
}: Omit<z.output<(typeof sandboxAppeared)['params']>, 'processId'>): SandboxAppearedReport {
  return { found: understood(appearedSchema, found), more, ...(unseen === undefined ? {} : { unseen }) };
}

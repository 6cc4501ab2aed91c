import * as z from 'zod';
import { understood, unknownKind } from './understood.js';

/** Which rule decided. */
const ruleSchema = z.object({
  source: z
    .enum(['intent', 'ceiling', 'default'])
    .describe('What the start asked for, what the operator allows at most, or what every sandbox here has.'),
  entry: z
    .string()
    .describe(
      'A member of process/start (intent) or of the file of the ceiling, or the name of a default. The list itself, where no entry of it fits.',
    ),
  pattern: z.string().optional().describe('The line of the list of hosts, where one fits.'),
});

const count = z.int().min(0);
const fileUri = z.string().describe('A file: URI of the executor.');

const subjectSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('path'),
    path: fileUri,
    operation: z.enum(['read', 'write']).describe('read where not even that is allowed.'),
  }),
  z.object({
    type: z.literal('host'),
    protocol: z.string(),
    host: z.string().optional().describe('Absent where the request named none.'),
    port: z.int().optional(),
    reason: z.string().describe('As in network/policyDecision.'),
  }),
  z.object({ type: z.literal('network') }),
  z.object({ type: z.literal('systemCall'), signal: z.string() }),
]);

const findingSchema = z.object({
  evidence: z.enum(['refusal', 'signal', 'path', 'network', 'words']),
  confidence: z.enum(['certain', 'likely', 'possible']),
  subject: subjectSchema.optional().describe('What was denied; absent where the evidence does not tell.'),
  rule: ruleSchema.optional().describe('Absent with the subject.'),
});

const narrowingSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('path'),
    path: fileUri,
    asked: z.enum(['read', 'write']),
    granted: z.enum(['deny', 'read']),
    rule: ruleSchema,
  }),
  z.object({
    type: z.literal('network'),
    asked: z.literal('enabled'),
    granted: z.literal('restricted'),
    rule: ruleSchema,
  }),
]);

const noteSchema = z.object({ text: z.string().describe('For people.'), rule: ruleSchema });

/** Which rule decided. */
export type SandboxRule = z.output<typeof ruleSchema>;

/** One thing that speaks for a denial. */
export type DenialFinding = z.output<typeof findingSchema>;

/** One place where a process may do less than was asked for. */
export type SandboxNarrowing = z.output<typeof narrowingSchema>;

/** Something about a sandbox that people should know. */
export type SandboxNote = z.output<typeof noteSchema>;

/** What a sandbox has denied a process that failed. */
export interface SandboxDenial {
  /** The surest first. */
  readonly findings: readonly DenialFinding[];
}

/** What became of an intent on the executor. */
export interface SandboxReport {
  /** Where less is allowed than was asked for; what the operator takes away comes first. */
  readonly narrowed: readonly SandboxNarrowing[];
  /** How many more places there are. */
  readonly narrowedLeftOut: number;
  /** What is not as it was asked for, or protected with a gap, for people. */
  readonly notes: readonly SandboxNote[];
  readonly notesLeftOut: number;
}

/** As it travels. */
export const sandboxDenialSchema = z.object({
  findings: z.array(z.union([findingSchema, unknownKind])).describe('The surest first.'),
});

/** As it travels. */
export const sandboxReportSchema = z.object({
  narrowed: z.array(z.union([narrowingSchema, unknownKind])).describe('Those of the ceiling first.'),
  narrowedLeftOut: count.describe('How many more there are.'),
  notes: z.array(z.union([noteSchema, unknownKind])),
  notesLeftOut: count,
});

/** What is understood here of a denial that was told. */
export function understoodDenial({ findings }: z.output<typeof sandboxDenialSchema>): SandboxDenial {
  return { findings: understood(findingSchema, findings) };
}

/** What is understood here of a report. */
export function understoodReport({
  narrowed,
  notes,
  ...counts
}: z.output<typeof sandboxReportSchema>): SandboxReport {
  return {
    narrowed: understood(narrowingSchema, narrowed),
    notes: understood(noteSchema, notes),
    ...counts,
  };
}

import * as z from 'zod';
import {
  MAX_INTENT_ENTRIES,
  MAX_PATTERN_CHARACTERS,
  MAX_SUBPATH_CHARACTERS,
  MAX_WORKSPACE_ROOTS,
} from '../limits.js';

/** `none` is an older word for `deny`. */
const accessSchema = z
  .enum(['read', 'write', 'deny', 'none'])
  .transform((access) => (access === 'none' ? 'deny' : access));

const networkSchema = z.enum(['restricted', 'enabled']);

const symbolSchema = z
  .string()
  .max(MAX_SUBPATH_CHARACTERS, `must have ${MAX_SUBPATH_CHARACTERS} characters at most; no path has more`)
  .nullish();

const subpathSchema = symbolSchema.describe('A relative path below each root.');

/** What a symbol stands for is decided on the executor. */
const specialPathSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('root') }),
  z.strictObject({ kind: z.literal('minimal') }),
  z.strictObject({ kind: z.literal('project_roots'), subpath: subpathSchema }),
  z.strictObject({ kind: z.literal('current_working_directory'), subpath: subpathSchema }),
  z.strictObject({ kind: z.literal('tmpdir') }),
  z.strictObject({ kind: z.literal('slash_tmp') }),
  z.strictObject({ kind: z.literal('unknown'), path: symbolSchema, subpath: subpathSchema }),
]);

const patternSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(MAX_PATTERN_CHARACTERS, `must have ${MAX_PATTERN_CHARACTERS} characters at most; no path has more`);

const entryPathSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('path'), path: z.string().describe('A file: URI of the executor.') }),
  z.strictObject({ type: z.literal('glob_pattern'), pattern: patternSchema }),
  z.strictObject({ type: z.literal('special'), value: specialPathSchema }),
]);

const entrySchema = z.strictObject({
  path: entryPathSchema,
  access: accessSchema,
  missing_path_behavior: z.enum(['skip']).nullish(),
});

const fileSystemSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('unrestricted') }),
  z.strictObject({
    type: z.literal('restricted'),
    entries: z
      .array(entrySchema)
      .max(
        MAX_INTENT_ENTRIES,
        `must be ${MAX_INTENT_ENTRIES} at most; deny directories instead of what is in them`,
      ),
    glob_scan_max_depth: z.int().min(1).nullish(),
  }),
]);

/** Who restricts a process and how far: whatever it does not understand must be refused, so nothing unknown passes. */
const permissionsSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('disabled') }),
  z.strictObject({ type: z.literal('external'), network: networkSchema }),
  z.strictObject({ type: z.literal('managed'), file_system: fileSystemSchema, network: networkSchema }),
]);

const contextSchema = z.object({
  cwd: z.string().nullish(),
  workspaceRoots: z
    .array(z.string())
    .max(MAX_WORKSPACE_ROOTS, `must be ${MAX_WORKSPACE_ROOTS} at most; name a directory that holds them`)
    .nullish(),
});

/**
 * The `sandbox` object of the wire. Members beside `permissions` that are not known are left out; inside it they are
 * refused, because they could restrict.
 */
export const sandboxIntentSchema = z.object({
  permissions: permissionsSchema,
  ...contextSchema.shape,
  policyContext: contextSchema.nullish().describe('The same two values; they win over those beside it.'),
  windowsSandboxLevel: z.enum(['disabled', 'restricted-token', 'elevated', 'mxc']),
});

/** A portable sandbox intent that has the right shape; what its paths stand for is not decided yet. */
export type SandboxIntent = z.output<typeof sandboxIntentSchema>;

/** What an intent says of files where it restricts them. */
export type RestrictedFiles = Extract<z.output<typeof fileSystemSchema>, { type: 'restricted' }>;

/** One line of a restricted file system. */
export type IntentEntry = z.output<typeof entrySchema>;

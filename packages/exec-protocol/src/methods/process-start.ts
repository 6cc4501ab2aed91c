import * as z from 'zod';
import { listOf, tableOf } from '../bounded-issues.js';
import { extensionField } from './extension-field.js';
import { processIdSchema } from './id-schemas.js';
import { sandboxSchema } from './sandbox-schema.js';
import { terminalSizeSchema } from './terminal-size.js';

const opaque = z.record(z.string(), z.unknown());

/** Of one table; a usual environment has a hundred, and in a large cluster some thousands. */
export const MAX_VARIABLES = 16_384;

const variables = tableOf(z.string(), {
  max: MAX_VARIABLES,
  message: `must have at most ${String(MAX_VARIABLES)} variables; send fewer`,
});

/** How the environment of a process is made from that of the executor. */
const envPolicySchema = z.object({
  inherit: z.enum(['core', 'all', 'none']),
  ignoreDefaultExcludes: z.boolean().describe('false removes names that match *KEY*, *SECRET* or *TOKEN*.'),
  exclude: listOf(z.string()).describe('Patterns with * and ?, any case, over whole names.'),
  set: variables,
  includeOnly: listOf(z.string()).describe('When not empty, only matching names stay, `set` included.'),
});

/** How the environment of a process is made from that of the executor. */
export type EnvPolicy = z.output<typeof envPolicySchema>;

/** Parameters of `process/start`. */
export const processStartParams = z.object({
  processId: processIdSchema,
  argv: listOf(z.string()).min(1, 'must not be empty; name the program and its arguments'),
  cwd: z.string().describe('A file: URI of the executor.'),
  env: variables.describe('The whole environment, or with envPolicy what is laid over it.'),
  tty: z.boolean(),
  pipeStdin: z.boolean().optional().describe('Whether stdin can be written; default false, the null device.'),
  arg0: z.string().nullish().describe('What the program sees as argv[0].'),
  envPolicy: envPolicySchema.nullish(),
  sandbox: sandboxSchema.describe('A portable sandbox intent.'),
  enforceManagedNetwork: z.boolean().optional(),
  managedNetwork: opaque.nullish(),
  networkProxy: opaque.nullish(),
  metadata: z
    .object({ threadId: z.guid().nullish(), toolCallId: z.string().nullish() })
    .nullish()
    .describe('For telemetry only.'),
  shellSnapshot: opaque.nullish().describe('A start-up cache that a server may ignore.'),
  credentialProviders: z.union([z.array(z.unknown()), opaque]).nullish(),
  size: extensionField('pty', terminalSizeSchema, 'the size of the terminal; default 24 rows, 80 columns.'),
  retention: extensionField(
    'gap',
    z.enum(['keep', 'drop']),
    'keep (default) stops the child rather than lose output; drop keeps the newest 1 MiB.',
  ),
  lifetime: extensionField(
    'attach',
    z.enum(['session', 'server']),
    'server lets the process outlive its session; its default retention is drop.',
  ),
  drainMs: extensionField(
    'drain',
    z.int().min(0),
    'how long after its exit a descendant may hold the output; default for ever.',
  ),
  windowBytes: extensionField('flow', z.int().min(0), 'the first window; default 0, state events only.'),
});

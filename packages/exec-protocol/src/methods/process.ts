import * as z from 'zod';
import { base64Bytes } from '../bytes.js';
import { SIGNAL_NAMES } from '../signals.js';
import { defineNotification, defineRequest } from './define.js';
import { extensionField } from './extension-field.js';
import { clientIdSchema, processIdSchema as processId, writeIdSchema } from './id-schemas.js';
import { processStartParams } from './process-start.js';
import { sandboxDenialSchema, sandboxReportSchema } from './sandbox-verdict.js';
import { terminalSizeSchema } from './terminal-size.js';

const seq = z.int().min(1).describe('Position in the event log of the process: 1, 2, 3 … without holes.');
const count = z.int().min(0);
const stream = z.enum(['stdout', 'stderr', 'pty']);
const signalName = z.enum(SIGNAL_NAMES);
const denial = sandboxDenialSchema
  .optional()
  .describe('Extension sandbox: what was denied, where sandboxDenied is true.');

/** Starts a process under an id that the client chose. */
export const processStart = defineRequest({
  method: 'process/start',
  family: 'process',
  direction: 'clientToServer',
  mutates: true,
  summary: 'Starts a program and begins its event log.',
  params: processStartParams,
  result: z.object({
    processId,
    sandboxType: z
      .enum(['none', 'linuxSeccomp', 'macosSeatbelt', 'windowsRestrictedToken', 'windowsMxc'])
      .nullish()
      .describe('What confines the process.'),
    sandboxReport: sandboxReportSchema
      .optional()
      .describe(
        'Extension sandbox: where the process may do less than was asked for; absent for one that is not confined.',
      ),
  }),
});

/** Reads the event log forward, waiting for news when asked to. */
export const processRead = defineRequest({
  method: 'process/read',
  family: 'process',
  direction: 'clientToServer',
  summary: 'Answers the retained output after a position, and where the process stands.',
  params: z.object({
    processId,
    afterSeq: count
      .nullish()
      .describe('Only events with a higher seq; default 0, everything that is retained.'),
    maxBytes: count
      .nullish()
      .describe('Budget in raw bytes. The first chunk always fits. Default: 8 MiB an answer.'),
    waitMs: count.nullish().describe('How long to wait for news when there is none; default 0.'),
  }),
  result: z.object({
    chunks: z.array(
      z.object({
        seq,
        stream,
        chunk: base64Bytes,
        size: terminalSizeSchema
          .optional()
          .describe('Extension pty: the terminal got this size; the chunk is empty.'),
      }),
    ),
    nextSeq: seq.describe('Continue with afterSeq = nextSeq - 1.'),
    exited: z.boolean(),
    exitCode: z.int().nullable(),
    closed: z.boolean(),
    failure: z.string().nullish(),
    sandboxDenied: z.boolean().nullish(),
    denial,
    signal: signalName.nullish().describe('Extension signals: the signal that ended the process, else null.'),
  }),
});

/** Writes to the stdin of a process; safe to repeat with the same `writeId`. */
export const processWrite = defineRequest({
  method: 'process/write',
  family: 'process',
  direction: 'clientToServer',
  mutates: true,
  summary: 'Queues bytes for stdin; a repeated writeId is answered like the first and written once.',
  params: z.object({
    processId,
    chunk: base64Bytes,
    writeId: writeIdSchema,
  }),
  result: z.object({ status: z.enum(['accepted', 'unknownProcess', 'stdinClosed', 'starting']) }),
});

/** Ends the stdin of a process. */
export const processCloseStdin = defineRequest({
  method: 'process/closeStdin',
  family: 'process',
  direction: 'clientToServer',
  mutates: true,
  summary: 'Ends stdin after everything that was written before; harmless when it is closed already.',
  extension: 'signals',
  params: z.object({ processId }),
  result: z.object({ status: z.enum(['accepted', 'unknownProcess', 'stdinClosed']) }),
});

/** Sends a signal. `interrupt` is the reference's only one; names and `target` come with the `signals` extension. */
export const processSignal = defineRequest({
  method: 'process/signal',
  family: 'process',
  direction: 'clientToServer',
  mutates: true,
  summary: 'Sends a signal; unknown and ended processes are no error.',
  params: z.object({
    processId,
    signal: z.union([z.literal('interrupt'), signalName]),
    target: extensionField('signals', z.enum(['process', 'group', 'tree']), 'default group.'),
  }),
  result: z.object({}),
});

/** Ends a process. */
export const processTerminate = defineRequest({
  method: 'process/terminate',
  family: 'process',
  direction: 'clientToServer',
  mutates: true,
  summary: 'Ends a running process and its descendants; one that has exited is left alone.',
  params: z.object({
    processId,
    graceMs: extensionField('signals', count, 'time between SIGTERM and SIGKILL; default 5,000.'),
  }),
  result: z.object({ running: z.boolean().describe('Whether it was running when the request came.') }),
});

/** Changes the size of a terminal. */
export const processResize = defineRequest({
  method: 'process/resize',
  family: 'process',
  direction: 'clientToServer',
  mutates: true,
  summary: 'Changes the size of the terminal; harmless when the process has ended or has no terminal.',
  extension: 'pty',
  params: z.object({ processId, size: terminalSizeSchema }),
  result: z.object({}),
});

/** One process as a list shows it. */
const processSummarySchema = z.object({
  ref: z.string().describe('Unique on this server.'),
  id: z.string().describe('The id that its client chose.'),
  session: z.string().describe('A public label of its session, no credential.'),
  argv: z.array(z.string()),
  cwd: z.string().describe('A file: URI.'),
  truncated: z
    .literal(true)
    .optional()
    .describe('Present where `argv` or `cwd` is only the beginning of what the process was started with.'),
  pid: z.int().describe('The operating-system pid; meaningful on the executor alone.'),
  tty: z.boolean(),
  lifetime: z.enum(['session', 'server']),
  startedAtMs: z.int().describe('Unix time in milliseconds.'),
  state: z
    .enum(['running', 'exited', 'closed'])
    .describe('exited: the process has ended, its output has not.'),
  exitCode: z.int().nullable(),
  firstSeq: seq.describe('The oldest event that can still be read.'),
  nextSeq: seq,
});

/** One process as a list shows it. */
export type ProcessSummary = z.output<typeof processSummarySchema>;

/** Lists processes. */
export const processList = defineRequest({
  method: 'process/list',
  family: 'process',
  direction: 'clientToServer',
  summary: 'Lists the processes of the same principal, of all sessions.',
  extension: 'attach',
  params: z.object({}).nullish(),
  result: z.object({ processes: z.array(processSummarySchema) }),
});

/** Joins a process of another session. */
export const processAttach = defineRequest({
  method: 'process/attach',
  family: 'process',
  direction: 'clientToServer',
  mutates: true,
  summary:
    'Makes a process of the same principal known in this session, and pushes its events from a position on.',
  extension: 'attach',
  params: z.object({
    processId: processId.describe('What this session will call it; must not be in use here.'),
    ref: clientIdSchema.describe('Its ref, or its id where only one process has it.'),
    afterSeq: count
      .optional()
      .describe('Push events with a higher seq, at most the newest; default 0, everything that is retained.'),
    windowBytes: extensionField('flow', count, 'the first window; default 0, state events only.'),
  }),
  result: z.object({ process: processSummarySchema }),
});

/** Leaves a process that was joined. */
export const processDetach = defineRequest({
  method: 'process/detach',
  family: 'process',
  direction: 'clientToServer',
  mutates: true,
  summary:
    'Forgets a joined process in this session; the process goes on. One that this session started stays.',
  extension: 'attach',
  params: z.object({ processId }),
  result: z.object({}),
});

/** Tells how much output may be pushed. */
export const processWindow = defineNotification({
  method: 'process/window',
  family: 'process',
  direction: 'clientToServer',
  summary: 'Acknowledges output up to a seq and allows so many further bytes; 0 asks for state events only.',
  extension: 'flow',
  params: z.object({
    processId,
    ackSeq: count.describe('Everything up to this seq has been consumed; 0 for nothing yet.'),
    windowBytes: count.describe(
      'Raw output bytes that may be pushed beyond ackSeq. 0: skip output, push state events.',
    ),
  }),
});

/** A piece of output. */
export const processOutput = defineNotification({
  method: 'process/output',
  family: 'process',
  direction: 'serverToClient',
  summary: 'A piece of output.',
  params: z.object({ processId, seq, stream, chunk: base64Bytes }),
});

/** The terminal of a process has another size. */
export const processResized = defineNotification({
  method: 'process/resized',
  family: 'process',
  direction: 'serverToClient',
  summary:
    'The terminal has another size from here on. Without the extension: an empty pty chunk of the same seq.',
  extension: 'pty',
  params: z.object({ processId, seq, size: terminalSizeSchema }),
});

/** Output between two positions is no longer kept. */
export const processGap = defineNotification({
  method: 'process/gap',
  family: 'process',
  direction: 'serverToClient',
  summary: 'Events that this reader has not had are no longer kept. Takes no seq of its own.',
  extension: 'gap',
  params: z.object({
    processId,
    fromSeq: seq.describe('The first missing event.'),
    toSeq: seq.describe('The last missing event.'),
    bytes: count.describe('How much raw output is missing.'),
  }),
});

/** The process itself has ended; output of descendants may follow. */
export const processExited = defineNotification({
  method: 'process/exited',
  family: 'process',
  direction: 'serverToClient',
  summary: 'The process itself has ended; output of descendants may still follow.',
  params: z.object({
    processId,
    seq,
    exitCode: z.int().describe('The exit status, or 128 + n when signal n ended it.'),
    sandboxDenied: z.boolean().nullish(),
    denial,
    signal: signalName.nullish().describe('Extension signals: the signal that ended the process, else null.'),
  }),
});

/** The last event of a process. */
export const processClosed = defineNotification({
  method: 'process/closed',
  family: 'process',
  direction: 'serverToClient',
  summary: 'The process has ended and its output is complete; nothing follows.',
  params: z.object({
    processId,
    seq,
    bytes: z
      .object({ stdout: count, stderr: count, pty: count })
      .optional()
      .describe('Extension gap: raw bytes of each stream over the whole life of the process.'),
    holders: z
      .array(z.object({ pid: z.int(), name: z.string() }))
      .optional()
      .describe(
        'Extension drain: processes that still held the output when it was cut; absent when it had ended.',
      ),
  }),
});

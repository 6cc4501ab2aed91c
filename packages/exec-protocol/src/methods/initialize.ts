import * as z from 'zod';
import { listOf } from '../bounded-issues.js';
import { extensionsSchema } from '../extensions.js';
import { MAX_CLIENT_INSTANCE_LENGTH, MAX_REPLAY_CURSORS, MAX_REQUESTS_IN_FLIGHT } from '../limits.js';
import { defineNotification, defineRequest } from './define.js';
import { environmentInfoSchema } from './environment.js';
import { processIdSchema as processId, sessionIdSchema } from './id-schemas.js';

/** First request of a connection: opens a session, or takes an existing one over. */
export const initialize = defineRequest({
  method: 'initialize',
  family: 'session',
  direction: 'clientToServer',
  summary: 'Opens a session, or resumes one, and agrees on extensions.',
  params: z.object({
    clientName: z.string().describe('Free text for logs; may be empty.'),
    resumeSessionId: z
      .string()
      .nullish()
      .describe('The session to take over; absent or null opens a new one.'),
    clientInstance: z
      .string()
      .min(1)
      .max(MAX_CLIENT_INSTANCE_LENGTH)
      .optional()
      .describe('Extension replay: random, and the same on every connection of one client.'),
    extensions: extensionsSchema
      .optional()
      .describe('Extension name to the highest version that the client speaks.'),
  }),
  result: z.object({
    sessionId: sessionIdSchema.describe('Unguessable; whoever has it can resume the session.'),
    environmentInfo: environmentInfoSchema.optional(),
    extensions: extensionsSchema
      .optional()
      .describe('What is granted on this connection; absent unless the client offered some.'),
  }),
});

/** Ends the handshake; everything else is refused before it. */
export const initialized = defineNotification({
  method: 'initialized',
  family: 'session',
  direction: 'clientToServer',
  summary: 'Says that the answer to initialize has arrived; requests may follow.',
  params: z.unknown(),
});

/** Ends a session for good. */
export const sessionClose = defineRequest({
  method: 'session/close',
  family: 'session',
  direction: 'clientToServer',
  summary: 'Ends every process of the session at once and forgets the session.',
  extension: 'session',
  mutates: true,
  params: z.object({}).nullish(),
  result: z.object({ processes: z.int().min(0).describe('How many processes were still running.') }),
});

const seq = z.int().min(1);
const count = z.int().min(0);

/** After a resume: says from where on the events of each process go on. */
export const sessionReplay = defineRequest({
  method: 'session/replay',
  family: 'session',
  direction: 'clientToServer',
  summary:
    'After a resume: pushes the events of each process from a position on. Before it nothing is pushed.',
  extension: 'replay',
  params: z.object({
    cursors: listOf(
      z.object({
        processId,
        afterSeq: count.describe('Push events with a higher seq.'),
        windowBytes: count
          .optional()
          .describe('Extension flow: raw output bytes that may be pushed beyond afterSeq; default 0.'),
      }),
    )
      .max(MAX_REPLAY_CURSORS)
      .describe('A process that is not named goes on without its events being pushed.'),
  }),
  result: z.object({
    processes: z
      .array(
        z.object({
          processId,
          firstSeq: seq.describe('The oldest event that can still be read.'),
          nextSeq: seq.describe('Events with a lower seq are replayed, later ones are new.'),
        }),
      )
      .describe('Those of the named processes that the session has, in the order in which they were named.'),
    missing: z.array(processId).describe('Those that it does not have, or not any more.'),
  }),
});

/** Frees answers that the server keeps for a repeat. */
export const sessionAcknowledge = defineNotification({
  method: 'session/acknowledge',
  family: 'session',
  direction: 'clientToServer',
  summary: 'Says which answers have arrived, so that the server need not keep them for a repeat.',
  extension: 'replay',
  params: z.object({
    upToId: z.int().describe('Every mutating request with an id up to this one has been answered …'),
    unanswered: listOf(z.int()).max(MAX_REQUESTS_IN_FLIGHT).describe('… but for these.'),
  }),
});

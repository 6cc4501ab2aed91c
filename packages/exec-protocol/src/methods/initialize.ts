import * as z from 'zod';
import { extensionsSchema } from '../extensions.js';
import { defineNotification, defineRequest } from './define.js';
import { environmentInfoSchema } from './environment.js';
import { sessionIdSchema } from './id-schemas.js';

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
  params: z.object({}).nullish(),
  result: z.object({ processes: z.int().min(0).describe('How many processes were still running.') }),
});

import * as z from 'zod';
import type { ProcessId, SessionId, WriteId } from '../ids.js';
import { MAX_ID_CHARACTERS } from '../limits.js';

/** What a client calls something that a server remembers. A refusal does not repeat it. */
export const clientIdSchema = z
  .string()
  .max(MAX_ID_CHARACTERS, `must have at most ${String(MAX_ID_CHARACTERS)} characters; choose a shorter one`);

// A plain string on the wire. The brand exists for the type checker alone, so nothing is transformed either way.
export const processIdSchema = clientIdSchema as unknown as z.ZodType<ProcessId, string>;

export const sessionIdSchema = z.string() as unknown as z.ZodType<SessionId, string>;

export const writeIdSchema = clientIdSchema.min(
  1,
  'must not be empty; give each write an id of its own',
) as unknown as z.ZodType<WriteId, string>;

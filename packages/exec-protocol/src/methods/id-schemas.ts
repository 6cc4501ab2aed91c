import * as z from 'zod';
import type { ProcessId, SessionId, WriteId } from '../ids.js';

// A plain string on the wire. The brand exists for the type checker alone, so nothing is transformed either way.
export const processIdSchema = z.string() as unknown as z.ZodType<ProcessId, string>;

export const sessionIdSchema = z.string() as unknown as z.ZodType<SessionId, string>;

export const writeIdSchema = z
  .string()
  .min(1, 'must not be empty; give each write an id of its own') as unknown as z.ZodType<WriteId, string>;

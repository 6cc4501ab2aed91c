import * as z from 'zod';

/** A portable sandbox intent, as it travels; what it may say is judged by the executor. */
export const sandboxSchema = z.record(z.string(), z.unknown()).nullish();

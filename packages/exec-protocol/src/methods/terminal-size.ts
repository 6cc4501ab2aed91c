import * as z from 'zod';

const MAX_SIDE = 65_535;

/** The size of a terminal, in character cells. */
export const terminalSizeSchema = z.object({
  rows: z.int().min(1).max(MAX_SIDE),
  cols: z.int().min(1).max(MAX_SIDE),
});

/** The size of a terminal, in character cells. */
export type TerminalSize = z.output<typeof terminalSizeSchema>;

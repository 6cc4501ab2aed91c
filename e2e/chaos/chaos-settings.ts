/** What the troubles are drawn with; a run that failed prints it. */
export const SEED = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

/** Whether there is time for the long run. */
export const IS_SOAK = process.env['CHAOS'] === 'soak';

/** How often the link is cut. */
export const EVERY_MS = 200;

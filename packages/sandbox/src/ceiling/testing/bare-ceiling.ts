import type { Ceiling } from '../ceiling.js';

/** One that protects nothing by its name, of a user whose homes are nowhere. */
export const BARE_CEILING: Ceiling = {
  maximum: undefined,
  protectedNames: [],
  protectedIfThere: [],
  home: { paths: [], files: [], directories: [] },
  hidden: [],
};

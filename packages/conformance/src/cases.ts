import type { ConformanceCase } from './case.js';
import { ENDING_CASES } from './cases/ending.js';
import { ENVELOPE_CASES } from './cases/envelope.js';
import { ENVIRONMENT_CASES } from './cases/environment.js';
import { EXTENSION_CASES } from './cases/extensions.js';
import { HANDSHAKE_CASES } from './cases/handshake.js';
import { OUTPUT_CASES } from './cases/output.js';
import { READ_CASES } from './cases/read.js';
import { RESUME_CASES } from './cases/resume.js';
import { SCHEDULING_CASES } from './cases/scheduling.js';
import { START_CASES } from './cases/start.js';
import { TERMINAL_CASES } from './cases/terminal.js';
import { WRITE_CASES } from './cases/write.js';

/** Every case, in the order in which they are tried. */
export const CONFORMANCE_CASES: readonly ConformanceCase[] = [
  ...ENVELOPE_CASES,
  ...HANDSHAKE_CASES,
  ...ENVIRONMENT_CASES,
  ...START_CASES,
  ...OUTPUT_CASES,
  ...READ_CASES,
  ...WRITE_CASES,
  ...ENDING_CASES,
  ...TERMINAL_CASES,
  ...SCHEDULING_CASES,
  ...RESUME_CASES,
  ...EXTENSION_CASES,
];

import type { ConformanceCase } from './case.js';
import { CAPABILITY_CASES } from './cases/capabilities.js';
import { CONFIG_CASES } from './cases/config.js';
import { ENDING_CASES } from './cases/ending.js';
import { ENVELOPE_CASES } from './cases/envelope.js';
import { ENVIRONMENT_CASES } from './cases/environment.js';
import { EXTENSION_CASES } from './cases/extensions.js';
import { CONTENT_CASES } from './cases/fs/content.js';
import { ENTRY_CASES } from './cases/fs/entries.js';
import { FILES_EXTENSION_CASES } from './cases/fs/files-extension.js';
import { HANDLE_CASES } from './cases/fs/handles.js';
import { TREE_CASES } from './cases/fs/trees.js';
import { WALK_CASES } from './cases/fs/walk.js';
import { WATCH_CASES } from './cases/fs/watch.js';
import { HANDSHAKE_CASES } from './cases/handshake.js';
import { REQUEST_CASES } from './cases/http/request.js';
import { STREAM_CASES } from './cases/http/stream.js';
import { OUTPUT_CASES } from './cases/output.js';
import { READ_CASES } from './cases/read.js';
import { RESUME_CASES } from './cases/resume.js';
import { SANDBOX_CASES } from './cases/sandbox.js';
import { SCHEDULING_CASES } from './cases/scheduling.js';
import { START_CASES } from './cases/start.js';
import { TERMINAL_CASES } from './cases/terminal.js';
import { WRITE_CASES } from './cases/write.js';

/** Every case, in the order in which they are tried. */
export const CONFORMANCE_CASES: readonly ConformanceCase[] = [
  ...ENVELOPE_CASES,
  ...HANDSHAKE_CASES,
  ...ENVIRONMENT_CASES,
  ...CONFIG_CASES,
  ...CAPABILITY_CASES,
  ...START_CASES,
  ...OUTPUT_CASES,
  ...READ_CASES,
  ...WRITE_CASES,
  ...ENDING_CASES,
  ...TERMINAL_CASES,
  ...SCHEDULING_CASES,
  ...CONTENT_CASES,
  ...ENTRY_CASES,
  ...TREE_CASES,
  ...WALK_CASES,
  ...HANDLE_CASES,
  ...FILES_EXTENSION_CASES,
  ...WATCH_CASES,
  ...REQUEST_CASES,
  ...STREAM_CASES,
  ...RESUME_CASES,
  ...EXTENSION_CASES,
  ...SANDBOX_CASES,
];

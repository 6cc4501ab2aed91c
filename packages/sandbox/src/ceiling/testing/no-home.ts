import type { ProtectedHome } from '../names-at-top.js';

/** That of a user whose homes are nowhere. */
export const NO_HOME: ProtectedHome = { paths: [], files: [], directories: [] };

/** Links that one path may lead through; the kernel's figure. */
export const MAX_LINKS_FOLLOWED = 40;

/** Entries of directories that one search may look at: deny globs and repositories are found by such searches. */
export const MAX_SCANNED_ENTRIES = 400_000;

/** Files that the deny globs of one intent may match; each needs a mount of its own. */
export const MAX_GLOB_MATCHES = 8192;

/** Entries in one intent, and roots in one workspace. */
export const MAX_INTENT_ENTRIES = 1024;

/** Words that bubblewrap accepts as options. */
export const MAX_BWRAP_WORDS = 9000;

/** How long the probe of bubblewrap may take. */
export const PROBE_TIMEOUT_MS = 5_000;

/** Bytes of bubblewrap's own status and of its complaint that are kept. */
export const MAX_STATUS_BYTES = 64 * 1024;

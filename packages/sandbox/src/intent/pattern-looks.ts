import type { FileFacts } from '../files/file-facts.js';
import { SharedLooks } from '../files/shared-looks.js';
import type { ScanTools } from '../repositories/scan-tree.js';
import { NEVER_ABORTED } from '../until-aborted.js';
import type { GlobMatches, GlobScan, SearchedPlaces } from './deny-glob.js';
import { searchGlobs } from './glob-search.js';

/** Whoever finds what patterns match. */
export interface PatternFinder {
  /**
   * What is there now: every answer comes from a look that began after the question.
   * @param signal Ends the wait, and the look if nobody else waits for it; default none.
   * @param places Of the profile that has the patterns; default none.
   * @throws ExecError `sandboxUnsupported` when there is too much to look at; the reason of the signal.
   */
  find(
    scans: readonly GlobScan[],
    files: FileFacts,
    signal?: AbortSignal,
    places?: SearchedPlaces,
  ): Promise<GlobMatches>;
}

/** Finds them in the file system; those who ask for the same share a look. */
export class PatternLooks implements PatternFinder {
  readonly #tools: ScanTools;
  readonly #looks = new SharedLooks<GlobMatches>();

  constructor(tools: ScanTools) {
    this.#tools = tools;
  }

  find(
    scans: readonly GlobScan[],
    files: FileFacts,
    signal: AbortSignal = NEVER_ABORTED,
    places: SearchedPlaces = {},
  ): Promise<GlobMatches> {
    const look = (unwanted: AbortSignal): Promise<GlobMatches> =>
      searchGlobs(scans, files, this.#tools, unwanted, places);
    const { opened, fillable } = places;
    return this.#looks.ask(JSON.stringify([scans, opened?.key, fillable?.key]), look, signal);
  }
}

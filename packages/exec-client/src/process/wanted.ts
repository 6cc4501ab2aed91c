import type { OutputEvent, ProcessEvent } from './events.js';

/** Picks events. */
export type Wanted = (event: ProcessEvent) => boolean;

/** Everything that happens. */
export const wantAll: Wanted = (event) => event.type !== 'output' || !isUntoldResize(event);

/** Output, of one stream or of both. What a terminal merged counts as stdout. */
export function wantOutput(stream?: 'stdout' | 'stderr'): Wanted {
  return (event) => {
    if (event.type !== 'output' || isUntoldResize(event)) return false;
    return stream === undefined || event.stream === stream || (event.stream === 'pty' && stream === 'stdout');
  };
}

// Where resizes were not agreed on, one shows as an empty chunk, so that its number is taken.
function isUntoldResize({ stream, bytes }: OutputEvent): boolean {
  return stream === 'pty' && bytes.length === 0;
}

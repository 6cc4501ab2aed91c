import type { ProcessEvent } from './events.js';

/** Picks events. */
export type Wanted = (event: ProcessEvent) => boolean;

/** Everything that happens. */
export const wantAll: Wanted = () => true;

/** Output, of one stream or of both. What a terminal merged counts as stdout. */
export function wantOutput(stream?: 'stdout' | 'stderr'): Wanted {
  return (event) => {
    if (event.type !== 'output') return false;
    return stream === undefined || event.stream === stream || (event.stream === 'pty' && stream === 'stdout');
  };
}

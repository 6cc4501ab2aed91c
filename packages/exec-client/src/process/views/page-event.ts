import type { OutputEvent, ResizedEvent } from '../events.js';
import type { ReadAnswer } from './view-source.js';

/** An entry of a page as the event that it stands for. */
export function eventOf({
  seq,
  stream,
  chunk,
  size,
}: ReadAnswer['chunks'][number]): OutputEvent | ResizedEvent {
  return size === undefined ? { type: 'output', seq, stream, bytes: chunk } : { type: 'resized', seq, size };
}

import type { ProcessEvent } from '@holdfast/exec-client';
import type { ModelEvent } from '../system/script.js';

/** What happened in a process, with neighbouring output of one stream joined: how it was cut says nothing. */
export type Passage =
  | { readonly type: 'output'; readonly stream: string; readonly bytes: Buffer }
  | { readonly type: 'state'; readonly text: string };

/** The passages of what a view gave; `tellsSignals` is false where the wire does not carry signals. */
export function passagesOf(
  events: readonly (ModelEvent | ProcessEvent)[],
  tells: { readonly signals: boolean; readonly sizes: boolean },
): readonly Passage[] {
  const passages: Passage[] = [];
  let stream = '';
  let parts: Uint8Array[] = [];
  const finish = (): void => {
    if (parts.length > 0) passages.push({ type: 'output', stream, bytes: Buffer.concat(parts) });
    parts = [];
  };
  for (const event of events) {
    if (event.type === 'output') {
      if (event.bytes.length === 0) continue;
      if (event.stream !== stream) finish();
      ({ stream } = event);
      parts.push(event.bytes);
    } else if (event.type !== 'resized' || tells.sizes) {
      finish();
      passages.push({ type: 'state', text: textOf(event, tells.signals) });
    }
  }
  finish();
  return passages;
}

/** Where `given` is not the beginning of `whole`, or with `isComplete` not all of it; undefined when all is well. */
export function differenceOf(
  given: readonly Passage[],
  whole: readonly Passage[],
  isComplete: boolean,
): string | undefined {
  for (const [index, passage] of given.entries()) {
    const expected = whole[index];
    const isLast = index === given.length - 1 && !isComplete;
    if (expected === undefined) return `passage ${index} is too many: ${show(passage)}`;
    if (!isSame(passage, expected, isLast)) {
      return `passage ${index} is ${show(passage)} and not ${show(expected)}`;
    }
  }
  if (!isComplete || given.length === whole.length) return undefined;
  return `it ends after ${given.length} of ${whole.length} passages`;
}

function isSame(passage: Passage, expected: Passage, mayBeShorter: boolean): boolean {
  if (passage.type === 'state') return expected.type === 'state' && passage.text === expected.text;
  if (expected.type === 'state' || passage.stream !== expected.stream) return false;
  const { length } = passage.bytes;
  if (length > expected.bytes.length || (length < expected.bytes.length && !mayBeShorter)) return false;
  return passage.bytes.equals(expected.bytes.subarray(0, length));
}

function show(passage: Passage): string {
  if (passage.type === 'state') return passage.text;
  const { stream, bytes } = passage;
  return `${bytes.length} bytes of ${stream} (${bytes.subarray(0, 12).toString('hex')}…)`;
}

function textOf(
  event: Exclude<ModelEvent | ProcessEvent, { type: 'output' }>,
  tellsSignals: boolean,
): string {
  switch (event.type) {
    case 'resized': {
      const { rows, cols } = 'size' in event ? event.size : event;
      return `resized to ${rows} × ${cols}`;
    }
    case 'exited':
      return `exited with ${event.exitCode}, ${tellsSignals ? event.signal : 'signal not told'}`;
    case 'closed':
      return 'closed';
  }
}

/** The end of `whole` that is as long as `given`. */
export function tailOf(whole: readonly Passage[], given: readonly Passage[]): readonly Passage[] {
  const tail = given.length === 0 ? [] : whole.slice(-given.length);
  const [first, ...rest] = tail;
  const [givenFirst] = given;
  if (first?.type !== 'output' || givenFirst?.type !== 'output') return tail;
  return [{ ...first, bytes: first.bytes.subarray(-givenFirst.bytes.length) }, ...rest];
}

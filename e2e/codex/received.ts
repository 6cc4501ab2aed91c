import { bytesOf } from '../runs.js';
import type { TappedMessage } from './wire-tap.js';

/** What a client got of one process, whichever way it came, every event once. */
export interface Received {
  /** The output in the order of its numbers. */
  readonly output: Buffer;
  /** How many events there are; the numbers of output, exit and close together have no hole up to here. */
  readonly events: number;
}

interface ReadAnswer {
  readonly chunks: readonly { readonly seq: number; readonly chunk: string }[];
}

/** Puts together what a client got of a process that has closed. @throws Error when a number is missing. */
export function received(messages: readonly TappedMessage[], processId: string): Received {
  const pieces = new Map<number, Buffer>();
  const reads = new Set<string>();
  for (const { link, from, message } of messages) {
    const { id, method, params, result } = message;
    const request = `${link} ${String(id)}`;
    if (from === 'client') {
      if (method === 'process/read' && params?.['processId'] === processId) reads.add(request);
    } else if (method !== undefined) {
      if (params?.['processId'] === processId) pieces.set(params['seq'] as number, bytesOf(message));
    } else if (reads.has(request) && result !== undefined) {
      for (const { seq, chunk } of (result as ReadAnswer).chunks)
        pieces.set(seq, Buffer.from(chunk, 'base64'));
    }
  }
  const numbers = [...pieces.keys()].sort((a, b) => a - b);
  const hole = numbers.findIndex((seq, at) => seq !== at + 1);
  if (hole >= 0)
    throw new Error(`event ${hole + 1} of ${processId} never came, but ${String(numbers[hole])} did`);
  return {
    output: Buffer.concat(numbers.map((seq) => pieces.get(seq) ?? Buffer.alloc(0))),
    events: numbers.length,
  };
}

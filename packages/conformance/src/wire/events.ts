import { Mismatch, same } from '../expect.js';
import type { Message } from './message.js';

/** What a process did, put together from its notifications. */
export interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly pty: string;
  readonly exitCode: unknown;
  /** Method names, in the order in which they came. */
  readonly methods: readonly string[];
}

type Stream = 'stdout' | 'stderr' | 'pty';

/** Puts a run together. @throws Mismatch unless the events came in the order of their numbers, from 1 without holes. */
export function runFrom(events: readonly Message[]): Run {
  same(
    'the seq of the events',
    events.map(({ params }) => params?.['seq']),
    events.map((_, at) => at + 1),
  );
  const exited = events.find(({ method }) => method === 'process/exited');
  if (exited === undefined) throw new Mismatch('process/closed came without process/exited');
  return {
    stdout: textOf(events, 'stdout'),
    stderr: textOf(events, 'stderr'),
    pty: textOf(events, 'pty'),
    exitCode: exited.params?.['exitCode'],
    methods: events.map(({ method = '' }) => method),
  };
}

/** What came out on one stream, byte for byte; each character is one byte. */
function textOf(events: readonly Message[], stream: Stream): string {
  return events
    .filter(({ method, params }) => method === 'process/output' && params?.['stream'] === stream)
    .map(({ params }) => decoded(params?.['chunk']))
    .join('');
}

/** The bytes behind base64, one character each. */
export function decoded(chunk: unknown): string {
  if (typeof chunk !== 'string') throw new Mismatch(`a chunk is ${typeof chunk}, not a base64 string`);
  return Buffer.from(chunk, 'base64').toString('latin1');
}

/** Text as it travels. */
export function base64(text: string | Uint8Array): string {
  return Buffer.from(text).toString('base64');
}

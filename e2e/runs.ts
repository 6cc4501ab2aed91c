import { expect } from 'vitest';
import { within } from './deadline.js';
import { MARK_VARIABLE } from './process-table.js';
import type { Answer, Message, RawClient } from './raw-client.js';

/** What a process did, put together from its notifications. */
export interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Where programs are found. */
export const PATH = '/usr/local/bin:/usr/bin:/bin';

/** Parameters of `process/start` that work as they are; the environment carries the mark of the client. */
export function startParams(
  client: RawClient,
  processId: string,
  argv: readonly string[],
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const env = { PATH, [MARK_VARIABLE]: client.mark };
  return { processId, argv, cwd: 'file:///', env, tty: false, ...changes };
}

/** Starts a process that is meant to start. */
export async function start(
  client: RawClient,
  processId: string,
  argv: readonly string[],
  changes: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  expect(await client.request('process/start', startParams(client, processId, argv, changes))).toEqual({
    result: { processId, sandboxType: 'none' },
  });
}

/** Starts a shell script. */
export async function startScript(
  client: RawClient,
  processId: string,
  script: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await start(client, processId, ['/bin/sh', '-c', script], changes);
}

/** All events of a process from the next one to `closed`, in the order in which they came. */
export async function eventsOf(client: RawClient, processId: string, limitMs?: number): Promise<Message[]> {
  const events: Message[] = [];
  for (;;) {
    const event = await client.next(
      ({ method, params }) => method?.startsWith('process/') === true && params?.['processId'] === processId,
      limitMs,
    );
    events.push(event);
    if (event.method === 'process/closed') return events;
  }
}

/** Waits for the end of a process, and checks the order of its events on the way. */
export async function finish(client: RawClient, processId: string): Promise<Run> {
  return runFrom(await eventsOf(client, processId));
}

/** Starts a shell script and waits for its end. */
export async function runScript(
  client: RawClient,
  processId: string,
  script: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Run> {
  await startScript(client, processId, script, changes);
  return await finish(client, processId);
}

/** Puts a run together from all events of a process; fails unless they are numbered from 1 without holes. */
export function runFrom(events: readonly Message[]): Run {
  expect(events.map(({ params }) => params?.['seq'])).toEqual(events.map((_, at) => at + 1));
  expect(events.map(({ method }) => method).filter((method) => method !== 'process/output')).toEqual([
    'process/exited',
    'process/closed',
  ]);
  const exited = events.find(({ method }) => method === 'process/exited');
  return {
    stdout: outputOf(events, 'stdout').toString(),
    stderr: outputOf(events, 'stderr').toString(),
    exitCode: exited?.params?.['exitCode'] as number,
  };
}

/** The bytes that came out on one stream. */
export function outputOf(events: readonly Message[], stream: 'stdout' | 'stderr'): Buffer {
  const pieces = events
    .filter(({ method, params }) => method === 'process/output' && params?.['stream'] === stream)
    .map(bytesOf);
  return Buffer.concat(pieces);
}

/** Waits until the output of a process contains a text; later output stays unread. */
export async function outputContains(
  client: RawClient,
  processId: string,
  expected: string,
): Promise<string> {
  let seen = '';
  while (!seen.includes(expected)) {
    const event = await within(
      `${JSON.stringify(expected)} in the output`,
      client.nextEvent('process/output', processId),
    );
    seen += Buffer.from(event.params?.['chunk'] as string, 'base64').toString();
  }
  return seen;
}

/** Text as it travels. */
export function base64(text: string | Uint8Array): string {
  return Buffer.from(text).toString('base64');
}

/** What an answer must be that says why something was refused. */
export function failure(code: number, kind: string, message: RegExp): Answer {
  return { error: { code, message: expect.stringMatching(message) as string, data: { kind } } };
}

/** The bytes that an event carries; none unless it is output. */
export function bytesOf({ params }: Message): Buffer {
  const chunk = params?.['chunk'];
  return typeof chunk === 'string' ? Buffer.from(chunk, 'base64') : Buffer.alloc(0);
}

/** What all these events print together, whatever the stream. */
export function textOf(events: readonly Message[]): string {
  return Buffer.concat(events.map(bytesOf)).toString();
}

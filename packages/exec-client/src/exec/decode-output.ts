import type { Collected, CollectedChunk } from './collector.js';

/** What a command printed, each in one piece. */
export interface Output<T> {
  readonly stdout: T;
  readonly stderr: T;
  readonly output: T;
}

/** Turns collected pieces into what the caller asked for. */
export type OutputDecoder<T> = (collected: Collected) => Output<T>;

/** Text from UTF-8. A character that was cut between two pieces comes out whole, whatever came in between. */
export function decodeText({ chunks, truncated }: Collected): Output<string> {
  const texts = { stdout: '', stderr: '', output: '' };
  const decoders = {
    stdout: new TextDecoder('utf-8', { ignoreBOM: true }),
    stderr: new TextDecoder('utf-8', { ignoreBOM: true }),
  };
  const add = (stream: CollectedChunk['stream'], text: string): void => {
    texts[stream] += text;
    texts.output += text;
  };
  for (const { stream, bytes } of chunks) add(stream, decoders[stream].decode(bytes, { stream: true }));
  for (const stream of ['stdout', 'stderr'] as const) {
    // The cut at the limit may go through a character, and half of one is nobody's output.
    if (!truncated[stream]) add(stream, decoders[stream].decode());
  }
  return texts;
}

/** The bytes themselves. */
export function joinBytes({ chunks }: Collected): Output<Uint8Array> {
  const of = (stream: CollectedChunk['stream']): Uint8Array =>
    concat(chunks.filter((chunk) => chunk.stream === stream));
  return { stdout: of('stdout'), stderr: of('stderr'), output: concat(chunks) };
}

function concat(chunks: readonly CollectedChunk[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((size, { bytes }) => size + bytes.length, 0));
  let at = 0;
  for (const { bytes } of chunks) {
    all.set(bytes, at);
    at += bytes.length;
  }
  return all;
}

import { EXEC_BUFFER_BYTES } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import type { OutputEvent } from '../process/events.js';
import { Collector } from './collector.js';

function output(seq: number, stream: OutputEvent['stream'], bytes: Uint8Array): OutputEvent {
  return { type: 'output', seq, stream, bytes };
}

function summary(collector: Collector): object {
  const { chunks, truncated } = collector.finish();
  return { kept: chunks.flatMap(({ stream, bytes }) => [stream, bytes.length]), truncated };
}

test('of each stream as much as the limit is kept, and what comes beyond is dropped and told', () => {
  const collector = new Collector();
  const full = new Uint8Array(EXEC_BUFFER_BYTES);
  const kept = ['stdout', EXEC_BUFFER_BYTES, 'stderr', EXEC_BUFFER_BYTES - 1, 'stderr', 1];
  collector.add(output(1, 'stdout', full));
  collector.add(output(2, 'stderr', full.subarray(1)));
  collector.add(output(3, 'stderr', Uint8Array.of(1)));
  expect(summary(collector)).toEqual({ kept, truncated: { stdout: false, stderr: false } });
  collector.add(output(4, 'stderr', Uint8Array.of(2)));
  expect(summary(collector)).toEqual({ kept, truncated: { stdout: false, stderr: true } });
  collector.add(output(5, 'pty', Uint8Array.of(3)));
  expect(summary(collector)).toEqual({ kept, truncated: { stdout: true, stderr: true } });
});

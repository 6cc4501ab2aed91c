import { expect, test } from 'vitest';
import { ProgressLine } from './progress-line.js';

test('the line is drawn over itself, not faster than it can be read, and goes at the end', () => {
  const written: string[] = [];
  let now = 0;
  const line = new ProgressLine({ write: (text: string) => written.push(text) }, () => now);
  line.clear();
  line.show({ bytes: 0, resumedBytes: 0, totalBytes: 4_000_000, files: 0, totalFiles: 1 });
  now = 99;
  line.show({ bytes: 1_000_000, resumedBytes: 0, totalBytes: 4_000_000, files: 0, totalFiles: 1 });
  now = 500;
  line.show({ bytes: 2_000_000, resumedBytes: 0, totalBytes: 4_000_000, files: 0, totalFiles: 1 });
  now = 1000;
  line.show({ bytes: 123_456, resumedBytes: 0, totalBytes: undefined, files: 3, totalFiles: 4 });
  line.clear();
  line.clear();
  expect(written).toEqual([
    '\r\u001b[K[........................]  0%  0 B of 4.0 MB',
    '\r\u001b[K[############............] 50%  2.0 MB of 4.0 MB  4.0 MB/s',
    '\r\u001b[K[##################......] 75%  123 kB  123 kB/s  3/4 files',
    '\r\u001b[K',
  ]);
});

test('what an earlier copy had brought is progress and no speed', () => {
  const written: string[] = [];
  let now = 0;
  const line = new ProgressLine({ write: (text: string) => written.push(text) }, () => now);
  now = 500;
  line.show({ bytes: 3_000_000, resumedBytes: 2_000_000, totalBytes: 4_000_000, files: 0, totalFiles: 1 });
  expect(written).toEqual(['\r\u001b[K[##################......] 75%  3.0 MB of 4.0 MB  2.0 MB/s']);
});

test('nothing to copy is no progress and no nonsense', () => {
  const written: string[] = [];
  const line = new ProgressLine({ write: (text: string) => written.push(text) }, () => 0);
  line.show({ bytes: 0, resumedBytes: 0, totalBytes: 0, files: 0, totalFiles: 0 });
  expect(written).toEqual(['\r\u001b[K[........................]  0%  0 B of 0 B']);
});

import { expect, test, vi } from 'vitest';
import { NoteTeller } from './note-teller.js';

test('each note is told once, and of a great many only some', () => {
  const told: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => told.push(String(line)) > 0);
  const notes = Array.from({ length: 70 }, (_, n) => `note ${n}`);
  const teller = new NoteTeller();
  teller.tell(notes.slice(0, 2));
  teller.tell(notes.slice(1, 3));
  teller.tell(notes);
  teller.tell([...notes, 'another']);
  expect(told).toEqual([
    ...notes.slice(0, 64).map((note) => `holdfast: note: ${note}\n`),
    'holdfast: note: and 6 more, which holdfast sandbox explain shows\n',
  ]);
});

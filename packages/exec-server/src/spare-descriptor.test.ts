import { readFileSync } from 'node:fs';
import { lackOfDescriptors } from '@holdfast/sandbox/internal';
import { expect, test } from 'vitest';
import { keepSpareDescriptor, withSpareDescriptor } from './spare-descriptor.js';
import { withFree } from './testing/hoard.js';

const look = (): string => withSpareDescriptor(() => readFileSync('/dev/null', 'utf8'));

test('what is kept back serves again and again, as long as somebody keeps it', () => {
  const giveBack = keepSpareDescriptor();
  const giveBackToo = keepSpareDescriptor();
  withFree(0, () => {
    expect([look(), look()]).toEqual(['', '']);
    giveBack();
    giveBack();
    expect(look()).toBe('');
    giveBackToo();
    // Now it is one like any other.
    expect(readFileSync('/dev/null', 'utf8')).toBe('');
    withFree(0, () => {
      expect(look).toThrow('EMFILE');
    });
  });
  expect(look()).toBe('');
});

test('what fails for another reason is not tried again', () => {
  const giveBack = keepSpareDescriptor();
  let times = 0;
  const work = (): void => {
    times += 1;
    throw new Error('another reason');
  };
  expect(() => {
    withSpareDescriptor(work);
  }).toThrow('another reason');
  expect(times).toBe(1);
  giveBack();
});

test('a lack of descriptors is found without any being lost', () => {
  withFree(3, () => {
    for (let round = 0; round < 3; round += 1) {
      expect(lackOfDescriptors(3)).toBeUndefined();
      expect(lackOfDescriptors(4)).toMatchObject({ code: 'EMFILE' });
    }
  });
});

import { expect, test } from 'vitest';
import { MAX_CONFIG_PATHS } from '../limits.js';
import { environmentConfigRead } from './environment.js';

const read = (configPaths: number, requirementsPaths: number): boolean => {
  const pathsOf = (length: number): string[][] => Array.from({ length }, () => ['a']);
  const params = {
    cwd: 'file:///',
    configPaths: pathsOf(configPaths),
    requirementsPaths: pathsOf(requirementsPaths),
  };
  return environmentConfigRead.params.safeParse(params).success;
};

test('a configuration is read for 1,024 paths of each kind, and not for one more', () => {
  expect([
    read(MAX_CONFIG_PATHS, MAX_CONFIG_PATHS),
    read(MAX_CONFIG_PATHS + 1, 0),
    read(0, MAX_CONFIG_PATHS + 1),
  ]).toEqual([true, false, false]);
});

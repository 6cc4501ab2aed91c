import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { explain } from './simulate.js';
import { runScenario } from './world/run.js';
import type { Scenario } from './world/scenario.js';

const DIRECTORY = join(import.meta.dirname, 'regressions');

test.each(readdirSync(DIRECTORY).map((file) => [basename(file, '.json').replaceAll('-', ' '), file]))(
  'goes well what once showed: %s',
  async (_bug, file) => {
    const scenario = JSON.parse(readFileSync(join(DIRECTORY, file), 'utf8')) as Scenario;
    const { violations } = await runScenario(scenario);
    expect(violations.length === 0 ? undefined : await explain(scenario)).toBeUndefined();
  },
);

import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, run } from './run.js';

/** Vitest starts anew here, on a machine that may be busy. */
const TIMEOUT_MS = 120_000;

test('an error outside of any test is told with the file that ran', { timeout: TIMEOUT_MS }, async () => {
  const place = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-stray-')));
  const file = join(place, 'stray.json');
  const write = (name: string, body: string): void =>
    writeFileSync(join(place, name), `test('one', () => {${body}});\n`);
  try {
    writeFileSync(join(place, 'vitest.config.mjs'), 'export default {};\n');
    write('fails.test.ts', " throw new Error('in a test'); ");
    write('strays.test.ts', " void Promise.reject(new Error('in no test')); ");
    write('passes.test.ts', '');
    const reporter = join(import.meta.dirname, 'stray-errors.ts');
    const { exitCode } = await run(
      ['vitest', 'run', '--root', place, '--globals', `--reporter=${reporter}`],
      { cwd: ROOT, env: { STRAY_ERRORS_FILE: file } },
    );
    expect({ exitCode, told: JSON.parse(readFileSync(file, 'utf8')) as unknown }).toEqual({
      exitCode: 1,
      told: [join(place, 'strays.test.ts')],
    });
  } finally {
    rmSync(place, { recursive: true });
  }
});

import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { describeInWorlds } from './testing/describe-in-worlds.js';
import { outsideRun } from './testing/world.js';

const CHECK = '#!/bin/sh\nexit 0\n';

const ATTEMPT = `
  exec 2> /dev/null
  cd r
  for hook in scripts/check scripts/missing; do
    printf '#!/bin/sh\\ntouch %s/ran\\n' "$OUT" > $hook && chmod +x $hook && echo written
  done
  mv scripts s && mkdir scripts && echo moved
  : > scripts/new; git add . && git commit -q -m x && echo committed
`;

describeInWorlds(({ there, it }) => {
  it('what hooks that are links lead to stays as it is, and commits go on', async () => {
    const { bare, outside } = there();
    const repository = path.join(bare, 'r');
    const inBare = { cwd: bare, write: [bare] };
    const hooks =
      'ln -s ../../scripts/check .git/hooks/pre-commit; ln -s ../../scripts/missing .git/hooks/post-commit';
    try {
      await there().run(
        `git init -q r && cd r && mkdir scripts && printf '${CHECK.replaceAll('\n', '\\n')}' > scripts/check && chmod +x scripts/check && ${hooks}`,
        inBare,
      );
      const { stdout } = await there().run(ATTEMPT, inBare);
      outsideRun(['git', 'commit', '-q', '--allow-empty', '-m', 'y'], repository);
      expect([
        stdout,
        readFileSync(path.join(repository, 'scripts/check'), 'utf8'),
        existsSync(path.join(repository, 'scripts/missing')),
        existsSync(path.join(outside, 'ran')),
      ]).toEqual(['committed\n', CHECK, false, false]);
    } finally {
      rmSync(path.join(outside, 'ran'), { force: true });
      rmSync(repository, { recursive: true, force: true });
    }
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connect } from '@holdfast/exec-client';
import { expect, test } from 'vitest';
import { describeWithCodex } from './codex.js';
import { runCli } from './codex-cli.js';
import { execCommand } from './command-tools.js';
import { SERVERS } from './test-servers.js';
import { startWireTap } from './wire-tap.js';

const CACHE = 'plugins/cache/market/shed';

/** What an executor has installed: a plugin with a skill and a tool server, an older version, and a skill of its own. */
const INSTALLED: Readonly<Record<string, string>> = {
  [`${CACHE}/1.0.0/.codex-plugin/plugin.json`]: '{"name":"shed","mcpServers":"./servers.json"}',
  [`${CACHE}/1.0.0/servers.json`]: '{"mcpServers":{}}',
  [`${CACHE}/1.0.0/skills/rake/SKILL.md`]: '---\nname: rake\ndescription: Rakes fallen leaves.\n---\nRake.\n',
  [`${CACHE}/0.9.0/.codex-plugin/plugin.json`]: '{"name":"old"}',
  [`${CACHE}/0.9.0/skills/rake/SKILL.md`]: '---\nname: rake\ndescription: Rakes nothing any more.\n---\n',
  'skills/dye/SKILL.md': '---\nname: dye\ndescription: Makes everything: mauve.\n---\nStir.\n',
  'skills/dye/agents/openai.yaml': 'policy:\n  allow_implicit_invocation: true\n',
  'skills/broken/SKILL.md': 'no head\n',
};

/** A home of the CLI on an executor. */
class ExecutorHome implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'holdfast-executor-'));
  readonly env = { HOME: this.path, CODEX_HOME: this.path };

  constructor() {
    for (const [name, content] of Object.entries(INSTALLED)) {
      mkdirSync(dirname(join(this.path, name)), { recursive: true });
      writeFileSync(join(this.path, name), content);
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

describeWithCodex('plugins and skills of the executor', () => {
  test.each(SERVERS)('are shown to the model by the real CLI on $name', async ({ start }) => {
    using home = new ExecutorHome();
    await using server = await start(home.env);
    await using tap = await startWireTap(server.url);
    const outcome = await runCli({
      url: tap.url,
      features: ['plugins', 'executor_capability_discovery_v2'],
      config: () => '[plugins."shed@market"]\nenabled = true\n',
      async script(model) {
        expect(model.heard).toContain('Makes everything: mauve.');
        expect(model.heard).toContain('shed:rake');
        expect(model.heard).toContain('Rakes fallen leaves.');
        expect(model.heard).not.toContain('Rakes nothing any more.');
        await execCommand(model, { cmd: 'true' });
      },
    });
    // With plugins switched on it also looks for markets of them, in vain.
    expect(outcome.exitCode).toBe(0);
    const asked = tap.messages.find(({ message }) => message.method === 'capabilities/discoverV2');
    expect(asked?.message.params).toMatchObject({ sandbox: { permissions: { type: 'disabled' } } });
  });

  test('are found by our client on either server, and are the same', async () => {
    using home = new ExecutorHome();
    const answers = [];
    for (const { start } of SERVERS) {
      await using server = await start(home.env);
      await using client = await connect(server.url);
      const installed = await client.capabilities();
      const below = await client.capabilitiesBelow([home.path, join(home.path, CACHE), '/does/not/exist']);
      expect([installed.plugins.length, installed.skills.length]).toEqual([1, 1]);
      // What is said of what was left out is each server's own.
      answers.push({
        installed: { ...installed, warnings: installed.warnings.length },
        below: below.map(({ error, ...rest }) => ({ ...rest, failed: error !== null })),
      });
    }
    expect(answers[0]).toEqual(answers[1]);
  });
});

import { expect, test } from 'vitest';
import type { Message } from '../raw-client.js';
import { describeWithCodex } from './codex.js';
import { runCli } from './codex-cli.js';
import { execCommand } from './command-tools.js';
import { SERVERS } from './test-servers.js';
import { startWireTap, type TappedMessage } from './wire-tap.js';

const DEADLINE_MS = 180_000;

const CONFIG = `
[sandbox_workspace_write]
network_access = true

[features.network_proxy]
enabled = true

[features.network_proxy.domains]
"listed.example" = "allow"
"denied.example" = "deny"
`;

/** What was decided about the requests of a process, as the CLI was told. */
function decisionsIn(messages: readonly TappedMessage[]): unknown {
  return messages
    .map(({ message }) => message)
    .filter(({ method }) => method === 'network/policyDecision')
    .map(({ params = {} }: Message) => [
      params['decision'],
      params['source'],
      params['reason'],
      params['host'],
    ]);
}

describeWithCodex('the real CLI with a network of listed hosts', () => {
  test.each(SERVERS)(
    'has its lists enforced on $name, and goes on',
    async ({ start }) => {
      await using server = await start();
      await using tap = await startWireTap(server.url);
      const urls = ['http://denied.example/', 'http://other.example/', 'http://127.0.0.3/'];
      const cmd = `for url in ${urls.join(' ')}; do curl -s -o /dev/null -w '%{http_code} ' $url; done; curl -s --noproxy '*' -m 5 http://192.0.2.1/ || echo nowhere`;
      const { exitCode, commands, outside } = await runCli({
        url: tap.url,
        sandbox: 'workspace-write',
        config: () => CONFIG,
        script: async (model) => {
          const report = await execCommand(model, { cmd });
          expect(report.output.trim()).toBe('403 403 403 nowhere');
        },
      });
      expect({ exitCode, outside, codes: commands.map((command) => command.exitCode) }).toEqual({
        exitCode: 0,
        outside: [],
        codes: [0],
      });
      const started = tap.messages.find(({ message }) => message.method === 'process/start');
      expect(started?.message.params).toMatchObject({
        enforceManagedNetwork: true,
        networkProxy: { proxy: { domains: { 'listed.example': 'allow', 'denied.example': 'deny' } } },
      });
      expect(decisionsIn(tap.messages)).toEqual([
        ['deny', 'baseline_policy', 'denied', 'denied.example'],
        ['deny', 'baseline_policy', 'not_allowed', 'other.example'],
        ['deny', 'baseline_policy', 'not_allowed_local', '127.0.0.3'],
      ]);
    },
    DEADLINE_MS,
  );
});

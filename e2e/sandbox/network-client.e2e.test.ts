import { connect, type NetworkRequest, type NetworkVerdict } from '@holdfast/exec-client';
import { expect, test } from 'vitest';
import { eventually } from '../deadline.js';
import { startForwarder } from '../forwarder.js';
import { startServer } from '../harness.js';
import { sandboxOf, sandboxPlace, WORKSPACE_WRITE } from './sandbox-profiles.js';
import { describeConfined, WHOEVER_TESTS } from './sandbox-users.js';

const DEADLINE_MS = 120_000;

const REASON = `sed 's/.*"reason":"\\([^"]*\\)".*/\\1/'`;

describeConfined('our client and the network of a process', WHOEVER_TESTS, () => {
  test(
    'refuses without a handler, and does as its handler says',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      await using server = await startServer(place.server);
      await using client = await connect(server.url);
      const sandbox = { ...sandboxOf(WORKSPACE_WRITE, place) };
      const argv = ['/bin/sh', '-c', `curl -s -m 60 http://a.example/ | ${REASON}; exit 3`];
      const records: unknown[] = [];
      const onDecision = ({ source, reason }: { readonly source: string; readonly reason: string }): void => {
        records.push([source, reason]);
      };
      const options = { sandbox, cwd: place.workspace, reject: false };
      const alone = await client.exec(argv, { ...options, network: { onDecision } });
      const authorize = ({ host }: NetworkRequest): NetworkVerdict => ({
        type: 'deny',
        reason: `no ${host}`,
      });
      const asked = await client.exec(argv, { ...options, network: { onDecision, authorize } });
      expect([alone.stdout, asked.stdout]).toEqual(['not_allowed', 'no a.example']);
      await eventually('the records', () => records.length === 2 || undefined);
      expect(records).toEqual([
        ['baseline_policy', 'not_allowed'],
        ['decider', 'no a.example'],
      ]);
    },
    DEADLINE_MS,
  );

  test(
    'decides once although the link is cut while it thinks',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      await using server = await startServer({ ...place.server, sessionTtl: '60s' });
      await using forwarder = await startForwarder(server.url);
      await using client = await connect(forwarder.url);
      const seen: string[] = [];
      let decide: (verdict: NetworkVerdict) => void = () => undefined;
      const authorize = ({ host, port }: NetworkRequest): Promise<NetworkVerdict> => {
        seen.push(`${host}:${port}`);
        return new Promise((resolve) => (decide = resolve));
      };
      const running = client.exec(['/bin/sh', '-c', `curl -s -m 90 http://a.example/ | ${REASON}; exit 3`], {
        sandbox: { ...sandboxOf(WORKSPACE_WRITE, place) },
        cwd: place.workspace,
        reject: false,
        network: { authorize },
      });
      await eventually('the question', () => seen.length > 0 || undefined);
      for (let cuts = 1; cuts <= 3; cuts += 1) {
        forwarder.cut();
        await eventually(
          'the next link',
          () => (forwarder.connections > cuts && client.state === 'ready') || undefined,
        );
      }
      decide({ type: 'deny', reason: 'thought about it' });
      expect(await running).toMatchObject({ stdout: 'thought about it', exitCode: 3 });
      expect(seen).toEqual(['a.example:80']);
    },
    DEADLINE_MS,
  );
});

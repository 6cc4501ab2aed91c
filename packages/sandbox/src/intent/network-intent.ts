import { ExecError, MAX_POLICY_DECISION_TIMEOUT_MS, tellIssues } from '@holdfast/exec-protocol';
import * as z from 'zod';
import { MAX_HOST_RULES, MAX_LOOPBACK_PORTS } from '../limits.js';
import { type HostRules, parseHostRules } from '../network/host-rules.js';
import { refuse } from '../refuse.js';
import { describeIssue } from './describe-issue.js';
import { loopbackProxyPorts } from './loopback-proxy-ports.js';

/** What a peer asks of the network of one process, as far as it is more than `restricted` or `enabled`. */
export interface NetworkIntent {
  readonly rules: HostRules;
  /** The proxy that leads to the hosts of the rules; null where the rules name nothing but ports of this machine. */
  readonly proxy: { readonly servesSocks: boolean } | null;
  /** How long the peer may take to decide about a host that no rule names; undefined where it does not want to. */
  readonly decisionTimeoutMs: number | undefined;
}

/** The three members of a start that speak of a managed network, as they came over the wire. */
export interface NetworkMembers {
  readonly enforceManagedNetwork?: boolean | undefined;
  readonly managedNetwork?: unknown;
  readonly networkProxy?: unknown;
}

/** `none` says nothing of a host. */
const verdictSchema = z.enum(['allow', 'deny', 'none']);

/** Looked at before what a table holds: there may be 260,000 wrong values, and each is told. */
const shortTable = (remedy: string) =>
  z.custom<Readonly<Record<string, unknown>>>(
    (value) => typeof value !== 'object' || value === null || Object.keys(value).length <= MAX_HOST_RULES,
    `lists more than ${String(MAX_HOST_RULES)} entries; ${remedy}`,
  );

// What is not known here could restrict, so nothing unknown passes. Further grants, such as UDP, an upstream proxy or
// sockets, are understood and not made use of.
const proxySchema = z.strictObject({
  enabled: z.literal(true, 'must be true; leave networkProxy out to have none'),
  enableSocks5: z.boolean(),
  enableSocks5Udp: z.boolean(),
  allowUpstreamProxy: z.boolean(),
  dangerouslyAllowAllUnixSockets: z.boolean(),
  mode: z.literal(
    'full',
    'must be "full": methods of requests are not told apart here, so nothing less can be held',
  ),
  domains: shortTable('use wildcards such as *.example.com')
    .pipe(z.record(z.string(), verdictSchema))
    .nullish(),
  unixSockets: shortTable('leave out those with none')
    .pipe(
      z.record(
        z.string(),
        z.enum(['allow', 'none'], 'must be allow or none; deny the path in sandbox.permissions'),
      ),
    )
    .nullish(),
  allowLocalBinding: z.boolean(),
});

const networkProxySchema = z.object({
  proxy: proxySchema,
  policyDecisionTimeoutMs: z
    .int()
    .min(1)
    .max(MAX_POLICY_DECISION_TIMEOUT_MS)
    .nullish()
    .describe('Without it nobody is asked.'),
});

const managedNetworkSchema = z.object({
  loopbackPorts: z.array(z.int().min(1).max(65_535)).max(MAX_LOOPBACK_PORTS).nullish(),
  allowLocalBinding: z.boolean().nullish(),
});

/**
 * Reads what a start says of a managed network. Undefined where it asks for none.
 * @param env Of the process: variables that name a proxy on this machine open its port.
 * @throws ExecError `sandboxUnsupported`, naming the member and the remedy.
 */
export function parseNetworkIntent(
  { enforceManagedNetwork, managedNetwork, networkProxy }: NetworkMembers,
  env: Readonly<Record<string, string>>,
): NetworkIntent | undefined {
  if (networkProxy == null && enforceManagedNetwork !== true) return undefined;
  const { loopbackPorts } = parse('managedNetwork', managedNetworkSchema, managedNetwork ?? {});
  const opened = (loopbackPorts ?? []).map((port) => `localhost:${port}`);
  if (networkProxy == null) {
    const ports = loopbackProxyPorts(env).map((port) => `localhost:${port}`);
    const allow = [...new Set([...opened, ...ports])];
    if (allow.length === 0) refuse('enforceManagedNetwork', NOTHING_TO_ENFORCE);
    return {
      rules: parseHostRules({ allow, deny: [] }, 'managedNetwork.loopbackPorts'),
      proxy: null,
      decisionTimeoutMs: undefined,
    };
  }
  const { proxy, policyDecisionTimeoutMs } = parse('networkProxy', networkProxySchema, networkProxy);
  const hosts = Object.entries(proxy.domains ?? {});
  const written = (word: string): string[] =>
    hosts.filter(([, verdict]) => verdict === word).map(([host]) => host);
  const lists = { allow: [...written('allow'), ...opened], deny: written('deny') };
  return {
    rules: parseHostRules(lists, 'networkProxy.proxy.domains'),
    proxy: { servesSocks: proxy.enableSocks5 },
    decisionTimeoutMs: policyDecisionTimeoutMs ?? undefined,
  };
}

const NOTHING_TO_ENFORCE =
  'nothing says what may be reached; send networkProxy, list ports of the executor in managedNetwork.loopbackPorts, or set HTTP_PROXY in env to a proxy on its loopback';

function parse<T>(member: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ExecError(
    'sandboxUnsupported',
    tellIssues(parsed.error, (issue) => describeIssue(issue, member)),
  );
}

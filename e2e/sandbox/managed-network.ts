/** What `networkProxy` holds for hosts by what is to become of them. */
export function networkProxy(
  domains: Readonly<Record<string, string>> | null,
  changes: Readonly<Record<string, unknown>> = {},
  launch: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const proxy = {
    enabled: true,
    enableSocks5: true,
    enableSocks5Udp: true,
    allowUpstreamProxy: true,
    dangerouslyAllowAllUnixSockets: false,
    mode: 'full',
    domains,
    unixSockets: null,
    allowLocalBinding: false,
    ...changes,
  };
  return { proxy, auditMetadata: {}, environmentId: 'remote', executionId: 'one', ...launch };
}

/** Members of a start for a process that may reach these hosts and no others. */
export function managedNetwork(
  domains: Readonly<Record<string, string>> | null,
  launch: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    enforceManagedNetwork: true,
    managedNetwork: null,
    networkProxy: networkProxy(domains, {}, launch),
  };
}

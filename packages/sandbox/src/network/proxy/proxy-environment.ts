/** Variables through which programs are told of a proxy; each of them in the spelling that some program reads. */
const ADDRESS_NAMES = [
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'FTP_PROXY', 'WS_PROXY', 'WSS_PROXY', 'GRPC_PROXY'],
  ...['http_proxy', 'https_proxy', 'all_proxy', 'ftp_proxy', 'ws_proxy', 'wss_proxy', 'grpc_proxy'],
  ...['npm_config_proxy', 'npm_config_https_proxy', 'YARN_HTTP_PROXY', 'YARN_HTTPS_PROXY'],
  ...['PIP_PROXY', 'BUNDLE_HTTP_PROXY', 'BUNDLE_HTTPS_PROXY', 'CARGO_HTTP_PROXY'],
  ...['DOCKER_HTTP_PROXY', 'DOCKER_HTTPS_PROXY'],
];

const EXCEPTION_NAMES = ['NO_PROXY', 'no_proxy', 'npm_config_noproxy'];

/** Inside, these are the sandbox itself; ports of the machine outside that it may reach are there under their numbers. */
const EXCEPTIONS = 'localhost,127.0.0.1,::1';

/**
 * The environment of a process behind a proxy: variables of the caller that speak of proxies are replaced.
 * @param port Of the proxy, on the loopback that the process sees.
 */
export function proxyEnvironment(
  env: Readonly<Record<string, string>>,
  port: number,
): Readonly<Record<string, string>> {
  const address = `http://127.0.0.1:${port}`;
  return {
    ...env,
    ...Object.fromEntries(ADDRESS_NAMES.map((name) => [name, address])),
    ...Object.fromEntries(EXCEPTION_NAMES.map((name) => [name, EXCEPTIONS])),
    NODE_USE_ENV_PROXY: '1',
    ELECTRON_GET_USE_PROXY: '1',
    RSYNC_PROXY: `127.0.0.1:${port}`,
    CLOUDSDK_PROXY_TYPE: 'http',
    CLOUDSDK_PROXY_ADDRESS: '127.0.0.1',
    CLOUDSDK_PROXY_PORT: String(port),
  };
}

import { isPort } from '../network/canonical-host.js';

const PROXY_VARIABLE = /^(https?|all|ftp|wss?|grpc)_proxy$/i;

const ON_LOOPBACK = /^(?:[a-z][a-z\d+.-]*:\/\/)?(?:[^@/]*@)?(?:127\.0\.0\.1|localhost):(\d{1,5})\/?$/i;

/** Ports of this machine on which an environment says that there is a proxy. */
export function loopbackProxyPorts(env: Readonly<Record<string, string>>): readonly number[] {
  return Object.entries(env)
    .filter(([name]) => PROXY_VARIABLE.test(name))
    .map(([, value]) => Number(ON_LOOPBACK.exec(value)?.[1]))
    .filter(isPort);
}

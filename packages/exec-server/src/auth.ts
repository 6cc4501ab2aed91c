import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** What a connection must show before it may speak. */
export interface AccessPolicy {
  /** The capability token; null lets everybody in. */
  readonly token: string | null;
  /** Names that `Host` may have besides IP literals and localhost; null on carriers where it means nothing. */
  readonly allowedHosts: readonly string[] | null;
}

/** Why a connection is refused: an HTTP status and a text that helps whoever reads it. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly message: string;
}

const TOKEN_BYTES = 32;

/** A fresh capability token, unguessable and URL-safe. */
export function createToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** Browsers send `Origin`, and may be led to any name by DNS: neither gets in, whatever token it has. */
export function refuseBrowser(request: IncomingMessage, policy: AccessPolicy): Refusal | undefined {
  if (request.headers.origin !== undefined) {
    return {
      status: 403,
      message: 'requests with an Origin header are refused: this server is not for web pages\n',
    };
  }
  if (policy.allowedHosts === null || isHostAllowed(request.headers.host ?? '', policy.allowedHosts))
    return undefined;
  return {
    status: 403,
    message:
      'the Host header names another machine; use an IP address or localhost, or start with --allow-host NAME\n',
  };
}

/** Checks the token, in the `Authorization` header or the `token` query parameter. */
export function refuseStranger(
  request: IncomingMessage,
  url: URL,
  policy: AccessPolicy,
): Refusal | undefined {
  if (policy.token === null) return undefined;
  const header = request.headers.authorization;
  const bearer = header === undefined ? null : /^bearer\s+(.*)$/i.exec(header.trim());
  if (header !== undefined && bearer === null) {
    return { status: 401, message: 'the Authorization header must have the form: Bearer TOKEN\n' };
  }
  const given = bearer?.[1]?.trim() ?? url.searchParams.get('token');
  if (given === null) {
    return {
      status: 401,
      message: 'a token is required: Authorization: Bearer TOKEN, or ?token=TOKEN in the URL\n',
    };
  }
  return isSame(given, policy.token)
    ? undefined
    : { status: 401, message: 'the token is not the one of this server\n' };
}

function isHostAllowed(host: string, allowed: readonly string[]): boolean {
  const name = host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  return isIP(name) !== 0 || name === 'localhost' || allowed.some((one) => one.toLowerCase() === name);
}

// Equal lengths first, and a comparison whose time says nothing about where the difference is.
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(sha256(given), sha256(expected));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

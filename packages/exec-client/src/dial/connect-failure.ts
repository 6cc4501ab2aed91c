import { ExecError } from '@holdfast/exec-protocol';

/** What can be done about a connection that the operating system did not make. */
const REMEDIES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; start a server with holdfast serve, or check the address',
  ENOTFOUND: 'the host name is unknown; check the address',
  EAI_AGAIN: 'the host name could not be looked up; check the network',
  ENOENT: 'it does not exist; start a server there, or check the path',
  EACCES: 'access is denied; run as the user who started the server',
  ECONNRESET: 'the other side hung up; check that an exec server listens there',
  ETIMEDOUT: 'nobody answered; check the address and the network',
  EHOSTUNREACH: 'the host cannot be reached; check the network',
};

/** Why no connection came to be, with what to do. */
export function connectError(label: string, error: Error): ExecError {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const remedy = code === undefined ? undefined : REMEDIES[code];
  // The platform's own message names addresses, which are known, or nothing at all.
  const reason = remedy === undefined ? error.message : `${remedy} (${code ?? ''})`;
  return new ExecError('connectFailed', `cannot connect to ${label}: ${reason}`, { cause: error });
}

/** The server answered the request for a WebSocket with something else. */
export function refusedError(label: string, status: number, text: string): ExecError {
  const said = text === '' ? '' : `: ${text}`;
  return new ExecError(
    'connectFailed',
    `${label} refused the connection with ${status}${said}${remedyFor(status)}`,
  );
}

function remedyFor(status: number): string {
  switch (status) {
    case 401:
      return '; give the token of the server, as ?token=… or with the option token';
    case 403:
      return '; the server does not let this origin or host in, see its flags';
    case 404:
    case 200:
      return '; check that the address is that of an exec server';
    default:
      return '';
  }
}

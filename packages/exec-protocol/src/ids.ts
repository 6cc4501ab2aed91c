declare const brand: unique symbol;

/** A string that cannot be swapped for another kind of id by accident. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Names a session. It is also the credential that resumes it, so it is never logged. */
export type SessionId = Brand<string, 'SessionId'>;

/** Chosen by the client; scoped to its session; never an operating-system pid. May be empty. */
export type ProcessId = Brand<string, 'ProcessId'>;

/** Chosen by the client; a repeated write with the same id reaches the child once. Never empty. */
export type WriteId = Brand<string, 'WriteId'>;

/** Names one socket in logs. */
export type ConnectionId = Brand<string, 'ConnectionId'>;

/** Any text is a session id to ask for; whether it exists is the server's answer. */
export function asSessionId(text: string): SessionId {
  return text as SessionId;
}

/** Any text, the empty one included, is a process id. */
export function asProcessId(text: string): ProcessId {
  return text as ProcessId;
}

/** @throws RangeError when the text is empty. */
export function asWriteId(text: string): WriteId {
  if (text === '') throw new RangeError('a write id must not be empty');
  return text as WriteId;
}

/** Any text is a connection id. */
export function asConnectionId(text: string): ConnectionId {
  return text as ConnectionId;
}

import { ExecError } from '@holdfast/exec-protocol';

/** A server that is started and spoken to through its stdin and stdout. Its stderr goes to ours. */
export interface CommandTarget {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Default: our own. */
  readonly cwd?: string;
  /** Laid over our own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What to connect to. The label names it without secrets. */
export type DialTarget =
  | { readonly kind: 'websocket'; readonly label: string; readonly url: string }
  | { readonly kind: 'unix'; readonly label: string; readonly path: string }
  | ({ readonly kind: 'stdio'; readonly label: string } & CommandTarget);

/** @throws ExecError `connectFailed` when the target cannot be understood. */
export function parseTarget(target: string | CommandTarget): DialTarget {
  if (typeof target !== 'string') return stdioTarget(target);
  if (target.startsWith('stdio:')) {
    return stdioTarget({ command: target.slice('stdio:'.length).split(/\s+/).filter(Boolean) });
  }
  if (target.startsWith('unix:')) return unixTarget(target);
  return websocketTarget(target);
}

function stdioTarget(target: CommandTarget): DialTarget {
  const [program] = target.command;
  if (program === undefined || program === '') {
    throw new ExecError('connectFailed', 'there is no program to start; write stdio:PROGRAM WORDS…');
  }
  return { kind: 'stdio', label: `stdio:${program}`, ...target };
}

function unixTarget(target: string): DialTarget {
  const path = target.slice('unix:'.length).replace(/^\/\/(?=\/)/, '');
  if (path === '')
    throw new ExecError('connectFailed', 'there is no socket path; write unix:/path/of/socket');
  return { kind: 'unix', label: `unix:${path}`, path };
}

function websocketTarget(target: string): DialTarget {
  const url = URL.canParse(target) ? new URL(target) : undefined;
  if (url?.protocol !== 'ws:' && url?.protocol !== 'wss:') {
    // The text may hold a token, so no more of it is shown than its beginning.
    const shown = JSON.stringify(target.split('?')[0]);
    throw new ExecError(
      'connectFailed',
      `${shown} is no address of a server; use ws://, wss://, unix:PATH or stdio:PROGRAM, as holdfast serve prints it`,
    );
  }
  url.hash = '';
  return { kind: 'websocket', label: `${url.protocol}//${url.host}${url.pathname}`, url: url.href };
}

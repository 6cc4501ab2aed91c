import { ExecError } from '@holdfast/exec-protocol';
import { isRecord, isTextRecord, kindOf } from '../value-kind.js';

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

const TARGET_REMEDY =
  'give what holdfast serve prints, another ws://, wss://, unix:PATH or stdio:PROGRAM, or { command: [PROGRAM, …] }';

/** @throws ExecError `connectFailed` when the target cannot be understood, whatever code without types has made of it. */
export function parseTarget(target: string | CommandTarget): DialTarget {
  if (typeof target !== 'string') return stdioTarget(checkedCommand(target));
  if (target.startsWith('stdio:')) {
    return stdioTarget({ command: target.slice('stdio:'.length).split(/\s+/).filter(Boolean) });
  }
  if (target.startsWith('unix:')) return unixTarget(target);
  return websocketTarget(target);
}

function checkedCommand(target: unknown): CommandTarget {
  if (!isRecord(target) || !('command' in target)) {
    const found = isRecord(target) ? 'an object without command' : kindOf(target);
    throw new ExecError('connectFailed', `the target of connect is ${found}; ${TARGET_REMEDY}`);
  }
  const { command, cwd, env } = target;
  if (!Array.isArray(command) || !command.every((word) => typeof word === 'string')) {
    throw new ExecError(
      'connectFailed',
      'command is no array of strings; give the program and its arguments',
    );
  }
  if (cwd !== undefined && typeof cwd !== 'string') {
    throw new ExecError('connectFailed', `cwd is ${kindOf(cwd)}; give a path, or leave it out`);
  }
  if (env !== undefined && !isTextRecord(env)) {
    throw new ExecError('connectFailed', 'env is no object of names and strings; give one, or leave it out');
  }
  return { command, ...(cwd === undefined ? {} : { cwd }), ...(env === undefined ? {} : { env }) };
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

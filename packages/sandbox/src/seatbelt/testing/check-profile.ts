/** A form of the profile language: an atom, a string in its quotes, or a list. */
export type Form = string | readonly Form[];

const OPERATIONS = new Set([
  ...[
    'default',
    'process-exec',
    'process-fork',
    'process-info*',
    'signal',
    'mach-priv-task-port',
    'pseudo-tty',
  ],
  ...[
    'file-read*',
    'file-read-metadata',
    'file-write*',
    'file-write-data',
    'file-write-unlink',
    'file-ioctl',
  ],
  ...['sysctl-read', 'sysctl-write', 'mach-lookup', 'user-preference-read', 'iokit-open'],
  ...['ipc-posix-sem', 'ipc-posix-shm-read*', 'system-socket'],
  ...['network-outbound', 'network-bind', 'network-inbound'],
]);

const STRING = /^"(?:[^"\\]|\\.)*"$/s;
const PATTERN = /^#"[^"]*"$/;
const ADDRESS = /^"(?:\*|localhost):(?:\*|\d+)"$/;

type Check = (args: readonly Form[]) => boolean;

/** What each filter takes. */
const FILTERS: Readonly<Record<string, Check>> = {
  literal: onePath,
  subpath: onePath,
  regex: oneAtom(PATTERN),
  target: oneAtom(/^same-sandbox$/),
  extension: oneAtom(STRING),
  'sysctl-name': oneAtom(STRING),
  'sysctl-name-prefix': oneAtom(STRING),
  'global-name': oneAtom(STRING),
  'ipc-posix-name': oneAtom(STRING),
  'iokit-registry-entry-class': oneAtom(STRING),
  'socket-domain': oneAtom(/^AF_INET6?$/),
  remote: ([kind, ...where]) => kind === 'ip' && oneAtom(ADDRESS)(where),
  local: ([kind, ...where]) => kind === 'ip' && oneAtom(ADDRESS)(where),
  'require-all': (args) => args.length > 1 && args.every(isFilter),
};

/** What is wrong with a profile; nothing where it is made of known operations and filters. */
export function faultsOf(profile: string): readonly string[] {
  const forms = readForms(profile);
  if (typeof forms === 'string') return [forms];
  const [version, base, ...rules] = forms;
  return [
    ...(JSON.stringify(version) === '["version","1"]' ? [] : ['it does not begin with its version']),
    ...(JSON.stringify(base) === '["deny","default"]' ? [] : ['it does not deny by default']),
    ...rules.filter((rule) => !isRule(rule)).map((rule) => `no rule: ${JSON.stringify(rule)}`),
  ];
}

function isRule(form: Form): boolean {
  if (typeof form === 'string') return false;
  const [verdict, ...rest] = form;
  const operations = rest.filter((part) => typeof part === 'string');
  const filters = rest.slice(operations.length);
  if ((verdict !== 'allow' && verdict !== 'deny') || operations.length === 0) return false;
  return operations.every((operation) => OPERATIONS.has(operation)) && filters.every(isFilter);
}

function isFilter(form: Form): boolean {
  if (typeof form === 'string') return false;
  const [name, ...args] = form;
  return typeof name === 'string' && FILTERS[name]?.(args) === true;
}

function oneAtom(shape: RegExp): Check {
  return ([value, ...more]) => more.length === 0 && typeof value === 'string' && shape.test(value);
}

function onePath(args: readonly Form[]): boolean {
  const [value, ...more] = args;
  if (value === undefined || typeof value === 'string') return oneAtom(STRING)(args);
  return more.length === 0 && value[0] === 'param' && oneAtom(STRING)(value.slice(1));
}

const TOKEN = /\s+|;[^\n]*|#"[^"]*"|"(?:[^"\\]|\\.)*"|[()]|[^\s()";]+/gsy;

/** The forms of a text, or why it has none. */
export function readForms(text: string): readonly Form[] | string {
  const top: Form[] = [];
  const stack: Form[][] = [top];
  let end = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    end = index + token.length;
    if (/^[\s;]/.test(token)) continue;
    if (token === ')') stack.pop();
    const open = stack.at(-1);
    if (open === undefined) return 'more is closed than was opened';
    if (token === '(') {
      const list: Form[] = [];
      open.push(list);
      stack.push(list);
    } else if (token !== ')') open.push(token);
  }
  if (end !== text.length) return `something that cannot be read at ${end}`;
  return stack.length === 1 ? top : 'something is not closed';
}

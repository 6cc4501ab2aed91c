import { MAX_PATH_BYTES } from '../files/paths.js';
import { MAX_CONFIG_LOOKS } from '../limits.js';
import type { ConfigSetting } from './git-config.js';

/** What a config names that git would read or run: paths as they are written there, each once. */
export interface NamedInConfig {
  /** More configs. */
  readonly includes: readonly string[];
  /** Directories of which git runs what is in them. */
  readonly hooks: readonly string[];
  /** Where the files of the repository are checked out. */
  readonly worktree: string | undefined;
  /** What may be files of a command, or say what is run. */
  readonly programs: readonly string[];
  /** What may be programs, by keys of which nobody knows that. */
  readonly others: readonly string[];
}

/** Sorts settings by what git does with them; of each kind no more are taken than anybody may look at. */
export function namedIn(settings: readonly ConfigSetting[]): NamedInConfig {
  const found = {
    includes: new Set<string>(),
    hooks: new Set<string>(),
    programs: new Set<string>(),
    others: new Set<string>(),
  };
  const add = (kind: keyof typeof found, paths: readonly string[]): void => {
    for (const path of paths) if (found[kind].size <= MAX_CONFIG_LOOKS) found[kind].add(path);
  };
  let worktree: string | undefined;
  for (const { name, value } of settings) {
    const kind = KINDS.get(name) ?? kindOfProgram(name, value);
    // Of several the last one counts.
    if (kind === 'worktree') worktree = value;
    else if (kind === 'commands' && found.programs.size <= MAX_CONFIG_LOOKS) add('programs', filesIn(value));
    else if (kind === 'others' && found.others.size <= MAX_CONFIG_LOOKS) add('others', filesIn(value));
    else if (kind === 'includes' || kind === 'hooks' || kind === 'programs') add(kind, [value]);
  }
  const { includes, hooks, programs, others } = found;
  return {
    includes: [...includes],
    hooks: [...hooks],
    worktree,
    programs: [...programs],
    others: [...others].filter((path) => !programs.has(path)),
  };
}

const KINDS: ReadonlyMap<string, 'includes' | 'hooks' | 'worktree' | 'programs'> = new Map([
  ['include.path', 'includes'],
  ['includeif.path', 'includes'],
  ['core.hookspath', 'hooks'],
  ['init.templatedir', 'hooks'],
  ['core.worktree', 'worktree'],
  // Attributes choose among the filters and drivers of the config.
  ['core.attributesfile', 'programs'],
]);

/** Values that git never runs: names of branches, and files that people write while they work. */
const DATA: ReadonlySet<string> = new Set([
  ...['branch.merge', 'remote.fetch', 'remote.push', 'core.excludesfile', 'commit.template'],
  ...[
    'blame.ignorerevsfile',
    'mailmap.file',
    'gpg.allowedsignersfile',
    'gpg.revocationfile',
    'safe.directory',
  ],
]);

/** Keys of where repositories are, in whatever section. */
const ADDRESS_KEYS: ReadonlySet<string> = new Set(['url', 'pushurl']);

/** Sections all of whose values are commands. */
const COMMAND_SECTIONS: ReadonlySet<string> = new Set(['alias', 'pager']);

/** Keys that name commands, in whatever section. */
const COMMAND_KEYS: ReadonlySet<string> = new Set([
  ...['alternaterefscommand', 'askpass', 'askyesno', 'browser', 'cccmd', 'clean', 'cmd', 'command'],
  ...['defaultkeycommand', 'difffilter', 'driver', 'editor', 'external', 'fsmonitor', 'gitproxy', 'guitool'],
  ...['headercmd', 'helper', 'packobjectshook', 'pager', 'process', 'program', 'receivepack'],
  ...[
    'recentobjectshook',
    'sendmailcmd',
    'smtpserver',
    'smudge',
    'sshcommand',
    'textconv',
    'tocmd',
    'tunnel',
  ],
  ...['uploadpack', 'vcs'],
]);

/** Sections in which `path` is that of a program. */
const TOOLS: ReadonlySet<string> = new Set(['browser', 'difftool', 'guitool', 'man', 'mergetool']);

/** Undefined for what git does not run. */
function kindOfProgram(name: string, value: string): 'commands' | 'others' | undefined {
  if (!value.includes('/')) return undefined;
  if (COMMAND_VALUE.test(value)) return 'commands';
  const [section = '', key = ''] = name.split('.');
  if (DATA.has(name) || ADDRESS_KEYS.has(key)) return undefined;
  const isCommand = COMMAND_SECTIONS.has(section) || COMMAND_KEYS.has(key);
  return isCommand || (key === 'path' && TOOLS.has(section)) ? 'commands' : 'others';
}

/** An alias or an update of a submodule that is a command of the shell, and a remote that is one. */
const COMMAND_VALUE = /^(?:!|ext::)/;

/** The whole value, the words of the shell in it, and its words without regard to quotes, for those may hold a command again. */
function filesIn(value: string): readonly string[] {
  if (!NO_PLAIN_PATH.test(value)) return mayBePath(value) ? [value] : [];
  const command = value.replace(COMMAND_VALUE, '');
  const quoted = QUOTES.test(command) ? shellWordsIn(command) : [];
  const words = [command, ...quoted, ...command.split(/[\s"'`;&|()<>]+/)].filter(mayBePath);
  const assigned = words
    .filter((word) => word.includes('='))
    .map((word) => word.slice(word.lastIndexOf('=') + 1));
  const glued = words.filter((word) => GLUED.test(word)).map((word) => word.slice(2));
  return [...words, ...[...assigned, ...glued].filter(mayBePath)];
}

const NO_PLAIN_PATH = /[\s"'`;&|()<>=\\!:]/;
const QUOTES = /["'\\]/;

/** An option of one letter with its value, as in `ssh -Fconf/file`. */
const GLUED = /^-[A-Za-z0-9]/;

function mayBePath(word: string): boolean {
  return word.length < MAX_PATH_BYTES && word.includes('/') && !word.includes('://');
}

/** The words of a command, with what is quoted or comes behind a backslash as part of them. */
function shellWordsIn(command: string): readonly string[] {
  const words: string[] = [];
  let word = '';
  for (const [part] of command.matchAll(SHELL_PARTS)) {
    if (!SEPARATOR.test(part)) {
      word += QUOTED.test(part) ? part.slice(1, -1) : part.replaceAll('\\', '');
      continue;
    }
    words.push(word);
    word = '';
  }
  return [...words, word];
}

const SHELL_PARTS = /"[^"]*"|'[^']*'|\\[^]|[^\s"'\\`;&|()<>]+|[^]/g;
const SEPARATOR = /^[\s`;&|()<>]/;
const QUOTED = /^(?:"[^]*"|'[^]*')$/;

import { MAX_CONFIG_LOOKS } from '../limits.js';
import { COMMAND_VALUE, wordsOf } from './command-words.js';
import type { ConfigSetting } from './git-config.js';
import { type PlainAlias, plainAliasOf } from './plain-alias.js';

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
  /** Those of them that an interpreter may find under other names. */
  readonly operands: readonly string[];
  /** Names without a slash that may be files of a command at the top of a work tree. */
  readonly scripts: readonly string[];
  /** What may be programs, by keys of which nobody knows that. */
  readonly others: readonly string[];
}

/** Sorts settings by what git does with them; of each kind no more are taken than anybody may look at. */
export function namedIn(settings: readonly ConfigSetting[]): NamedInConfig {
  const found = {
    includes: new Set<string>(),
    hooks: new Set<string>(),
    programs: new Set<string>(),
    operands: new Set<string>(),
    scripts: new Set<string>(),
    others: new Set<string>(),
  };
  const add = (kind: keyof typeof found, paths: readonly string[]): void => {
    for (const path of paths) if (found[kind].size <= MAX_CONFIG_LOOKS) found[kind].add(path);
  };
  let worktree: string | undefined;
  for (const { value, kind } of kindsOf(settings)) {
    // Of several the last one counts.
    if (kind === 'worktree') worktree = value;
    else if (kind === 'commands' && found.programs.size <= MAX_CONFIG_LOOKS) {
      const { paths, operands, scripts } = wordsOf(value);
      add('programs', paths);
      add('operands', operands);
      add('scripts', scripts);
    } else if (kind === 'words' && found.programs.size <= MAX_CONFIG_LOOKS)
      add('programs', wordsOf(value).paths);
    else if (kind === 'others' && found.others.size <= MAX_CONFIG_LOOKS) add('others', wordsOf(value).paths);
    else if (kind === 'includes' || kind === 'hooks' || kind === 'programs') add(kind, [value]);
  }
  const { includes, hooks, programs, operands, scripts, others } = found;
  return {
    includes: [...includes],
    hooks: [...hooks],
    worktree,
    programs: [...programs],
    operands: [...operands],
    scripts: [...scripts],
    others: [...others].filter((path) => !programs.has(path)),
  };
}

/** What is to become of a value. */
type Kind = 'includes' | 'hooks' | 'worktree' | 'programs' | 'commands' | 'words' | 'others';

interface KnownSetting extends ConfigSetting {
  readonly kind: Kind | undefined;
}

function* kindsOf(settings: readonly ConfigSetting[]): Generator<KnownSetting> {
  for (const setting of settings) {
    const alias = plainAliasOf(setting);
    if (alias === undefined) {
      yield { ...setting, kind: kindOf(setting) };
      continue;
    }
    yield { ...setting, kind: KINDS_OF_WORDS[alias.words] };
    // Where files are checked out is not asked of one command.
    for (const given of alias.settings)
      if (given.name !== 'core.worktree') yield { ...given, kind: kindOf(given) };
  }
}

function kindOf({ name, value }: ConfigSetting): Kind | undefined {
  return KINDS.get(name) ?? kindOfProgram(name, value);
}

const KINDS_OF_WORDS: Readonly<Record<PlainAlias['words'], Kind | undefined>> = {
  command: 'commands',
  data: undefined,
  unknown: 'words',
};

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
  if (COMMAND_VALUE.test(value)) return 'commands';
  const [section = '', key = ''] = name.split('.');
  if (DATA.has(name) || ADDRESS_KEYS.has(key)) return undefined;
  const isCommand = COMMAND_SECTIONS.has(section) || COMMAND_KEYS.has(key);
  return isCommand || (key === 'path' && TOOLS.has(section)) ? 'commands' : kindOfOther(value);
}

function kindOfOther(value: string): 'others' | undefined {
  return value.includes('/') ? 'others' : undefined;
}

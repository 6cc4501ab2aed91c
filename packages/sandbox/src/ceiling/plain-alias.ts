import { COMMAND_VALUE, wordsIn } from './command-words.js';
import type { ConfigSetting } from './git-config.js';

/** An alias whose words git takes for its own. */
export interface PlainAlias {
  /** What it sets for its command by `-c`, as lines of a config would. */
  readonly settings: readonly ConfigSetting[];
  /** Whether its words are a command for a shell, data alone, or nobody knows: git runs programs and other aliases by their names. */
  readonly words: 'command' | 'data' | 'unknown';
}

/** Undefined for what is no alias, and for one that a shell runs. */
export function plainAliasOf({ name, value }: ConfigSetting): PlainAlias | undefined {
  if (!name.startsWith('alias.') || COMMAND_VALUE.test(value)) return undefined;
  const words = wordsIn(value, BLANK).filter((word) => word !== '');
  const settings: ConfigSetting[] = [];
  let at = 0;
  for (; words[at]?.startsWith('-') === true; at += 1) {
    if (words[at] !== '-c') continue;
    at += 1;
    settings.push(...settingsOf(words[at] ?? ''));
  }
  const [command = '', ...rest] = words.slice(at);
  return { settings, words: kindOf(command, rest) };
}

/** With section and key in lower case. */
function settingsOf(assignment: string): readonly ConfigSetting[] {
  const equals = assignment.indexOf('=');
  const parts = assignment.slice(0, Math.max(equals, 0)).toLowerCase().split('.');
  if (parts.length < 2) return [];
  return [{ name: `${parts[0] ?? ''}.${parts.at(-1) ?? ''}`, value: assignment.slice(equals + 1) }];
}

function kindOf(command: string, words: readonly string[]): PlainAlias['words'] {
  const isCommand = RUN_BY.get(command);
  if (isCommand !== undefined && words.some((word) => isCommand.test(word))) return 'command';
  return TAKE_DATA.has(command) ? 'data' : 'unknown';
}

const BLANK = /^\s/;

const REMOTE_PROGRAM = /^--(?:ex|rec|up)/;

/** By what word commands of git have others run by a shell; options may be cut short. */
const RUN_BY: ReadonlyMap<string, RegExp> = new Map([
  ['archive', REMOTE_PROGRAM],
  ['bisect', /^run$/],
  ['clone', /^-(?:[a-z]*u|-up)/],
  ['difftool', /^-(?:[a-z]*x|-ex)/],
  ['fetch', REMOTE_PROGRAM],
  ['filter-branch', /^/],
  ['grep', /^-(?:[A-Za-z0-9]*O|-op)/],
  ['ls-remote', REMOTE_PROGRAM],
  ['pull', REMOTE_PROGRAM],
  ['push', REMOTE_PROGRAM],
  ['rebase', /^-(?:[a-z]*x|-ex)/],
  ['send-email', /^--.*(?:cmd|smtp-se)/],
  ['submodule', /^foreach$/],
]);

/** Commands of git that otherwise run nothing that their words name. */
const TAKE_DATA: ReadonlySet<string> = new Set([
  ...['add', 'annotate', 'bisect', 'blame', 'branch', 'cat-file', 'checkout', 'cherry', 'cherry-pick'],
  ...['clean', 'commit', 'describe', 'diff', 'diff-files', 'diff-index', 'diff-tree', 'for-each-ref'],
  ...['format-patch', 'grep', 'log', 'ls-files', 'ls-tree', 'merge', 'merge-base', 'mv', 'name-rev'],
  ...['range-diff', 'rebase', 'reflog', 'reset', 'restore', 'rev-list', 'rev-parse', 'revert', 'rm'],
  ...['shortlog', 'show', 'show-branch', 'show-ref', 'sparse-checkout', 'stash', 'status', 'switch'],
  ...['tag', 'update-index', 'whatchanged', 'worktree'],
]);

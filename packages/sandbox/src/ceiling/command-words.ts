import { MAX_PATH_BYTES } from '../files/paths.js';
import { SCRIPT_ENDINGS } from './script-endings.js';

/** What of a command may name files. */
export interface CommandWords {
  /** With a slash: the whole command, the words of the shell in it, and its words without regard to quotes, for those may hold a command again. */
  readonly paths: readonly string[];
  /** Those of them that come behind the first word, or behind an option: what an interpreter is given. */
  readonly operands: readonly string[];
  /** Words there without a slash that end as scripts do. */
  readonly scripts: readonly string[];
}

/** An alias or an update of a submodule that is a command of the shell, and a remote that is one. */
export const COMMAND_VALUE = /^(?:!|ext::)/;

/** Takes the value of a config for a command. */
export function wordsOf(value: string): CommandWords {
  if (!NO_PLAIN_PATH.test(value)) return { paths: [value].filter(mayBePath), operands: [], scripts: [] };
  const command = value.replace(COMMAND_VALUE, '');
  const quoted = QUOTES.test(command) ? wordsIn(command, SEPARATOR) : [];
  const split = command.split(/[\s"'`;&|()<>]+/);
  const given = [...quoted, ...split].flatMap(valuesIn);
  const behind = [...withoutFirst(quoted), ...withoutFirst(split), ...given];
  return {
    paths: [command, ...quoted, ...split, ...valuesIn(command), ...given].filter(mayBePath),
    operands: behind.filter(mayBePath),
    scripts: behind.filter(mayBeScript),
  };
}

const NO_PLAIN_PATH = /[\s"'`;&|()<>=\\!:]/;
const QUOTES = /["'\\]/;

/** What is assigned in a word, and what comes right behind an option of one letter, as in `ssh -Fconf/file`. */
function valuesIn(word: string): readonly string[] {
  if (word.includes('://')) return [];
  const assigned = word.includes('=') ? [word.slice(word.lastIndexOf('=') + 1)] : [];
  return GLUED.test(word) ? [...assigned, word.slice(2)] : assigned;
}

const GLUED = /^-[A-Za-z0-9]/;

function withoutFirst(words: readonly string[]): readonly string[] {
  return words.slice(words.findIndex((word) => word !== '') + 1);
}

function mayBePath(word: string): boolean {
  return word.length < MAX_PATH_BYTES && word.includes('/') && !word.includes('://');
}

function mayBeScript(word: string): boolean {
  if (word === WORKED_ON) return false;
  return SCRIPT_NAME.test(word) && SCRIPT_ENDINGS.some((ending) => word.endsWith(ending));
}

/** People write it while they work, and commands such as `jq` read it. */
const WORKED_ON = 'package.json';

/** No path, option, home, pattern or variable. */
const SCRIPT_NAME = /^[^-~/*?[\]{}$%=][^/*?[\]{}$%=]{0,254}$/;

/** The words of a command between what matches `separator`, with what is quoted or comes behind a backslash as part of them. */
export function wordsIn(command: string, separator: RegExp): readonly string[] {
  const words: string[] = [];
  let word = '';
  for (const [part] of command.matchAll(PARTS)) {
    if (!separator.test(part)) {
      word += QUOTED.test(part) ? part.slice(1, -1) : part.replaceAll('\\', '');
      continue;
    }
    words.push(word);
    word = '';
  }
  return [...words, word];
}

const PARTS = /"[^"]*"|'[^']*'|\\[^]|[^\s"'\\`;&|()<>]+|[^]/g;
const SEPARATOR = /^[\s`;&|()<>]/;
const QUOTED = /^(?:"[^]*"|'[^]*')$/;

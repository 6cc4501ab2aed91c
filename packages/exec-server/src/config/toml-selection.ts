import { MAX_CONFIG_FILE_BYTES } from '@holdfast/exec-protocol';
import { parse, stringify, TomlDate, TomlError, type TomlTable, type TomlValue } from 'smol-toml';

type KeyPath = readonly string[];

/** A TOML document, parsed. */
export type ConfigTable = TomlTable;

/** @throws Error when the text is no TOML; it says where and why, and quotes nothing of the text. */
export function parseToml(text: string): ConfigTable {
  try {
    return parse(text, { integersAsBigInt: 'asNeeded' });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const { message, line, column } = error;
    // What follows, and the cause itself, shows lines of the text.
    const [reason = ''] = message.split('\n', 1);
    throw new Error(`${reason} (line ${String(line)}, column ${String(column)})`);
  }
}

/**
 * What lies below some paths of a TOML document, as TOML; undefined when there is nothing.
 * @throws Error for what is far longer so than any file may be.
 */
export function selectToml(document: ConfigTable, paths: readonly KeyPath[]): string | undefined {
  const selected = select(document, treeOf(paths));
  // Names that are written once in a file may stand before each of the tables below them here.
  if (charactersOfNames(selected) > MAX_CONFIG_FILE_BYTES) throw new Error(TOO_LONG);
  return Object.keys(selected).length === 0 ? undefined : stringify(selected);
}

const TOO_LONG = `what is asked for has more than ${String(MAX_CONFIG_FILE_BYTES)} characters as TOML, and no more are answered`;

/** How many the headers of tables have at least. @param above Those of the names that stand before those of a table. */
function charactersOfNames(table: TomlTable, above = 0, levels = MAX_LEVELS): number {
  let characters = 0;
  if (levels === 0) return characters;
  for (const [key, value] of Object.entries(table)) {
    const length = above + key.length;
    for (const below of tablesOf(value)) {
      const isHeaded = Array.isArray(value) || !Object.values(below).some(isTable);
      characters += (isHeaded ? length : 0) + charactersOfNames(below, length, levels - 1);
    }
  }
  return characters;
}

/** Those that are written with headers. */
function tablesOf(value: TomlValue): readonly TomlTable[] {
  if (Array.isArray(value)) return value.every(isTable) ? value : [];
  return isTable(value) ? [value] : [];
}

/** Deeper tables cannot be written as TOML. */
const MAX_LEVELS = 1_000;

/** The keys that are asked for, each with those below it; undefined where everything below is. */
type KeyTree = Map<string, KeyTree | undefined>;

function treeOf(paths: readonly KeyPath[]): KeyTree {
  const tree: KeyTree = new Map();
  for (const path of paths) {
    let node: KeyTree | undefined = tree;
    for (const [at, key] of path.entries()) node = addTo(node, key, at === path.length - 1);
  }
  return tree;
}

/** @returns what lies below the key, undefined where everything is asked for. */
function addTo(tree: KeyTree | undefined, key: string, isWhole: boolean): KeyTree | undefined {
  if (tree === undefined || (tree.has(key) && tree.get(key) === undefined)) return undefined;
  const below = isWhole ? undefined : (tree.get(key) ?? new Map());
  tree.set(key, below);
  return below;
}

function select(table: TomlTable, tree: KeyTree): TomlTable {
  return Object.fromEntries(
    Object.entries(table).flatMap(([key, value]) => {
      if (!tree.has(key)) return [];
      const below = tree.get(key);
      if (below === undefined) return [[key, value]];
      const part = isTable(value) ? select(value, below) : {};
      return Object.keys(part).length === 0 ? [] : [[key, part]];
    }),
  );
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof TomlDate);
}

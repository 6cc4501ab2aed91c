import { parse, stringify, TomlDate, TomlError, type TomlTable, type TomlValue } from 'smol-toml';

type KeyPath = readonly string[];

/**
 * What lies below some paths of a TOML document, as TOML; undefined when there is nothing.
 * @throws Error when the text is no TOML; it says where and why, and quotes nothing of the text.
 */
export function selectToml(text: string, paths: readonly KeyPath[]): string | undefined {
  const selected = select(parsed(text), treeOf(paths));
  return Object.keys(selected).length === 0 ? undefined : stringify(selected);
}

function parsed(text: string): TomlTable {
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

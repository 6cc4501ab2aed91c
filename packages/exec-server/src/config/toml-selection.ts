import { parse, stringify, TomlDate, type TomlTable, type TomlValue } from 'smol-toml';

type KeyPath = readonly string[];

/**
 * What lies below some paths of a TOML document, as TOML; undefined when there is nothing.
 * @throws TomlError when the text is no TOML.
 */
export function selectToml(text: string, paths: readonly KeyPath[]): string | undefined {
  const selected = select(parse(text, { integersAsBigInt: 'asNeeded' }), paths);
  return Object.keys(selected).length === 0 ? undefined : stringify(selected);
}

function select(table: TomlTable, paths: readonly KeyPath[]): TomlTable {
  return Object.fromEntries(
    Object.entries(table).flatMap(([key, value]) => {
      const below = paths.filter(([first]) => first === key).map((path) => path.slice(1));
      if (below.some((rest) => rest.length === 0)) return [[key, value]];
      const part = below.length > 0 && isTable(value) ? select(value, below) : {};
      return Object.keys(part).length === 0 ? [] : [[key, part]];
    }),
  );
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof TomlDate);
}

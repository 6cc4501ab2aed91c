import * as z from 'zod';
import type { ExtensionName, Extensions } from '../extensions.js';

const EXTENSIONS_OF_FIELDS = z.registry<{ readonly extension: ExtensionName }>();

/** Which fields of an object exist with an extension only, by their names. */
export type ExtensionFields = ReadonlyMap<string, ExtensionName>;

/**
 * A field that exists where its extension was agreed on. Elsewhere it is a name like any other that nobody knows: ignored,
 * whatever it holds, because a peer that knows nothing of the extension may mean something else by it.
 */
export function extensionField<T extends z.ZodType>(
  extension: ExtensionName,
  schema: T,
  says: string,
): z.ZodOptional<T> {
  const field = schema.optional().describe(`Extension ${extension}: ${says}`);
  EXTENSIONS_OF_FIELDS.add(field, { extension });
  return field;
}

/** The fields of `schema` that were defined with `extensionField`. */
export function extensionFieldsOf(schema: z.ZodType): ExtensionFields {
  if (!(schema instanceof z.ZodObject)) return new Map();
  return new Map(
    Object.entries(schema.shape as Readonly<Record<string, z.ZodType>>).flatMap(([name, field]) => {
      const extension = EXTENSIONS_OF_FIELDS.get(field)?.extension;
      return extension === undefined ? [] : [[name, extension] as const];
    }),
  );
}

/** `value` as a peer means it that agreed on these extensions and no others. */
export function withoutForeignFields(value: unknown, fields: ExtensionFields, agreed: Extensions): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const isKnown = (name: string): boolean => {
    const extension = fields.get(name);
    return extension === undefined || agreed[extension] !== undefined;
  };
  const members = Object.entries(value);
  return members.every(([name]) => isKnown(name))
    ? value
    : Object.fromEntries(members.filter(([name]) => isKnown(name)));
}

import { parseDocument, visit } from 'yaml';
import * as z from 'zod';

/**
 * A YAML document as plain data. Numbers and dates stay the text that they are written as; only unquoted null and booleans
 * are told from text.
 * @throws Error when it is none, names a key twice or has several documents.
 */
export function readYaml(text: string): unknown {
  const document = parseDocument(text, { schema: 'failsafe', uniqueKeys: true, logLevel: 'error' });
  const [fault] = document.errors;
  if (fault !== undefined) throw fault;
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || node.type !== 'PLAIN' || node.tag !== undefined) return;
      const { source = '' } = node;
      if (NULLS.has(source)) node.value = null;
      else if (BOOLEANS.has(source)) node.value = source.toLowerCase() === 'true';
    },
  });
  return document.toJS();
}

const NULLS: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL']);
const BOOLEANS: ReadonlySet<string> = new Set(['true', 'True', 'TRUE', 'false', 'False', 'FALSE']);

/** Any scalar but null, as text on one line. */
export const yamlText = z
  .union([z.string(), z.boolean()])
  .transform((value) => String(value).trim().split(/\s+/).join(' '));

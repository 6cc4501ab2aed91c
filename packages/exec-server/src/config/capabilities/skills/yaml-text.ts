import { MAX_CAPABILITY_YAML_LENGTH } from '@holdfast/exec-protocol';
import { isScalar, parseDocument, visit, type YAMLMap } from 'yaml';
import * as z from 'zod';

/** A YAML document as `schema` has it; undefined when it is none, is another or is too long. */
export function readYamlAs<T extends z.ZodType>(schema: T, text: string): z.output<T> | undefined {
  try {
    return schema.safeParse(readYaml(text)).data;
  } catch {
    return undefined;
  }
}

/** Whether a text is a YAML document that can be read. */
export function isYaml(text: string): boolean {
  return (
    readYamlAs(
      z.unknown().transform(() => true),
      text,
    ) ?? false
  );
}

/** A text without blanks around it, and with one for each run of blanks and ends of lines inside. */
export function onOneLine(text: string): string {
  return text.trim().split(/\s+/).join(' ');
}

/** Any scalar but null, as text on one line. */
export const yamlText = z.union([z.string(), z.boolean()]).transform((value) => onOneLine(String(value)));

/**
 * Numbers and dates stay the text that they are written as; only unquoted null and booleans are told from text.
 * @throws Error when it is none, names a key twice, has several documents or is too long.
 */
function readYaml(text: string): unknown {
  // For some texts the parser takes a time that grows with the square of their length.
  if (text.length > MAX_CAPABILITY_YAML_LENGTH) throw new Error('too long');
  const document = parseDocument(text, {
    schema: 'failsafe',
    // It compares each key with each other one.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  const [fault] = document.errors;
  if (fault !== undefined) throw fault;
  visit(document, {
    Map(_key, map) {
      refuseRepeatedKeys(map);
    },
    Scalar(key, node) {
      if (key === 'key' || node.type !== 'PLAIN' || node.tag !== undefined) return;
      const { source = '' } = node;
      if (NULLS.has(source)) node.value = null;
      else if (BOOLEANS.has(source)) node.value = source.toLowerCase() === 'true';
    },
  });
  return document.toJS();
}

function refuseRepeatedKeys({ items }: YAMLMap): void {
  const keys = items.flatMap(({ key }) => (isScalar(key) ? [key.value] : []));
  if (new Set(keys).size < keys.length) throw new Error('a key is named twice');
}

const NULLS: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL']);
const BOOLEANS: ReadonlySet<string> = new Set(['true', 'True', 'TRUE', 'false', 'False', 'FALSE']);

/** A value whose JSON is written already. The codec puts it in its place without looking at it. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * The JSON of an object, put together around members whose text needs no escapes. Looking for what has to be escaped takes
 * most of the time in which a large text is written.
 * @param plain Names of members that hold text which JSON writes as it is, base64 above all; those without a text are left out.
 */
export function writeAroundPlainText(
  value: Readonly<Record<string, unknown>>,
  plain: readonly string[],
): JsonText {
  const others = Object.entries(value).filter(([name]) => !plain.includes(name));
  const written = JSON.stringify(Object.fromEntries(others));
  const members = plain.flatMap((name) => {
    const text = value[name];
    return typeof text === 'string' ? [`${JSON.stringify(name)}:"${text}"`] : [];
  });
  if (members.length === 0) return new JsonText(written);
  const start = written === '{}' ? '{' : `${written.slice(0, -1)},`;
  return new JsonText(`${start}${members.join(',')}}`);
}

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { CONFORMANCE_CASES } from '@holdfast/conformance';
import {
  CLOSE_CODES,
  ERROR_KINDS,
  EXTENSIONS,
  type MessageSchema,
  protocolSchema,
} from '@holdfast/exec-protocol';

// Writes the JSON Schema of the wire and the generated parts of docs/protocol.md, or with --check says what has drifted.

const SCHEMA_FILE = 'packages/exec-protocol/schema/protocol.json';
const DOCUMENT_FILE = 'docs/protocol.md';

interface Property {
  readonly type?: string | readonly string[];
  readonly const?: string | number | boolean | null;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Property[];
  readonly items?: Property;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
}

const isCheck = process.argv.includes('--check');
const messages = protocolSchema();
const expected = new Map([
  [SCHEMA_FILE, `${JSON.stringify({ messages }, null, 2)}\n`],
  [DOCUMENT_FILE, await documentWith(messages)],
]);
let drifted = 0;
for (const [file, text] of expected) {
  const present = await readFile(file, 'utf8').catch(() => '');
  if (present === text) continue;
  if (isCheck) {
    drifted += 1;
    console.error(`${file} does not match the protocol tables; run "npm run schema" and commit the result`);
  } else {
    await mkdir(file.slice(0, file.lastIndexOf('/')), { recursive: true });
    await writeFile(file, text);
    console.log(`wrote ${file}`);
  }
}
process.exitCode = drifted === 0 ? 0 : 1;

async function documentWith(all: readonly MessageSchema[]): Promise<string> {
  let document = await readFile(DOCUMENT_FILE, 'utf8');
  document = fill(document, 'methods', all.map(methodSection).join('\n'));
  document = fill(document, 'errors', errorTable());
  document = fill(document, 'close-codes', closeCodeTable());
  document = fill(document, 'conformance', conformanceTable());
  return fill(document, 'extensions', extensionTable());
}

function fill(document: string, name: string, text: string): string {
  const begin = `<!-- generated: ${name} -->\n`;
  const end = `<!-- end of ${name} -->`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${DOCUMENT_FILE} has no place marked for ${name}`);
  return `${document.slice(0, from)}${begin}\n${text}\n${document.slice(to)}`;
}

function methodSection(message: MessageSchema): string {
  const arrow = message.direction === 'clientToServer' ? 'client → server' : 'server → client';
  const extension = message.extension === null ? '' : `, extension \`${message.extension}\``;
  const lines = [
    `### \`${message.method}\``,
    '',
    `${message.kind}, ${arrow}${extension}`,
    '',
    message.summary,
    '',
  ];
  lines.push(...fieldTable('Parameter', message.params));
  if (message.result !== undefined) lines.push(...fieldTable('Result', message.result));
  const ids = CONFORMANCE_CASES.filter(({ method }) => method === message.method).map(
    ({ id }) => `\`${id}\``,
  );
  if (ids.length > 0) lines.push(`Tried by ${ids.join(', ')}.`, '');
  return lines.join('\n');
}

function fieldTable(title: string, schema: Property): readonly string[] {
  const object =
    schema.properties === undefined ? schema.anyOf?.find((one) => one.properties !== undefined) : schema;
  const fields = Object.entries(object?.properties ?? {});
  if (fields.length === 0) return [`${title}: none.`, ''];
  const rows = fields.map(([name, field]) => {
    const required = object?.required?.includes(name) === true ? 'yes' : 'no';
    return `| \`${name}\` | ${typeOf(field)} | ${required} | ${field.description ?? ''} |`;
  });
  return [`| ${title} | Type | Required | Notes |`, '|---|---|---|---|', ...rows, ''];
}

function typeOf(field: Property): string {
  if (field.enum !== undefined) return field.enum.map((one) => `\`${String(one)}\``).join(' \\| ');
  if (field.const !== undefined) return `\`${String(field.const)}\``;
  if (field.anyOf !== undefined) return [...new Set(field.anyOf.map(typeOf))].join(' \\| ');
  if (field.items !== undefined) return `array of ${typeOf(field.items)}`;
  return typeof field.type === 'string' ? field.type : (field.type?.join(' \\| ') ?? 'any');
}

function errorTable(): string {
  const rows = Object.entries(ERROR_KINDS).map(
    ([kind, { code, meaning }]) => `| \`${kind}\` | ${String(code)} | ${meaning} |`,
  );
  return ['| `data.kind` | code | meaning |', '|---|---|---|', ...rows, ''].join('\n');
}

function conformanceTable(): string {
  const rows = CONFORMANCE_CASES.map(
    ({ id, title }) => `| \`${id}\` | ${title.replaceAll('|', '\\|').replaceAll('<', '&lt;')} |`,
  );
  return ['| case | what it tries |', '|---|---|', ...rows, ''].join('\n');
}

function closeCodeTable(): string {
  const rows = Object.values(CLOSE_CODES).map(({ code, meaning }) => `| ${String(code)} | ${meaning} |`);
  return ['| code | meaning |', '|---|---|', ...rows, ''].join('\n');
}

function extensionTable(): string {
  const rows = Object.entries(EXTENSIONS).map(
    ([name, { version, adds }]) => `| \`${name}\` | ${String(version)} | ${adds} |`,
  );
  return ['| extension | version | adds |', '|---|---|---|', ...rows, ''].join('\n');
}

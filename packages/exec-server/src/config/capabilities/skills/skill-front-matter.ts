import * as z from 'zod';
import { readYaml, yamlText } from './yaml-text.js';

/** What a skill says of itself, each on one line. */
export interface SkillTitle {
  /** Undefined where the skill is called what its directory is called. */
  readonly name: string | undefined;
  readonly description: string;
  readonly shortDescription: string | undefined;
}

const MAX_NAME_LENGTH = 64;

const frontMatter = z.object({
  name: yamlText.nullish(),
  description: yamlText.nullish(),
  metadata: z.object({ 'short-description': yamlText.nullish() }).nullish(),
});

/** What stands at the head of a `SKILL.md`; undefined where that is not what it must be. */
export function parseFrontMatter(contents: string): SkillTitle | undefined {
  const head = headOf(contents);
  const data = head === undefined ? undefined : (dataOf(head.join('\n')) ?? dataOf(quoted(head).join('\n')));
  if (data === undefined) return undefined;
  const { name, description, metadata } = data;
  if (description == null || description === '' || Array.from(name ?? '').length > MAX_NAME_LENGTH)
    return undefined;
  return {
    name: name == null || name === '' ? undefined : name,
    description,
    shortDescription: metadata?.['short-description'] || undefined,
  };
}

/** The lines between the first line and the next one like it, which are `---`. */
function headOf(contents: string): readonly string[] | undefined {
  const lines = contents.split(/\r?\n/);
  const end = lines.findIndex((line, at) => at > 0 && FENCE.test(line));
  return FENCE.test(lines[0] ?? '') && end > 1 ? lines.slice(1, end) : undefined;
}

const FENCE = /^[ \t]*---[ \t]*$/;

function dataOf(yaml: string): z.output<typeof frontMatter> | undefined {
  try {
    return frontMatter.safeParse(readYaml(yaml)).data;
  } catch {
    return undefined;
  }
}

/**
 * People write `description: Build for AWS: ECS`, which is no YAML. Values on one line that are not, are put into quotes;
 * what is quoted already and what goes on in the next lines stays as it is.
 */
function quoted(lines: readonly string[]): readonly string[] {
  let blockIndent = Infinity;
  return lines.map((line) => {
    const indent = line.length - line.trimStart().length;
    if (line.trim() === '' || indent > blockIndent) return line;
    blockIndent = BLOCK.test(line) ? indent : Infinity;
    return quotedValue(line);
  });
}

function quotedValue(line: string): string {
  const { key = '', value = '' } = VALUE.exec(line)?.groups ?? {};
  const { scalar = '', comment = '' } = COMMENTED.exec(value)?.groups ?? {};
  return isProse(scalar) ? `${key}'${scalar.replaceAll("'", "''")}'${comment}` : line;
}

const BLOCK = /^[^:]*:\s+[|>]/;
const VALUE = /^(?<key>\s*[^:\s][^:]*:\s+)(?<value>\S.*)$/;
const COMMENTED = /^(?<scalar>.*?)(?<comment>\s+#.*|\s*)$/;

function isProse(scalar: string): boolean {
  if (/^[|>'"#]/.test(scalar)) return false;
  return /:\s/.test(scalar) || (/^[[{@`]/.test(scalar) && !isYaml(scalar));
}

function isYaml(text: string): boolean {
  try {
    readYaml(text);
    return true;
  } catch {
    return false;
  }
}

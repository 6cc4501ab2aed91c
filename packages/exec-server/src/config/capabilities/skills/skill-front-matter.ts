import { MAX_CAPABILITY_YAML_LENGTH } from '@holdfast/exec-protocol';
import * as z from 'zod';
import { isYaml, readYamlAs, yamlText } from './yaml-text.js';

/** What a skill says of itself, each on one line. */
export interface SkillTitle {
  /** Undefined where the skill is called what its directory is called. */
  readonly name: string | undefined;
  readonly description: string;
  readonly shortDescription: string | undefined;
}

/** What the head of a `SKILL.md` says, or why it says nothing. */
export type FrontMatter = { readonly title: SkillTitle } | { readonly fault: string };

const MAX_NAME_LENGTH = 64;

const frontMatter = z.object({
  name: yamlText.nullish(),
  description: yamlText.nullish(),
  metadata: z.object({ 'short-description': yamlText.nullish() }).nullish(),
});

/** Reads what stands at the head of a `SKILL.md`. */
export function parseFrontMatter(contents: string): FrontMatter {
  const head = headOf(contents);
  if (head === undefined) return { fault: 'it does not begin with a head between two lines ---' };
  const yaml = head.join('\n');
  if (yaml.length > MAX_CAPABILITY_YAML_LENGTH) {
    return { fault: `its head has more than ${String(MAX_CAPABILITY_YAML_LENGTH)} characters` };
  }
  const data = readYamlAs(frontMatter, yaml) ?? readYamlAs(frontMatter, quoted(head).join('\n'));
  return data === undefined ? { fault: 'its head is no YAML of a skill' } : titleOf(data);
}

function titleOf({ name, description, metadata }: z.output<typeof frontMatter>): FrontMatter {
  if (description == null || description === '') return { fault: 'its head has no description' };
  if (Array.from(name ?? '').length > MAX_NAME_LENGTH) {
    return { fault: `its name has more than ${String(MAX_NAME_LENGTH)} characters` };
  }
  return {
    title: {
      name: name == null || name === '' ? undefined : name,
      description,
      shortDescription: metadata?.['short-description'] || undefined,
    },
  };
}

/** The lines between the first line and the next one like it, which are `---`. */
function headOf(contents: string): readonly string[] | undefined {
  const lines = contents.split(/\r?\n/);
  const end = lines.findIndex((line, at) => at > 0 && FENCE.test(line));
  return FENCE.test(lines[0] ?? '') && end > 1 ? lines.slice(1, end) : undefined;
}

const FENCE = /^[ \t]*---[ \t]*$/;

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
  const comment = value.search(/\s#/);
  const scalar = (comment < 0 ? value : value.slice(0, comment)).trimEnd();
  return isProse(scalar) ? `${key}'${scalar.replaceAll("'", "''")}'${value.slice(scalar.length)}` : line;
}

const BLOCK = /^[^:]*:\s+[|>]/;
const VALUE = /^(?<key>\s*[^:\s][^:]*:\s+)(?<value>\S.*)$/;

function isProse(scalar: string): boolean {
  if (/^[|>'"#]/.test(scalar)) return false;
  return /:\s/.test(scalar) || (/^[[{@`]/.test(scalar) && !isYaml(scalar));
}

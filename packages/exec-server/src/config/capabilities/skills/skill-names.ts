import { basename } from 'node:path';
import type { SkillSummary } from '@holdfast/exec-protocol';
import * as z from 'zod';
import { type NativePath, toPathUri } from '../../../fs/native-path.js';
import type { CapabilityFile } from '../capability-reader.js';
import { parentOf, pluginOf } from '../plugin-manifest.js';
import type { SkillFiles } from '../root-discovery.js';
import { parseFrontMatter } from './skill-front-matter.js';
import { parseSkillSettings } from './skill-settings.js';

/** The longest name of a skill with that of its plugin. */
const MAX_QUALIFIED_NAME_LENGTH = 129;

const manifestNames = z.object({
  name: z.string().default(''),
  interface: z.object({ displayName: z.string().nullish() }).nullish(),
});

/** What the plugins around skills are called, by the path of each. */
export type Namespaces = ReadonlyMap<string, string>;

/** The names in manifests; those that cannot be read name nothing. */
export function namespacesOf(manifests: readonly CapabilityFile[]): Namespaces {
  return new Map(
    manifests.flatMap((manifest) => {
      const names = namesIn(manifest);
      return names === undefined ? [] : [[toPathUri(pluginOf(manifest.path)), names.name]];
    }),
  );
}

/** What a plugin calls itself; undefined when its manifest is none. */
export function namesIn({
  path,
  contents,
}: CapabilityFile): { readonly name: string; readonly displayName: string } | undefined {
  const parsed = manifestNames.safeParse(parsedJson(contents)).data;
  if (parsed === undefined) return undefined;
  const name = parsed.name.trim() === '' ? basename(pluginOf(path).toString()) : parsed.name;
  const shown = parsed.interface?.displayName?.trim();
  return { name, displayName: shown === undefined || shown === '' ? name : shown };
}

/** What is told of a skill; undefined when its head is not what it must be. */
export function summaryOf(
  { instructions, metadata }: SkillFiles,
  namespaces: Namespaces,
): SkillSummary | undefined {
  const title = parseFrontMatter(instructions.contents);
  if (title === undefined) return undefined;
  const namespace = nearest(instructions.path, namespaces);
  const own = title.name ?? directoryName(instructions.path);
  const name = namespace === undefined ? own : `${namespace}:${own}`;
  if (Array.from(name).length > MAX_QUALIFIED_NAME_LENGTH) return undefined;
  return {
    name,
    description: title.description,
    shortDescription: title.shortDescription ?? null,
    path: toPathUri(instructions.path),
    ...parseSkillSettings(metadata?.contents ?? ''),
  };
}

function nearest(path: NativePath, namespaces: Namespaces): string | undefined {
  for (let directory = parentOf(path); directory !== undefined; directory = parentOf(directory)) {
    const name = namespaces.get(toPathUri(directory));
    if (name !== undefined) return name;
  }
  return undefined;
}

function directoryName(path: NativePath): string {
  const name = basename(String(parentOf(path)))
    .trim()
    .split(/\s+/)
    .join(' ');
  return name === '' ? 'skill' : name;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

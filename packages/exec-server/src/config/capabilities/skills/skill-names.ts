import type { SkillSummary } from '@holdfast/exec-protocol';
import * as z from 'zod';
import { type NativePath, nameOf, parentOf, toPathUri } from '../../../fs/native-path.js';
import type { CapabilityFile } from '../capability-reader.js';
import { pluginOf } from '../plugin-manifest.js';
import type { SkillFiles } from '../root-discovery.js';
import { parseFrontMatter, type SkillTitle } from './skill-front-matter.js';
import { NO_SETTINGS, parseSkillSettings } from './skill-settings.js';
import { onOneLine } from './yaml-text.js';

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
  const name = parsed.name.trim() === '' ? nameOf(pluginOf(path)).toString() : parsed.name;
  const shown = parsed.interface?.displayName?.trim();
  return { name, displayName: shown === undefined || shown === '' ? name : shown };
}

/**
 * What is told of a skill; undefined when its head is not what it must be.
 * @param warn Told what of it is left out, and why.
 */
export function summaryOf(
  { instructions, metadata }: SkillFiles,
  namespaces: Namespaces,
  warn: (text: string) => void,
): SkillSummary | undefined {
  const path = toPathUri(instructions.path);
  const named = nameIn(instructions, namespaces);
  if ('fault' in named) {
    warn(`${path} is left out: ${named.fault}`);
    return undefined;
  }
  const settings = metadata === undefined ? NO_SETTINGS : parseSkillSettings(metadata.contents);
  if (metadata !== undefined && settings === undefined) {
    warn(`${toPathUri(metadata.path)} is left out: it is no YAML of settings of a skill`);
  }
  const { name, description, shortDescription = null } = named;
  return { name, description, shortDescription, path, ...(settings ?? NO_SETTINGS) };
}

type Named = { readonly fault: string } | (SkillTitle & { readonly name: string });

function nameIn({ path, contents }: CapabilityFile, namespaces: Namespaces): Named {
  const read = parseFrontMatter(contents);
  if ('fault' in read) return read;
  const namespace = nearest(path, namespaces);
  const own = read.title.name ?? directoryName(path);
  const name = namespace === undefined ? own : `${namespace}:${own}`;
  return Array.from(name).length > MAX_QUALIFIED_NAME_LENGTH
    ? {
        fault: `its name with that of its plugin has more than ${String(MAX_QUALIFIED_NAME_LENGTH)} characters`,
      }
    : { ...read.title, name };
}

function nearest(path: NativePath, namespaces: Namespaces): string | undefined {
  for (let directory = parentOf(path); directory !== undefined; directory = parentOf(directory)) {
    const name = namespaces.get(toPathUri(directory));
    if (name !== undefined) return name;
  }
  return undefined;
}

function directoryName(path: NativePath): string {
  return onOneLine(nameOf(parentOf(path) ?? path).toString()) || 'skill';
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

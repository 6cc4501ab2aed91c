import { setImmediate as turn } from 'node:timers/promises';
import {
  type InstalledCapabilities,
  MAX_CAPABILITY_WARNINGS,
  MAX_INSTALLED_CAPABILITIES,
  MAX_INSTALLED_LENGTH,
  type SkillSummary,
} from '@holdfast/exec-protocol';
import { type NativePath, toPathUri } from '../../fs/native-path.js';
import type { InstalledPlugin } from './installed-plugins.js';
import type { RootContents } from './root-discovery.js';
import { namesIn, namespacesOf, summaryOf } from './skills/skill-names.js';
import { wirePluginFiles } from './wire-files.js';

type Plugin = InstalledCapabilities['plugins'][number];
type Skill = InstalledCapabilities['skills'][number];

/** A directory with skills that belong to no plugin. */
export interface SkillRoot {
  readonly id: Skill['discoveryRoot']['id'];
  readonly path: NativePath;
}

/** Gathers what fits into one answer, and says so where something does not. */
export class Inventory {
  readonly #plugins: Plugin[] = [];
  readonly #skills: Skill[] = [];
  readonly #warnings: string[] = [];
  #count = 0;
  #length = 0;
  #isFull = false;

  get result(): InstalledCapabilities {
    const full = this.#isFull ? ['there is more installed than fits into one answer'] : [];
    return {
      plugins: this.#plugins,
      skills: this.#skills,
      warnings: [...full, ...this.#warnings].slice(0, MAX_CAPABILITY_WARNINGS),
    };
  }

  /** Keeps a warning, as long as the answer has room for it. */
  readonly warn = (text: string): void => {
    if (this.#warnings.length < MAX_CAPABILITY_WARNINGS) this.#warnings.push(text);
  };

  async addPlugin(
    { id, version, root, remotePluginId }: InstalledPlugin,
    contents: RootContents,
  ): Promise<void> {
    this.#passOn(contents);
    const names = contents.plugin && namesIn(contents.plugin.manifest);
    if (contents.plugin === undefined || names === undefined) {
      this.warn(`${toPathUri(root)} is left out: it has no manifest of a plugin that can be read`);
      return;
    }
    const room = MAX_INSTALLED_CAPABILITIES - this.#count - 1;
    const skills = await this.#summaries(contents);
    if (skills.length > room) this.#isFull = true;
    const plugin: Plugin = {
      id,
      displayName: names.displayName,
      remotePluginId,
      version,
      root: toPathUri(root),
      files: wirePluginFiles(contents.plugin),
      skills: skills.slice(0, Math.max(room, 0)),
    };
    if (this.#admits(1 + plugin.skills.length, plugin)) this.#plugins.push(plugin);
  }

  async addSkills({ id, path }: SkillRoot, contents: RootContents): Promise<void> {
    this.#passOn(contents);
    for (const summary of await this.#summaries(contents)) {
      const skill: Skill = { ...summary, discoveryRoot: { id, path: toPathUri(path) } };
      if (this.#admits(1, skill)) this.#skills.push(skill);
    }
  }

  #passOn({ warnings, error }: RootContents): void {
    for (const text of warnings) this.warn(text);
    if (error !== undefined) this.warn(error);
  }

  async #summaries({ skills, namespaceManifests }: RootContents): Promise<readonly SkillSummary[]> {
    const namespaces = namespacesOf(namespaceManifests);
    const summaries: SkillSummary[] = [];
    for (const skill of skills) {
      const summary = summaryOf(skill, namespaces, this.warn);
      if (summary !== undefined) summaries.push(summary);
      // Others are served between two skills: reading thousands takes seconds.
      await turn();
    }
    return summaries;
  }

  #admits(count: number, what: Plugin | Skill): boolean {
    const { length } = JSON.stringify(what);
    const fits =
      this.#count + count <= MAX_INSTALLED_CAPABILITIES && this.#length + length <= MAX_INSTALLED_LENGTH;
    if (!fits) {
      this.#isFull = true;
      return false;
    }
    this.#count += count;
    this.#length += length;
    return true;
  }
}

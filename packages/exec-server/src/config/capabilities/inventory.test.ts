import {
  MAX_CAPABILITY_WARNINGS,
  MAX_INSTALLED_CAPABILITIES,
  MAX_INSTALLED_LENGTH,
} from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { Inventory, type SkillRoot } from './inventory.js';
import type { RootContents, SkillFiles } from './root-discovery.js';

const ROOT: SkillRoot = { id: 'codex-home-skills', path: Buffer.from('/skills') };
const FULL = 'there is more installed than fits into one answer';

function skill(name: string, description = 'd'): SkillFiles {
  const contents = `---\nname: ${name}\ndescription: ${description}\n---\n`;
  return { instructions: { path: Buffer.from(`/skills/${name}/SKILL.md`), contents }, metadata: undefined };
}

function contentsOf(skills: readonly SkillFiles[], manifest?: string): RootContents {
  const file =
    manifest === undefined
      ? undefined
      : { path: Buffer.from('/plugin/.codex-plugin/plugin.json'), contents: manifest };
  return {
    plugin: file && { manifest: file, mcpConfig: undefined, appsConfig: undefined },
    skills,
    namespaceManifests: [],
    warnings: [],
    error: undefined,
  };
}

function skills(count: number): readonly SkillFiles[] {
  return Array.from({ length: count }, (_, at) => skill(`s${at}`));
}

async function addPlugin(inventory: Inventory, contents: RootContents): Promise<void> {
  const root = Buffer.from('/plugin');
  await inventory.addPlugin({ id: 'p@m', version: '1', root, remotePluginId: null }, contents);
}

test('as many skills as one answer takes are told without a word', async () => {
  const inventory = new Inventory();
  await inventory.addSkills(ROOT, contentsOf(skills(MAX_INSTALLED_CAPABILITIES)));
  const { skills: told, warnings } = inventory.result;
  expect([told.length, warnings]).toEqual([MAX_INSTALLED_CAPABILITIES, []]);
});

test('of one more the first are told, and the answer says so', async () => {
  const inventory = new Inventory();
  await inventory.addSkills(ROOT, contentsOf(skills(MAX_INSTALLED_CAPABILITIES + 1)));
  const { skills: told, warnings } = inventory.result;
  expect([told.length, told.at(-1)?.name, warnings]).toEqual([
    MAX_INSTALLED_CAPABILITIES,
    `s${MAX_INSTALLED_CAPABILITIES - 1}`,
    [FULL],
  ]);
});

test('a plugin counts as one more than its skills, and keeps those that fit', async () => {
  const inventory = new Inventory();
  await addPlugin(inventory, contentsOf(skills(MAX_INSTALLED_CAPABILITIES), '{}'));
  await addPlugin(inventory, contentsOf([], '{}'));
  const { plugins, warnings } = inventory.result;
  expect([plugins.map(({ skills: told }) => told.length), warnings]).toEqual([
    [MAX_INSTALLED_CAPABILITIES - 1],
    [FULL],
  ]);
});

test('what is too long is left out, and what is short enough behind it is told', async () => {
  const inventory = new Inventory();
  const long = 'd'.repeat(15_000);
  const fitting = Math.floor(MAX_INSTALLED_LENGTH / 15_000) - 4;
  const many = Array.from({ length: fitting + 9 }, (_, at) => skill(`long${at}`, long));
  await inventory.addSkills(ROOT, contentsOf([...many, skill('short')]));
  const { skills: told, warnings } = inventory.result;
  const names = told.map(({ name }) => name);
  expect([
    names.includes(`long${fitting}`),
    names.includes(`long${fitting + 8}`),
    names.at(-1),
    warnings,
  ]).toEqual([false, false, 'short', [FULL]]);
});

test('the warnings are no more than an answer may have', async () => {
  const inventory = new Inventory();
  for (let at = 0; at < MAX_CAPABILITY_WARNINGS; at += 1) await addPlugin(inventory, contentsOf([]));
  await inventory.addSkills(ROOT, contentsOf(skills(MAX_INSTALLED_CAPABILITIES + 1)));
  expect(inventory.result.warnings.length).toBe(MAX_CAPABILITY_WARNINGS);
  expect(inventory.result.warnings[0]).toBe(FULL);
});

import * as z from 'zod';
import { listOf } from '../bounded-issues.js';
import { MAX_CAPABILITY_ROOTS } from '../limits.js';
import { defineRequest } from './define.js';
import { sandboxSchema } from './sandbox-schema.js';

const pathUri = z.string().describe('A file: URI of the executor.');
const sandbox = sandboxSchema.describe('What may be read; a server may take only the one that allows all.');

const textFile = z.object({ path: pathUri, contents: z.string() });

const pluginFiles = z.object({
  manifest: textFile,
  mcpConfig: textFile.nullish().describe('What declares tool servers, where it is a file of its own.'),
  appsConfig: textFile.nullish().describe('What declares connectors, where it is a file of its own.'),
});

const rootCapabilities = z.object({
  id: z.string().describe('As it was asked for.'),
  path: pathUri,
  plugin: pluginFiles.nullish().describe('Null where the directory is no plugin.'),
  skills: z.array(
    z.object({
      instructions: textFile.describe('A `SKILL.md`.'),
      metadata: textFile.nullish().describe('The `agents/openai.yaml` beside it.'),
    }),
  ),
  namespaceManifests: z
    .array(textFile)
    .describe('Manifests of plugins above and below, after which skills are named; the nearest counts.'),
  warnings: z.array(z.string()).describe('What was left out and why, for people.'),
  error: z.string().nullish().describe('Why nothing could be looked for, for people.'),
});

/** What was found below one directory: contents of files, for the caller to make sense of. */
export type RootCapabilities = z.output<typeof rootCapabilities>;

/** Finds plugins and skills below directories. */
export const capabilityRootsDiscover = defineRequest({
  method: 'capabilityRoots/discoverV1',
  family: 'environment',
  direction: 'clientToServer',
  summary: 'Answers the files of plugins and skills that lie below some directories, as they are.',
  params: z.object({
    roots: listOf(
      z.object({
        id: z.string().describe('What the client calls the directory; need not be unique.'),
        path: pathUri,
        sandbox,
      }),
    ).describe(`At most ${MAX_CAPABILITY_ROOTS}.`),
  }),
  result: z.object({ roots: z.array(rootCapabilities).describe('In the order of the request.') }),
});

const count = z.int().min(0);

const skillSummary = z.object({
  name: z.string().describe('With the name of its plugin and a colon in front, where it has one.'),
  description: z.string(),
  shortDescription: z.string().nullish(),
  path: pathUri.describe('The `SKILL.md`.'),
  dependencies: z
    .object({
      tools: z.array(
        z.object({
          type: z.string(),
          value: z.string(),
          description: z.string().nullish(),
          transport: z.string().nullish(),
          command: z.string().nullish(),
          url: z.string().nullish(),
          oauthCallbackPort: count.nullish(),
        }),
      ),
    })
    .nullish(),
  policy: z
    .object({ allowImplicitInvocation: z.boolean().nullish(), products: z.array(z.string()) })
    .nullish(),
});

/** What is told of a skill; its instructions stay where they are. */
export type SkillSummary = z.output<typeof skillSummary>;

const installedPlugin = z.object({
  id: z.string().describe('`NAME@MARKETPLACE`.'),
  displayName: z.string(),
  remotePluginId: z.string().nullish(),
  version: z.string(),
  root: pathUri,
  files: pluginFiles,
  skills: z.array(skillSummary),
});

const installedSkill = skillSummary.extend({
  discoveryRoot: z.object({
    id: z.enum(['codex-home-skills', 'user-agent-skills', 'system-skills']),
    path: pathUri,
  }),
});

const installedCapabilities = z.object({
  plugins: z.array(installedPlugin).describe('By id.'),
  skills: z.array(installedSkill).describe('Those that belong to no plugin.'),
  warnings: z.array(z.string()).describe('What was left out, for people.'),
});

/** The plugins and skills that are installed for the user of an executor. */
export type InstalledCapabilities = z.output<typeof installedCapabilities>;

/** Lists installed plugins and skills. */
export const capabilitiesDiscover = defineRequest({
  method: 'capabilities/discoverV2',
  family: 'environment',
  direction: 'clientToServer',
  summary: 'Answers which plugins and skills the Codex CLI has installed for the user of the executor.',
  params: z.object({
    cwd: pathUri.describe('Where the client works. Nothing is looked for there.'),
    sandbox,
  }),
  result: installedCapabilities,
});

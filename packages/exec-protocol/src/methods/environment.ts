import * as z from 'zod';
import { listOf } from '../bounded-issues.js';
import { MAX_CONFIG_PATHS } from '../limits.js';
import { defineRequest } from './define.js';

const pathUri = z.string().describe('A file: URI of the executor.');

/** What an executor says of itself; everything but `shell` may be absent. */
export const environmentInfoSchema = z.object({
  shell: z.object({ name: z.string(), path: z.string() }).describe('The default shell of the executor.'),
  executorVersion: z
    .string()
    .nullish()
    .describe(
      "The release of the reference whose wire this is, with the server's own version behind a plus.",
    ),
  providerId: z.string().nullish(),
  cwd: pathUri.nullish().describe('Where the server was started, as a file: URI.'),
  userHomeDir: pathUri.nullish(),
  platformOs: z.string().nullish().describe('linux, macos or windows.'),
  prependPathDirs: z.array(pathUri).nullish(),
  temporaryDirectories: z.array(pathUri).nullish(),
  tempDir: pathUri.nullish(),
  capabilities: z
    .record(z.string(), z.boolean())
    .nullish()
    .describe('Optional features; an absent flag is false.'),
});

/** What an executor says of itself. */
export type EnvironmentInfo = z.output<typeof environmentInfoSchema>;

const noParams = z.record(z.string(), z.unknown()).nullish();

/** Asks an executor about itself. */
export const environmentInfo = defineRequest({
  method: 'environment/info',
  family: 'environment',
  direction: 'clientToServer',
  summary: 'Answers shell, paths, platform and capabilities of the executor.',
  params: noParams,
  result: environmentInfoSchema,
});

/** A cheap question whose answer shows that the executor is alive. */
export const environmentStatus = defineRequest({
  method: 'environment/status',
  family: 'environment',
  direction: 'clientToServer',
  summary: 'Answers that the executor is ready.',
  params: noParams,
  result: z.object({ status: z.literal('ready') }),
});

const tomlPaths = listOf(
  listOf(z.string()).min(1, 'a path must have at least one key; name what is wanted'),
).max(
  MAX_CONFIG_PATHS,
  `must have at most ${String(MAX_CONFIG_PATHS)} paths; name the tables that they lie in`,
);

const configLayers = z.object({
  layers: z
    .array(
      z.object({
        source: z.string().describe('Where it comes from, for people.'),
        baseDir: pathUri.describe('What relative paths in it start from.'),
        toml: z.string().describe('What was asked for of the file, as TOML.'),
      }),
    )
    .describe('Files that have something of what was asked for, the weakest first.'),
  cloudInsertionIndex: z.int().min(0).describe('Where layers that the client has itself belong.'),
});

/** Reads configuration files of the executor that belong to the Codex CLI. */
export const environmentConfigRead = defineRequest({
  method: 'environmentConfig/read',
  family: 'environment',
  direction: 'clientToServer',
  summary: 'Answers parts of the configuration that the Codex CLI has on the executor.',
  params: z.object({
    cwd: pathUri,
    configPaths: tomlPaths.describe(
      'Keys from the top of `config.toml`; only what lies below them is answered.',
    ),
    requirementsPaths: tomlPaths.describe('The same for `requirements.toml`.'),
  }),
  result: z.object({
    userHomeDir: pathUri.nullish(),
    codexHomeDir: pathUri.nullish(),
    hostname: z.string().nullish(),
    config: configLayers,
    requirements: configLayers,
  }),
});

import * as z from 'zod';
import { defineRequest } from './define.js';

const pathUri = z.string().describe('A file: URI of the executor.');

/** What an executor says of itself; everything but `shell` may be absent. */
export const environmentInfoSchema = z.object({
  shell: z.object({ name: z.string(), path: z.string() }).describe('The default shell of the executor.'),
  executorVersion: z.string().nullish(),
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

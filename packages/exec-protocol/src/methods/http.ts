import * as z from 'zod';
import { listOf } from '../bounded-issues.js';
import { base64Bytes } from '../bytes.js';
import { defineNotification, defineRequest } from './define.js';
import { clientIdSchema } from './id-schemas.js';

const header = z.object({
  name: z.string(),
  value: z.string(),
});

const requestId = clientIdSchema.describe(
  'Names the request; unique among the streamed ones of a connection.',
);

/** Sends an HTTP request from the executor. */
export const httpRequest = defineRequest({
  method: 'http/request',
  family: 'http',
  direction: 'clientToServer',
  summary:
    'Sends an HTTP request from the executor and answers the response, its body whole or as a stream. Where too many are under way it waits until one is over, and is refused with `limitExceeded` after 30 s.',
  params: z.object({
    requestId,
    method: z.string(),
    url: z.string().describe('An absolute http or https URL; user info becomes basic authorization.'),
    headers: listOf(
      header.extend({
        valueEnvVar: z
          .string()
          .nullish()
          .describe('A variable of the executor whose value is appended to `value`.'),
      }),
    )
      .nullish()
      .describe('Order and repeated names are kept.'),
    bodyBase64: base64Bytes.nullish(),
    timeoutMs: z
      .int()
      .min(0)
      .nullish()
      .describe('Covers headers and body, and the wait where too many are under way; default none.'),
    redirectPolicy: z.enum(['follow', 'stop']).nullish().describe('Default follow.'),
    streamResponse: z
      .boolean()
      .nullish()
      .describe('The body follows in http/request/bodyDelta; default false.'),
  }),
  result: z.object({
    status: z.int(),
    headers: z.array(header),
    bodyBase64: base64Bytes.describe('Empty for a streamed response.'),
  }),
});

/** A piece of a streamed response. */
export const httpBodyDelta = defineNotification({
  method: 'http/request/bodyDelta',
  family: 'http',
  direction: 'serverToClient',
  summary: 'A piece of the body of a streamed response.',
  params: z.object({
    requestId,
    seq: z.int().min(1).describe('1, 2, 3 … without holes.'),
    deltaBase64: base64Bytes,
    done: z.boolean().describe('Nothing follows.'),
    error: z.string().nullish().describe('Why the body is not whole.'),
  }),
});

import * as z from 'zod';
import { defineNotification, defineRequest } from './define.js';
import { extensionField } from './extension-field.js';
import { processIdSchema } from './id-schemas.js';

const networkProtocol = z.enum(['http', 'https_connect', 'socks5_tcp', 'socks5_udp']);

/** What becomes of one request to the network. */
const policyDecisionSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('allow') }),
  z.object({ type: z.literal('deny'), reason: z.string().nullish() }),
  z.object({ type: z.literal('ask'), reason: z.string().nullish() }),
]);

/** Asks about one request of a process in a managed network. */
export const networkPolicyRequest = defineRequest({
  method: 'network/policyRequest',
  family: 'network',
  direction: 'serverToClient',
  summary:
    'Asks whether a process may reach a host that its lists do not name, this once. Everything but `allow`, an error and no answer in time included, refuses it.',
  params: z.object({
    processId: processIdSchema,
    request: z.object({ protocol: networkProtocol, host: z.string(), port: z.int() }),
    question: extensionField(
      'replay',
      z.int().min(1),
      'numbers the questions of a session; one that is asked again over another connection keeps its number.',
    ),
  }),
  result: z.object({ decision: policyDecisionSchema }),
});

/** What was decided about one request of a process in a managed network. */
export const networkPolicyDecision = defineNotification({
  method: 'network/policyDecision',
  family: 'network',
  direction: 'serverToClient',
  summary: 'What was decided about one request of a process in a managed network, allowed or not.',
  params: z.object({
    processId: processIdSchema,
    timestamp: z.string().describe('ISO 8601, in UTC.'),
    scope: z.enum(['domain', 'non_domain']),
    decision: z.enum(['allow', 'deny', 'ask']),
    source: z.string().describe('`baseline_policy` for the lists, `decider` for whoever was asked.'),
    reason: z.string(),
    protocol: networkProtocol,
    host: z.string(),
    port: z.int(),
    method: z.string().nullish().describe('Of HTTP.'),
    client: z.string().nullish().describe('The end of the connection inside the sandbox.'),
    policyOverride: z.boolean().describe('Whether somebody who was asked allowed what the lists do not.'),
  }),
});

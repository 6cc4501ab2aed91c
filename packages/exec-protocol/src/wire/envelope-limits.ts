import { MAX_MESSAGE_VALUES } from '../limits.js';
import type { JsonLimits } from './json-scanner.js';

/** Deepest nesting of a message, its own object included; the reference's figure. */
const MAX_JSON_DEPTH = 127;

/** What a message may be made of unless a caller of the codec says otherwise. */
export const ENVELOPE_LIMITS: JsonLimits = { maxDepth: MAX_JSON_DEPTH, maxValues: MAX_MESSAGE_VALUES };

/** What a side that only asks lets its answers be made of: 200,000 entries of a directory are 800,000 values. */
export const ANSWER_LIMITS: JsonLimits = { maxDepth: MAX_JSON_DEPTH, maxValues: 4 * MAX_MESSAGE_VALUES };

export type { Carrier } from './carrier.js';
export type { ConformanceCase } from './case.js';
export { CONFORMANCE_CASES } from './cases.js';
export type { Executor, Facts } from './executor.js';
export { Mismatch } from './expect.js';
export { type CaseResult, type ConformanceOptions, runConformance } from './run-conformance.js';

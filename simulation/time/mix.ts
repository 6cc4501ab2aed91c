/** A number below 2^32 that depends on all three and looks like chance. */
export function mix(a: number, b: number, c: number): number {
  let hash = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b);
  hash = Math.imul((hash ^ (hash >>> 13)) + b, 0xc2b2ae35);
  hash = Math.imul((hash ^ (hash >>> 16)) + c, 0x27d4eb2f);
  return (hash ^ (hash >>> 15)) >>> 0;
}

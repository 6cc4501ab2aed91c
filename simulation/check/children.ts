import type { ChildRecord } from '../system/script.js';
import type { WriteRecord } from '../world/simulated-client.js';
import type { World } from '../world/world.js';

/** No process is started twice, and stdin of each is what clients wrote: each write at most once, whole and in order. */
export function childViolations(world: World): string[] {
  const names = world.children.map(({ name }) => name);
  const doubled = names.filter((name, index) => names.indexOf(name) !== index);
  return [
    ...doubled.map((name) => `${name} was started again`),
    ...world.children.flatMap((record) => stdinViolations(world, record)),
  ];
}

function stdinViolations(world: World, record: ChildRecord): string[] {
  const { name, stdin, isTerminal } = record;
  const violations: string[] = [];
  const end = stdin.indexOf('end');
  if (end !== -1 && end < stdin.length - 1 && !isTerminal)
    violations.push(`${name}: stdin goes on after its end`);
  const chunks = stdin.filter((chunk) => chunk !== 'end');
  for (const client of world.clients) {
    const written = client.writes.filter(({ process }) => process === name);
    const order = chunks.map((chunk) => written.findIndex((write) => isWhole(write, chunk)));
    const taken = order.filter((index) => index !== -1);
    const isRising = taken.every((index, at) => at === 0 || index > (taken[at - 1] ?? -1));
    if (!isRising) violations.push(`${name}: stdin took the writes ${taken.join(', ')}`);
  }
  const all = world.clients.flatMap(({ writes }) => writes);
  const foreign = chunks.filter((chunk) => !all.some((write) => isWhole(write, chunk)));
  return [...violations, ...foreign.map((chunk) => `${name}: nobody wrote ${Buffer.from(chunk).toString()}`)];
}

function isWhole({ bytes }: WriteRecord, chunk: Uint8Array): boolean {
  return Buffer.compare(bytes, chunk) === 0;
}

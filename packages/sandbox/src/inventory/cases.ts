/** What each case is called by: its kind (must work, files, processes, network, start), then its number. */
type CaseId = `${'W' | 'F' | 'P' | 'N' | 'S'}${number}`;

/** How many cases of each kind there are; they are numbered from 01 on. */
const COUNTS = { W: 40, F: 42, P: 19, N: 20, S: 13 } as const;

/** Where each case is: in the titles of these tests, below the root of the repository. A case may be in several. */
export const CASES_BY_FILE: Readonly<Record<string, string>> = {
  'packages/sandbox/src/inventory/must-work.test.ts': 'W01-W13 W15-W17 W19-W24 W33-W35 W37-W40 P18',
  'packages/sandbox/src/inventory/terminals.test.ts': 'W25-W27 W36 P02',
  'packages/sandbox/src/inventory/file-escapes.test.ts': 'F01-F22 F25-F33 F35-F37 F39-F41',
  'packages/sandbox/src/inventory/late-mounts.test.ts': 'F42',
  'packages/sandbox/src/inventory/processes.test.ts': 'W14 W18 F38 P01-P17 P19 N01 N02 N04 N05 N19 S12',
  'packages/sandbox/src/inventory/network.test.ts': 'W28-W32 N03 N06-N15 N20',
  'packages/sandbox/src/inventory/unix-sockets.test.ts': 'N16-N18',
  'packages/sandbox/src/seatbelt/spellings.test.ts': 'F23 F24 F34',
  'packages/sandbox/src/seatbelt/outer-seatbelt.test.ts': 'S13',
  'packages/sandbox/src/plan-sandbox.test.ts': 'S13',
  'packages/exec-server/src/process/sandbox/outer-sandbox.test.ts': 'S13',
  'packages/sandbox/src/machine/probe-bwrap.test.ts': 'S01-S04',
  'packages/sandbox/src/linux/bwrap-plan.test.ts': 'S08',
  'packages/sandbox/src/linux/seccomp/compile-filter.test.ts': 'P13',
  'packages/sandbox/src/intent/parse-intent.test.ts': 'S05',
  'packages/sandbox/src/intent/normalise.test.ts': 'S08',
  'packages/sandbox/src/every-refusal.test.ts': 'S06 S07 S11',
  'packages/sandbox/src/ceiling/ceiling.test.ts': 'S10',
  'packages/sandbox/src/network/network-cell.test.ts': 'S09',
  'e2e/sandbox/sandbox-no-network.e2e.test.ts': 'S09',
};

/** The ids in a list of ids and ranges. */
export function idsIn(list: string): readonly CaseId[] {
  return list.split(' ').flatMap((part) => {
    const [first = '', last = first] = part.split('-');
    return range(kindOf(first), Number(first.slice(1)), Number(last.slice(1)));
  });
}

/** All ids that there are. */
export function allIds(): readonly CaseId[] {
  return Object.entries(COUNTS).flatMap(([kind, count]) => range(kindOf(kind), 1, count));
}

function kindOf(id: string): keyof typeof COUNTS {
  const [kind = ''] = id;
  if (kind in COUNTS) return kind as keyof typeof COUNTS;
  throw new Error(`there are no cases ${id}`);
}

function range(kind: keyof typeof COUNTS, first: number, last: number): readonly CaseId[] {
  return Array.from(
    { length: last - first + 1 },
    (_, at) => `${kind}${String(first + at).padStart(2, '0')}` as CaseId,
  );
}

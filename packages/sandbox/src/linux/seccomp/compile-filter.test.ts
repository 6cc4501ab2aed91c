import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ACTIONS, compileFilter } from './compile-filter.js';
import { FILTER_RULES, RESTRICTED_FILE_RULES } from './filter-rules.js';
import { type Architecture, AUDIT_ARCHITECTURE, type SyscallName, syscallNumber } from './syscalls.js';
import { runFilter } from './testing/interpreter.js';

const ALLOW = ACTIONS.allow;
const EPERM = ACTIONS.errno | 1;
const EINVAL = ACTIONS.errno | 22;
const ENOTTY = ACTIONS.errno | 25;
const ENOSYS = ACTIONS.errno | 38;
const EAFNOSUPPORT = ACTIONS.errno | 97;
const GARBAGE = 0xdead_beef_0000_0000n;

const ARCHITECTURES: readonly Architecture[] = ['x64', 'arm64'];

type Row = readonly [what: string, syscall: SyscallName, args: readonly (number | bigint)[], answer: number];

const TABLE: readonly Row[] = [
  ['mount', 'mount', [], EPERM],
  ['umount', 'umount2', [], EPERM],
  ['the newer mount calls', 'move_mount', [], EPERM],
  ['joining a namespace', 'setns', [3], EPERM],
  ['a new user namespace', 'unshare', [0x10000000], EPERM],
  ['a new mount namespace, with dirt in the high word', 'unshare', [GARBAGE | 0x20000n], EPERM],
  ['a new time namespace', 'unshare', [0x80], EPERM],
  ['descriptors of its own for a thread', 'unshare', [0x400], ALLOW],
  ['a thread', 'clone', [0x3d0f00], ALLOW],
  ['a fork', 'clone', [17], ALLOW],
  ['a fork whose exit signal has the bit of a namespace flag', 'clone', [0x80 | 17], ALLOW],
  ['a child in a new user namespace', 'clone', [0x10000000 | 17], EPERM],
  ['a child in a new network', 'clone', [0x40000000 | 17], EPERM],
  ['clone3, which is to fall back', 'clone3', [], ENOSYS],
  ['openat2, which is to fall back', 'openat2', [], ENOSYS],
  ['a ring', 'io_uring_setup', [], EPERM],
  ['requests to disks, of which a machine has so many', 'io_setup', [128], ENOSYS],
  ['TCP', 'socket', [2, 1, 0], ALLOW],
  ['UDP over IPv6', 'socket', [10, 2 | 0o2000000, 0], ALLOW],
  ['the routing table', 'socket', [16, 3, 0], ALLOW],
  ['the audit log', 'socket', [16, 3, 9], EAFNOSUPPORT],
  ['a Unix socket', 'socket', [1, 1, 0], EAFNOSUPPORT],
  ['a socket to the host of a virtual machine', 'socket', [40, 1, 0], EAFNOSUPPORT],
  ['a packet socket', 'socket', [17, 3, 0], EAFNOSUPPORT],
  ['kernel cryptography', 'socket', [38, 5, 0], EAFNOSUPPORT],
  ['a stream pair', 'socketpair', [1, 1, 0], ALLOW],
  ['a stream pair that is closed on exec', 'socketpair', [1, 1 | 0o2000000 | 0o4000, 0], ALLOW],
  ['a pair of packets in order', 'socketpair', [1, 5, 0], ALLOW],
  ['a pair of datagrams, which could be connected anew', 'socketpair', [1, 2, 0], EPERM],
  ['typing into the terminal', 'ioctl', [0, 0x5412], EPERM],
  ['typing into the terminal, with dirt in the high word', 'ioctl', [0, GARBAGE | 0x5412n], EPERM],
  ['pasting into the console', 'ioctl', [0, 0x541c], EPERM],
  ['what keys of the console type', 'ioctl', [0, 0x4b49], EPERM],
  ['which key of the console is which', 'ioctl', [0, 0x4b47], EPERM],
  ['another line discipline for the terminal', 'ioctl', [0, GARBAGE | 0x5423n], EPERM],
  ['the terminal for nobody else', 'ioctl', [0, 0x540c], EPERM],
  ['messages of the console', 'ioctl', [0, 0x541d], EPERM],
  ['a keyboard that types nothing', 'ioctl', [0, 0x4b45, 4], EPERM],
  ['a screen that shows nothing', 'ioctl', [0, 0x4b3a, 1], EPERM],
  ['other keys on the keyboard', 'ioctl', [0, 0x4b4d], EPERM],
  ['holding the output of the terminal', 'ioctl', [1, 0x540a, 0], EPERM],
  ['holding its input, with dirt in the high word', 'ioctl', [0, 0x540a, GARBAGE | 2n], EPERM],
  ['letting its output go on', 'ioctl', [1, 0x540a, 1], ALLOW],
  ['the window size', 'ioctl', [0, 0x5413], ALLOW],
  ['the foreground group', 'ioctl', [0, 0x5410], ALLOW],
  ['attaching to the first process', 'ptrace', [16, 1], EPERM],
  [
    'seizing the first process, with dirt in the high words',
    'ptrace',
    [GARBAGE | 0x4206n, GARBAGE | 1n],
    EPERM,
  ],
  ['attaching to any other one', 'ptrace', [16, 2], ALLOW],
  ['being traced by the parent, with dirt where a number would be', 'ptrace', [0, 1], ALLOW],
  ['reading memory of the first process', 'process_vm_readv', [1], EPERM],
  ['writing memory of the first process', 'process_vm_writev', [GARBAGE | 1n], EPERM],
  ['writing memory of any other one', 'process_vm_writev', [11], ALLOW],
  ['a descriptor of another process', 'pidfd_getfd', [3, 0, 0], EPERM],
  ['moving its arguments, with dirt in the high word', 'prctl', [GARBAGE | 35n, 14], EPERM],
  ['a name of its own', 'prctl', [15], ALLOW],
  ['a lease', 'fcntl', [3, 1024, 1], EPERM],
  ['asking for a lease', 'fcntl', [3, 1025], ALLOW],
  ['a delegation, with dirt in the high word', 'fcntl', [3, GARBAGE | 1040n, 1], EPERM],
  ['asking for a delegation', 'fcntl', [3, 1039], ALLOW],
  ['a signal of the terminal', 'fcntl', [0, 10, 9], EPERM],
  ['signals of a file', 'fcntl', [0, 4, 0x2802], EPERM],
  ['reading without waiting', 'fcntl', [0, 4, 0x802], ALLOW],
  ['signals of a terminal', 'ioctl', [0, 0x5452, 1], EPERM],
  ['a lock', 'fcntl', [3, 6], ALLOW],
  ['the priority of one process', 'setpriority', [0, 0, 5], ALLOW],
  ['the priority of a group, with dirt in the high word', 'setpriority', [GARBAGE | 1n, 0, 5], EPERM],
  ['the priority of a user', 'setpriority', [2, 0, 5], ALLOW],
  ['the turn at the disk of one process', 'ioprio_set', [1, 0, 0], ALLOW],
  ['the turn at the disk of a group', 'ioprio_set', [GARBAGE | 2n, 0, 0], EPERM],
  ['the turn at the disk of a user', 'ioprio_set', [3, 0, 0], ALLOW],
  ['moving who waits at a lock that others share', 'futex', [0, 3], EPERM],
  ['the same while it is locked', 'futex', [0, 4 | 256], EPERM],
  [
    'the same for locks that pass on a priority, with dirt in the high word',
    'futex',
    [0, GARBAGE | 12n],
    EPERM,
  ],
  ['moving its own threads', 'futex', [0, 4 | 128], ALLOW],
  ['waiting at a lock that others share', 'futex', [0, 0], ALLOW],
  ['waking who waits there', 'futex', [0, 1], ALLOW],
  ['moving them by the newest call, which is to fall back', 'futex_requeue', [], ENOSYS],
  ['a key', 'keyctl', [], EPERM],
  ['a plain mode', 'fchmodat', [0, 0, 0o755], ALLOW],
  ['a set-user-id mode', 'fchmodat', [0, 0, 0o4755], EPERM],
  ['a set-group-id mode', 'fchmod', [3, 0o2755], EPERM],
  ['a set-user-id mode by the newest call', 'fchmodat2', [0, 0, 0o4755, 0], EPERM],
  ['a new set-user-id file', 'openat', [0, 0, 0o101, 0o4755], EPERM],
  ['a nameless set-user-id file', 'openat', [0, 0, 0o20200002, 0o4755], EPERM],
  ['an existing file, with dirt where the mode would be', 'openat', [0, 0, 0, 0o4755], ALLOW],
  ['a new file', 'openat', [0, 0, 0o101, 0o644], ALLOW],
  ['a directory', 'openat', [0, 0, 0o200000, 0o6000], ALLOW],
  ['a fifo', 'mknodat', [0, 0, 0o10644], ALLOW],
  ['a set-user-id node', 'mknodat', [0, 0, 0o104755], EPERM],
  ['the kernel log', 'syslog', [], EPERM],
  ['bpf', 'bpf', [], EPERM],
  ['a profile of the machine', 'perf_event_open', [], EPERM],
  ['user-space page faults', 'userfaultfd', [], EPERM],
];

/** What differs where files are restricted: there, and elsewhere. */
const FILE_TABLE: readonly (readonly [...Row, elsewhere: number])[] = [
  ['a copy of a subvolume of btrfs', 'ioctl', [3, 0x50009417], ENOTTY, ALLOW],
  ['the same by the older request', 'ioctl', [3, 0x50009401], ENOTTY, ALLOW],
  ['the end of a subvolume, by its number', 'ioctl', [3, 0x5000943f], ENOTTY, ALLOW],
  ['the same by its name', 'ioctl', [3, 0x5000940f], ENOTTY, ALLOW],
  ['a copy of a subvolume of bcachefs', 'ioctl', [3, 0x4020bc10], ENOTTY, ALLOW],
  ['the key of a directory', 'ioctl', [3, 0xc0406618], ENOTTY, ALLOW],
  ['the same, with dirt in the high word', 'ioctl', [3, GARBAGE | 0xc0406618n], ENOTTY, ALLOW],
  ['another console', 'ioctl', [0, 0x5606, 2], ENOTTY, ALLOW],
  ['two names that are exchanged', 'renameat2', [3, 0, 3, 0, 2], EINVAL, ALLOW],
  ['the same, with dirt in the high word', 'renameat2', [3, 0, 3, 0, GARBAGE | 2n], EINVAL, ALLOW],
  ['a name that must not be taken', 'renameat2', [3, 0, 3, 0, 1], ALLOW, ALLOW],
  ['a device of its own kind', 'ioctl', [3, 0xae01], ENOTTY, ALLOW],
];

/** What programs do with files and descriptors everywhere. */
const HARMLESS = {
  'bytes that wait': 0x541b,
  'not waiting': 0x5421,
  'closing on exec': 0x5451,
  'the modes of a terminal': 0x5401,
  'the modes of a terminal, the newer way': 0x802c542a,
  'the other side of a terminal': 0x5441,
  'the addresses of a network': 0x8912,
  'how a set of descriptors is polled': 0x40088a01,
  'a call that a filter of its own stops': 0xc0502100,
  'where a file lies': 0xc020660b,
  'the flags of a file': 0x80086601,
  'other flags of a file': 0x40086602,
  'the project of a file': 0x801c581f,
  'a file that shares its blocks': 0x40049409,
  'a part that shares its blocks': 0x4020940d,
  'blocks that are alike': 0xc0189436,
} as const;

describe.each(ARCHITECTURES)('on %s', (architecture) => {
  const [program, restricted] = [FILTER_RULES, RESTRICTED_FILE_RULES].map((rules) =>
    compileFilter(architecture, rules),
  ) as [Uint8Array, Uint8Array];
  const run = (number: number, args: readonly (number | bigint)[] = [], filter = program): number =>
    runFilter(filter, { number, architecture: AUDIT_ARCHITECTURE[architecture], args });

  test.each(TABLE)('%s', (_, syscall, args, answer) => {
    const number = syscallNumber(syscall, architecture);
    const answers = [program, restricted].map((filter) =>
      number === undefined ? answer : run(number, args, filter),
    );
    expect(answers).toEqual([answer, answer]);
  });

  test.each(FILE_TABLE)('where files are restricted: %s', (_, syscall, args, answer, elsewhere) => {
    const number = syscallNumber(syscall, architecture) as number;
    expect([run(number, args, restricted), run(number, args)]).toEqual([answer, elsewhere]);
  });

  test.each(Object.entries(HARMLESS))('where files are restricted, as ever: %s', (_, request) => {
    expect(run(syscallNumber('ioctl', architecture) as number, [3, request], restricted)).toBe(ALLOW);
  });

  test('every other call passes', () => {
    const filtered = new Set(TABLE.map(([, syscall]) => syscallNumber(syscall, architecture)));
    const read = architecture === 'x64' ? 0 : 63;
    const ptrace = architecture === 'x64' ? 101 : 117;
    const connect = architecture === 'x64' ? 42 : 203;
    expect(filtered.has(read)).toBe(false);
    expect([read, ptrace, connect].map((number) => run(number))).toEqual([ALLOW, ALLOW, ALLOW]);
  });

  test('a call of another instruction set ends the process', () => {
    const i386 = 0x40000003;
    expect(runFilter(program, { number: 1, architecture: i386 })).toBe(ACTIONS.killProcess);
  });
});

test.each(ARCHITECTURES)('only %s knows some of the older calls', (architecture) => {
  const program = compileFilter(architecture, FILTER_RULES);
  const answers = (['chmod', 'open', 'creat', 'mknod'] as const).map((name) => {
    const number = syscallNumber(name, architecture);
    if (number === undefined) return 'none';
    const args = name === 'open' ? [0, 0o101, 0o4755] : [0, 0o4755];
    return runFilter(program, { number, architecture: AUDIT_ARCHITECTURE[architecture], args });
  });
  expect(answers).toEqual(
    architecture === 'x64' ? [EPERM, EPERM, EPERM, EPERM] : ['none', 'none', 'none', 'none'],
  );
});

test.each([0x40000000, 0x40000000 + 165, 0xffffffff])(
  'P13 on x64 the number %i of x32 does not exist',
  (number) => {
    expect(
      runFilter(compileFilter('x64', FILTER_RULES), { number, architecture: AUDIT_ARCHITECTURE.x64 }),
    ).toBe(ENOSYS);
  },
);

// A change of a program is a change of what is protected: look at the tables above before these.
test.each<[Architecture, number, string]>([
  ['x64', 433, 'a32ff431d0154c1a'],
  ['arm64', 405, 'e87415de3ff87427'],
])('the program for %s is the one that was looked at', (architecture, instructions, digest) => {
  const program = compileFilter(architecture, RESTRICTED_FILE_RULES);
  expect([program.byteLength / 8, createHash('sha256').update(program).digest('hex').slice(0, 16)]).toEqual([
    instructions,
    digest,
  ]);
});

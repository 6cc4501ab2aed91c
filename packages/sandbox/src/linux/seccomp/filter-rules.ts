import type { SyscallName } from './syscalls.js';

/** What becomes of a system call. */
export type Verdict = 'allow' | { readonly errno: number };

/** A test of the low word of an argument; the kernel ignores the high word of each one that is tested. */
export type ArgumentTest =
  | { readonly argument: number; readonly equals: number; readonly mask?: number }
  | { readonly argument: number; readonly hasAnyBitOf: number };

/** A verdict on a system call, or on those calls of it for which every test holds. The first rule that fits decides. */
export interface FilterRule {
  readonly syscall: SyscallName;
  readonly when: readonly ArgumentTest[];
  readonly verdict: Verdict;
}

const EPERM = 1;
const EINVAL = 22;
const ENOTTY = 25;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const NETLINK_ROUTE = 0;
const SOCK_STREAM = 1;
const SOCK_SEQPACKET = 5;
const SOCK_TYPE_MASK = 0xf;

const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;
const TCXONC = 0x540a;
const TCOOFF = 0;
const TCIOFF = 2;
const TIOCEXCL = 0x540c;
const TIOCCONS = 0x541d;
const TIOCSETD = 0x5423;
const KDSETMODE = 0x4b3a;
const KDSKBMODE = 0x4b45;
const KDSKBENT = 0x4b47;
const KDSKBSENT = 0x4b49;
const KDSETKEYCODE = 0x4b4d;

/** A request of `ioctl` has the kind of what it is for in this byte. */
const IOCTL_KIND_MASK = 0xff00;

/** Terminals with sockets' and pipes' common requests, sockets, sets of descriptors, and filters of system calls. */
const OPEN_IOCTL_KINDS = [0x5400, 0x8900, 0x8a00, 0x2100];

/** What reads of a file how it is stored, and what changes a file that may be written. */
const OPEN_FILE_IOCTLS = {
  FIGETBSZ: 0x00000002,
  FS_IOC_GETFLAGS: 0x80086601,
  FS_IOC_SETFLAGS: 0x40086602,
  FS_IOC_FIEMAP: 0xc020660b,
  FS_IOC_GETVERSION: 0x80087601,
  FS_IOC_FSGETXATTR: 0x801c581f,
  FS_IOC_FSSETXATTR: 0x401c5820,
  FS_IOC_GETFSLABEL: 0x81009431,
  FICLONE: 0x40049409,
  FICLONERANGE: 0x4020940d,
  FIDEDUPERANGE: 0xc0189436,
  XFS_IOC_DIOINFO: 0x800c581e,
  RNDGETENTCNT: 0x80045200,
} as const;

const FUTEX_SHARED_MASK = 0xff;
const FUTEX_REQUEUE = 3;
const FUTEX_CMP_REQUEUE = 4;
const FUTEX_CMP_REQUEUE_PI = 12;

const F_SETLEASE = 1024;
const F_SETDELEG = 1040;
const F_SETFL = 4;
const F_SETSIG = 10;
const O_ASYNC = 0x2000;
const FIOASYNC = 0x5452;

const PR_SET_MM = 35;

const PTRACE_ATTACH = 16;
const PTRACE_SEIZE = 0x4206;
const FIRST_PROCESS = 1;

const PRIO_PGRP = 1;
const IOPRIO_WHO_PGRP = 2;

const NEW_NAMESPACES = 0x7e020000;
const NEW_TIME_NAMESPACE = 0x80;

const RENAME_EXCHANGE = 2;

const CREATES_FILE = 0o100 | 0o20000000;
const SET_ID_BITS = 0o6000;

/**
 * What namespaces and dropped capabilities leave open. Nothing that programs need is here: stream socket pairs, servers,
 * ptrace among themselves, job control and threads pass.
 */
export const FILTER_RULES: readonly FilterRule[] = [
  // The covers of a sandbox are mounts: whoever can make a mount namespace of his own could take them off.
  ...forbidden(EPERM, [
    'mount',
    'umount2',
    'pivot_root',
    'move_mount',
    'open_tree',
    'open_tree_attr',
    'fsopen',
    'fsconfig',
    'fsmount',
    'fspick',
    'mount_setattr',
    'setns',
  ]),
  onlyWhen('unshare', [{ argument: 0, hasAnyBitOf: NEW_NAMESPACES | NEW_TIME_NAMESPACE }], EPERM),
  onlyWhen('clone', [{ argument: 0, hasAnyBitOf: NEW_NAMESPACES }], EPERM),
  // Their flags are behind a pointer. Libraries fall back to the older call, whose flags can be seen.
  ...forbidden(ENOSYS, ['clone3', 'openat2']),
  // A ring opens files and sockets without the calls that are filtered here.
  ...forbidden(EPERM, ['io_uring_setup', 'io_uring_enter', 'io_uring_register']),
  // Their number is one for the whole machine. Programs do without where a kernel has none.
  ...forbidden(ENOSYS, ['io_setup']),
  ...sockets(),
  // Typing into the terminal would run commands outside, once the sandbox is gone; keys of a console type what they are told to.
  ...onTerminals([TIOCSTI, TIOCLINUX, KDSKBENT, KDSKBSENT]),
  // What no program at the terminal could undo, or even be shown, once the sandbox is gone.
  ...onTerminals([TIOCSETD, TIOCEXCL, TIOCCONS, KDSETMODE, KDSKBMODE, KDSETKEYCODE]),
  ...[TCOOFF, TCIOFF].map((equals) =>
    onlyWhen(
      'ioctl',
      [
        { argument: 1, equals: TCXONC },
        { argument: 2, equals },
      ],
      EPERM,
    ),
  ),
  ...firstProcess(),
  // On a terminal the group may have processes outside. Those of a user are looked for among the processes of the sandbox alone.
  onlyWhen('setpriority', [{ argument: 0, equals: PRIO_PGRP }], EPERM),
  onlyWhen('ioprio_set', [{ argument: 0, equals: IOPRIO_WHO_PGRP }], EPERM),
  // It makes arguments and environment of any length out of nothing, and whoever outside looks at them reads them to the end.
  onlyWhen('prctl', [{ argument: 0, equals: PR_SET_MM }], EPERM),
  // A lease is granted on what is read-only, too, and lets whoever opens the file outside wait for the command. So is a delegation, on directories as well.
  ...[F_SETLEASE, F_SETDELEG].map((equals) => onlyWhen('fcntl', [{ argument: 1, equals }], EPERM)),
  ...signalsOfFiles(),
  ...sharedFutexes(),
  // Keyrings are inherited across namespaces.
  ...forbidden(EPERM, ['add_key', 'request_key', 'keyctl']),
  ...setIdFiles(),
  ...forbidden(EPERM, [
    'acct',
    'bpf',
    'delete_module',
    'finit_module',
    'init_module',
    'ioperm',
    'iopl',
    'kexec_file_load',
    'kexec_load',
    'lookup_dcookie',
    'move_pages',
    'open_by_handle_at',
    'perf_event_open',
    'quotactl',
    'quotactl_fd',
    'reboot',
    'swapoff',
    'swapon',
    'syslog',
    'userfaultfd',
  ]),
];

/**
 * The same where files are restricted. What `ioctl` does with a file depends on its file system, and much of it asks for no mount that
 * may be written: btrfs copies a subvolume with all that is covered in it, and the keys of encrypted directories are taken from the whole
 * machine. So only what is known to be harmless is let through, and devices are not to be had there anyway.
 */
export const RESTRICTED_FILE_RULES: readonly FilterRule[] = [
  ...FILTER_RULES,
  // XFS gives what is exchanged no new time: nothing would show that a repository has another file than before.
  onlyWhen('renameat2', [{ argument: 4, hasAnyBitOf: RENAME_EXCHANGE }], EINVAL),
  ...OPEN_IOCTL_KINDS.map((equals) => allowedIoctl({ equals, mask: IOCTL_KIND_MASK })),
  ...Object.values(OPEN_FILE_IOCTLS).map((equals) => allowedIoctl({ equals })),
  // As file systems say that do not know a request: programs do without.
  onlyWhen('ioctl', [], ENOTTY),
];

function allowedIoctl(test: { readonly equals: number; readonly mask?: number }): FilterRule {
  return { syscall: 'ioctl', when: [{ argument: 1, ...test }], verdict: 'allow' };
}

/**
 * Whoever can read a file may move those who wait at a lock in it, outside as well, to where nobody wakes them. C libraries move
 * none that wait at what processes share.
 */
function sharedFutexes(): readonly FilterRule[] {
  const requeues = [FUTEX_REQUEUE, FUTEX_CMP_REQUEUE, FUTEX_CMP_REQUEUE_PI].map((equals) =>
    onlyWhen('futex', [{ argument: 1, equals, mask: FUTEX_SHARED_MASK }], EPERM),
  );
  // Its flags are behind a pointer.
  return [...requeues, ...forbidden(ENOSYS, ['futex_requeue'])];
}

/** The kernel sends what is asked for to the foreground group of a terminal, which is outside, whatever group asks. */
function signalsOfFiles(): readonly FilterRule[] {
  return [
    onlyWhen('fcntl', [{ argument: 1, equals: F_SETSIG }], EPERM),
    onlyWhen(
      'fcntl',
      [
        { argument: 1, equals: F_SETFL },
        { argument: 2, hasAnyBitOf: O_ASYNC },
      ],
      EPERM,
    ),
    ...onTerminals([FIOASYNC]),
  ];
}

function onTerminals(requests: readonly number[]): readonly FilterRule[] {
  return requests.map((equals) => onlyWhen('ioctl', [{ argument: 1, equals }], EPERM));
}

/** A read-only mount lets programs connect to its sockets, and abstract ones have no file: so none of either are made. */
function sockets(): readonly FilterRule[] {
  const allowed = [AF_INET, AF_INET6].map(
    (family): FilterRule => ({
      syscall: 'socket',
      when: [{ argument: 0, equals: family }],
      verdict: 'allow',
    }),
  );
  const route: FilterRule = {
    syscall: 'socket',
    when: [
      { argument: 0, equals: AF_NETLINK },
      { argument: 2, equals: NETLINK_ROUTE },
    ],
    verdict: 'allow',
  };
  // A pair is connected to itself, but one of datagrams could be connected anew.
  const pairs = [SOCK_STREAM, SOCK_SEQPACKET].map(
    (type): FilterRule => ({
      syscall: 'socketpair',
      when: [
        { argument: 0, equals: AF_UNIX },
        { argument: 1, equals: type, mask: SOCK_TYPE_MASK },
      ],
      verdict: 'allow',
    }),
  );
  return [
    ...allowed,
    route,
    ...pairs,
    ...forbidden(EAFNOSUPPORT, ['socket']),
    ...forbidden(EPERM, ['socketpair']),
  ];
}

/**
 * The first process is bubblewrap's: the sandbox ends with whoever started it because that one has asked for it, and whoever
 * writes to its memory or registers has it ask for something else. Its only thread has its number.
 */
function firstProcess(): readonly FilterRule[] {
  const attaching = [PTRACE_ATTACH, PTRACE_SEIZE].map((request) =>
    onlyWhen(
      'ptrace',
      [
        { argument: 0, equals: request },
        { argument: 1, equals: FIRST_PROCESS },
      ],
      EPERM,
    ),
  );
  const copying = (['process_vm_readv', 'process_vm_writev'] as const).map((syscall) =>
    onlyWhen(syscall, [{ argument: 0, equals: FIRST_PROCESS }], EPERM),
  );
  // Whose descriptor is taken cannot be seen; that of the first process which tells how the command ended is among them.
  return [...attaching, ...copying, ...forbidden(EPERM, ['pidfd_getfd'])];
}

/** A file that runs as its owner outlives the sandbox, and other users of the machine could run it. */
function setIdFiles(): readonly FilterRule[] {
  const modes: readonly (readonly [SyscallName, number])[] = [
    ['chmod', 1],
    ['fchmod', 1],
    ['fchmodat', 2],
    ['fchmodat2', 2],
    ['creat', 1],
    ['mknod', 1],
    ['mknodat', 2],
  ];
  // Without a file to create, the mode of these is whatever was left in its register.
  const opens: readonly (readonly [SyscallName, number])[] = [
    ['open', 1],
    ['openat', 2],
  ];
  return [
    ...modes.map(([syscall, argument]) => onlyWhen(syscall, [{ argument, hasAnyBitOf: SET_ID_BITS }], EPERM)),
    ...opens.map(([syscall, flags]) =>
      onlyWhen(
        syscall,
        [
          { argument: flags, hasAnyBitOf: CREATES_FILE },
          { argument: flags + 1, hasAnyBitOf: SET_ID_BITS },
        ],
        EPERM,
      ),
    ),
  ];
}

function forbidden(errno: number, syscalls: readonly SyscallName[]): readonly FilterRule[] {
  return syscalls.map((syscall) => onlyWhen(syscall, [], errno));
}

function onlyWhen(syscall: SyscallName, when: readonly ArgumentTest[], errno: number): FilterRule {
  return { syscall, when, verdict: { errno } };
}

/** An instruction set whose system calls are known here. */
export type Architecture = 'x64' | 'arm64';

/** How the kernel names an instruction set to a filter. */
export const AUDIT_ARCHITECTURE: Readonly<Record<Architecture, number>> = {
  x64: 0xc000003e,
  arm64: 0xc00000b7,
};

/** From here on, numbers on x64 are those of x32, a second table over the same calls. */
export const X32_FIRST_NUMBER = 0x40000000;

/** The numbers of a system call; undefined where an instruction set never had it. */
type Numbers = readonly [x64: number | undefined, arm64: number | undefined];

const NUMBERS = {
  acct: [163, 89],
  add_key: [248, 217],
  bpf: [321, 280],
  chmod: [90, undefined],
  clone: [56, 220],
  clone3: [435, 435],
  creat: [85, undefined],
  delete_module: [176, 106],
  fchmod: [91, 52],
  fchmodat: [268, 53],
  fchmodat2: [452, 452],
  fcntl: [72, 25],
  finit_module: [313, 273],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fsopen: [430, 430],
  fspick: [433, 433],
  futex: [202, 98],
  futex_requeue: [456, 456],
  init_module: [175, 105],
  io_setup: [206, 0],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  io_uring_setup: [425, 425],
  ioctl: [16, 29],
  ioperm: [173, undefined],
  iopl: [172, undefined],
  ioprio_set: [251, 30],
  kexec_file_load: [320, 294],
  kexec_load: [246, 104],
  keyctl: [250, 219],
  lookup_dcookie: [212, 18],
  mknod: [133, undefined],
  mknodat: [259, 33],
  mount: [165, 40],
  mount_setattr: [442, 442],
  move_mount: [429, 429],
  move_pages: [279, 239],
  open: [2, undefined],
  openat: [257, 56],
  openat2: [437, 437],
  open_by_handle_at: [304, 265],
  open_tree: [428, 428],
  open_tree_attr: [467, 467],
  perf_event_open: [298, 241],
  pidfd_getfd: [438, 438],
  pivot_root: [155, 41],
  prctl: [157, 167],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  ptrace: [101, 117],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  reboot: [169, 142],
  renameat2: [316, 276],
  request_key: [249, 218],
  setns: [308, 268],
  setpriority: [141, 140],
  socket: [41, 198],
  socketpair: [53, 199],
  swapoff: [168, 225],
  swapon: [167, 224],
  syslog: [103, 116],
  umount2: [166, 39],
  unshare: [272, 97],
  userfaultfd: [323, 282],
} as const satisfies Record<string, Numbers>;

/** A system call that the filter has an opinion about. */
export type SyscallName = keyof typeof NUMBERS;

/** The number of a system call, or undefined where the instruction set does not have it. */
export function syscallNumber(name: SyscallName, architecture: Architecture): number | undefined {
  const [x64, arm64] = NUMBERS[name];
  return architecture === 'x64' ? x64 : arm64;
}

import { statfsSync } from 'node:fs';

/**
 * Whether a file is one of the kernel's own, wherever its file system is mounted: to read it may do something, such as take away
 * what it says. @param path Of what is held open, so that nothing is waited for.
 */
export function isOnKernelFileSystem(path: string): boolean {
  return KERNEL_MAGIC.has(statfsSync(path).type);
}

/** Whether what is written on a file system changes the machine, its processes or its devices. @param type As mount tables name it. */
export function isKernelFileSystem(type: string): boolean {
  return type !== NAMESPACES && Object.hasOwn(KERNEL_FILE_SYSTEMS, type);
}

/** What shows there stands for a namespace, and nothing can be written. */
const NAMESPACES = 'nsfs';

/** In which nobody keeps files, with their numbers in `linux/magic.h`; undefined where a file is read like any other. */
const KERNEL_FILE_SYSTEMS: Readonly<Record<string, number | undefined>> = {
  proc: 0x9fa0,
  sysfs: 0x62656572,
  cgroup: 0x27e0eb,
  cgroup2: 0x63677270,
  debugfs: 0x64626720,
  tracefs: 0x74726163,
  securityfs: 0x73636673,
  configfs: 0x62656570,
  bpf: 0xcafe4a11,
  binfmt_misc: 0x42494e4d,
  efivarfs: 0xde5e81e4,
  pstore: 0x6165676c,
  devpts: 0x1cd1,
  mqueue: 0x19800202,
  fusectl: 0x65735543,
  selinuxfs: 0xf97cff8c,
  smackfs: 0x43415d53,
  resctrl: 0x7655821,
  nfsd: 0x6e667364,
  rpc_pipefs: 0x67596969,
  [NAMESPACES]: 0x6e736673,
  xenfs: 0xabba1974,
  devtmpfs: undefined,
  binder: undefined,
  functionfs: undefined,
  gadgetfs: undefined,
  usbfs: undefined,
  spufs: undefined,
  hypfs: undefined,
  dlmfs: undefined,
  openpromfs: undefined,
};

const KERNEL_MAGIC: ReadonlySet<number> = new Set(
  Object.values(KERNEL_FILE_SYSTEMS).filter((magic) => magic !== undefined),
);

import { systemProgram } from './system-programs.js';

/** A program with its first words; the path follows where a tree of mounts begins. */
export type TreeCloser = readonly [string, ...string[]];

/**
 * What closes a tree of mounts on this machine: read-only, without devices and set-user-ID. It asks the kernel itself (Linux 5.12), which
 * goes from mount to mount: a name leads neither to a mount that is covered nor past a directory that somebody has shut.
 * @param find Looks a program up; default among those of the system. @returns undefined where none can do that.
 */
export function findTreeCloser(find = systemProgram): TreeCloser | undefined {
  const perl = find('perl');
  if (perl !== undefined) return [perl, '-e', PERL];
  const python = find('python3');
  return python === undefined ? undefined : [python, '-I', '-c', PYTHON];
}

/** mount_setattr, on x64 and arm64. */
const CALL = 442;
const FROM_WORKING_DIRECTORY = -100;
const RECURSIVELY = 0x8000;
const READ_ONLY = 0x1;
const NO_SET_ID = 0x2;
const NO_DEVICES = 0x4;

/** What is set, what is cleared, and two words of no interest here. */
const ATTRIBUTES = `'QQQQ', ${READ_ONLY | NO_SET_ID | NO_DEVICES}, 0, 0, 0`;
const ATTRIBUTES_BYTES = 32;

const PERL = `my $attributes = pack(${ATTRIBUTES});
syscall(${CALL}, ${FROM_WORKING_DIRECTORY}, $ARGV[0], ${RECURSIVELY}, $attributes, ${ATTRIBUTES_BYTES}) == 0 or die "$!\\n";`;

const PYTHON = `import ctypes, os, struct, sys
call = ctypes.CDLL(None, use_errno=True).syscall
attributes = struct.pack(${ATTRIBUTES})
size = ctypes.c_size_t(${ATTRIBUTES_BYTES})
if call(${CALL}, ${FROM_WORKING_DIRECTORY}, os.fsencode(sys.argv[1]), ${RECURSIVELY}, attributes, size) != 0:
    sys.exit(os.strerror(ctypes.get_errno()))`;

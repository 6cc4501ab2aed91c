import { accessSync, constants } from 'node:fs';
import { systemPlaces } from '@holdfast/sandbox/internal';

// prctl(PR_SET_MM, PR_SET_MM_MAP) needs no privilege. Pages that were never written take no memory.
const SCRIPT = `
import ctypes, struct, sys
size, text = int(sys.argv[1]), sys.argv[2].encode()
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
start = libc.mmap(None, ctypes.c_size_t(size), 3, 0x4022, -1, ctypes.c_long(0))
ctypes.memmove(start, text, len(text))
here = (start, start + 1, start, start + 1, start, start, start, start, start, start, start + size)
place = ctypes.create_string_buffer(struct.pack("11QQIi", *here, 0, 0, -1))
if libc.prctl(35, 14, place, len(place) - 1, 0): sys.exit("the environment could not be moved")
print("long", flush=True)
while True: libc.pause()
`;

const PYTHON = systemPlaces('python3').find(isProgram);

/** Whether this machine has what it takes. */
export const canHaveLongEnvironment = process.platform === 'linux' && PYTHON !== undefined;

/** A command that says `long` when its environment has so many bytes, the first of which are `text`, and then waits. */
export function longEnvironment(bytes: number, text: string): readonly string[] {
  return [PYTHON ?? '', '-c', SCRIPT, String(bytes), text];
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

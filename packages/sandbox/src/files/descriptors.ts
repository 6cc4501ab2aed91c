/** Linux: gives a handle on a file without opening it, and without any right to read it. Node does not name it. */
export const O_PATH = 0o10000000;

/** A path that leads to an open file, and nowhere else whatever has become of its name. Linux alone has it. */
export function pathOfDescriptor(fd: number): string {
  return `/proc/self/fd/${fd}`;
}

/** One instruction of classic BPF. Jumps count the instructions that are skipped. */
export interface Instruction {
  readonly code: number;
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly operand: number;
}

/** The few operations that a seccomp program needs. */
export const OPCODES = {
  loadWord: 0x20,
  jumpIfEqual: 0x15,
  jumpIfAtLeast: 0x35,
  jumpIfAnyBit: 0x45,
  and: 0x54,
  return: 0x06,
} as const;

const JUMPS = {
  ifEqual: OPCODES.jumpIfEqual,
  ifAtLeast: OPCODES.jumpIfAtLeast,
  ifAnyBit: OPCODES.jumpIfAnyBit,
} as const;

const BYTES_EACH = 8;
const MAX_INSTRUCTIONS = 4096;

/** Reads a word of the data about a system call. */
export function loadWord(offset: number): Instruction {
  return { code: OPCODES.loadWord, jumpTrue: 0, jumpFalse: 0, operand: offset };
}

/** Keeps the bits of a mask. */
export function and(mask: number): Instruction {
  return { code: OPCODES.and, jumpTrue: 0, jumpFalse: 0, operand: mask };
}

/** Skips instructions, depending on a test of what was loaded. */
export function jump(
  test: 'ifEqual' | 'ifAtLeast' | 'ifAnyBit',
  operand: number,
  skipped: { readonly whenTrue: number; readonly whenFalse: number },
): Instruction {
  return { code: JUMPS[test], jumpTrue: skipped.whenTrue, jumpFalse: skipped.whenFalse, operand };
}

/** Ends the program with a verdict. */
export function verdict(action: number): Instruction {
  return { code: OPCODES.return, jumpTrue: 0, jumpFalse: 0, operand: action };
}

/**
 * The program as the kernel takes it, little-endian.
 * @throws RangeError when it is too long, or a jump is too far for its eight bits.
 */
export function assemble(program: readonly Instruction[]): Uint8Array {
  if (program.length > MAX_INSTRUCTIONS) {
    throw new RangeError(`a program of ${program.length} instructions is longer than ${MAX_INSTRUCTIONS}`);
  }
  const bytes = new Uint8Array(program.length * BYTES_EACH);
  const view = new DataView(bytes.buffer);
  program.forEach(({ code, jumpTrue, jumpFalse, operand }, at) => {
    if (jumpTrue > 0xff || jumpFalse > 0xff) throw new RangeError(`instruction ${at} jumps too far`);
    view.setUint16(at * BYTES_EACH, code, true);
    view.setUint8(at * BYTES_EACH + 2, jumpTrue);
    view.setUint8(at * BYTES_EACH + 3, jumpFalse);
    view.setUint32(at * BYTES_EACH + 4, operand >>> 0, true);
  });
  return bytes;
}

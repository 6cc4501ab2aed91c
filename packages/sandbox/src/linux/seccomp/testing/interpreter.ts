import { OPCODES } from '../bpf.js';

/** A system call as the kernel shows it to a filter. */
export interface SyscallData {
  readonly number: number;
  readonly architecture: number;
  readonly args?: readonly (number | bigint)[];
}

/** Runs a seccomp program as the kernel would. @returns its verdict. */
export function runFilter(program: Uint8Array, { number, architecture, args = [] }: SyscallData): number {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, number >>> 0, true);
  data.setUint32(4, architecture, true);
  args.forEach((value, at) => {
    data.setBigUint64(16 + at * 8, BigInt.asUintN(64, BigInt(value)), true);
  });
  const code = new DataView(program.buffer, program.byteOffset, program.byteLength);
  let accumulator = 0;
  for (let at = 0; at < program.byteLength; at += 8) {
    const operand = code.getUint32(at + 4, true);
    const go = (holds: boolean): void => {
      at += 8 * code.getUint8(at + (holds ? 2 : 3));
    };
    switch (code.getUint16(at, true)) {
      case OPCODES.loadWord:
        accumulator = data.getUint32(operand, true);
        break;
      case OPCODES.and:
        accumulator = (accumulator & operand) >>> 0;
        break;
      case OPCODES.jumpIfEqual:
        go(accumulator === operand);
        break;
      case OPCODES.jumpIfAtLeast:
        go(accumulator >= operand);
        break;
      case OPCODES.jumpIfAnyBit:
        go((accumulator & operand) !== 0);
        break;
      case OPCODES.return:
        return operand;
      default:
        throw new Error(`no such instruction at ${at / 8}`);
    }
  }
  throw new Error('the program runs off its end');
}

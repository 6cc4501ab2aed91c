/** Opcode of a text frame. */
const TEXT = 1;
const END_OF_HEAD = Buffer.from('\r\n\r\n');

/** A piece of a WebSocket connection that belongs together: the HTTP head, or one frame. */
export interface Frame {
  /** The bytes as they came. */
  readonly raw: Buffer;
  /** Without the head of a frame; of the HTTP head all. */
  readonly payloadBytes: number;
  /** What a text frame says; undefined for everything else. */
  readonly text: string | undefined;
}

/** Cuts one direction of a WebSocket connection into frames. */
export class FrameReader {
  #rest: Buffer[] = [];
  #restBytes = 0;
  /** What must be there before it is worth looking again. */
  #wantedBytes = 0;
  #isBehindHead: boolean;

  /** @param isBehindHead Whether somebody else has taken the HTTP head; default false. */
  constructor(isBehindHead = false) {
    this.#isBehindHead = isBehindHead;
  }

  /** Takes bytes as they come, and gives the frames that they complete. */
  push(bytes: Buffer): readonly Frame[] {
    this.#rest.push(bytes);
    this.#restBytes += bytes.length;
    const frames: Frame[] = [];
    while (this.#restBytes > 0 && this.#restBytes >= this.#wantedBytes) {
      const all = this.#rest.length === 1 ? (this.#rest[0] ?? bytes) : Buffer.concat(this.#rest);
      this.#rest = [all];
      const length = this.#isBehindHead ? frameBytes(all) : headBytes(all);
      this.#wantedBytes = length ?? this.#restBytes + 1;
      if (length === undefined || this.#restBytes < length) continue;
      const raw = all.subarray(0, length);
      frames.push(this.#isBehindHead ? frameOf(raw) : { raw, payloadBytes: length, text: undefined });
      this.#isBehindHead = true;
      this.#rest = [all.subarray(length)];
      this.#restBytes -= length;
      this.#wantedBytes = 0;
    }
    return frames;
  }
}

function headBytes(bytes: Buffer): number | undefined {
  const end = bytes.indexOf(END_OF_HEAD);
  return end < 0 ? undefined : end + END_OF_HEAD.length;
}

function frameBytes(bytes: Buffer): number | undefined {
  const layout = layoutOf(bytes);
  return layout === undefined ? undefined : layout.payloadAt + layout.payloadBytes;
}

/** Where the payload of a frame lies; undefined until its head is there. */
function layoutOf(bytes: Buffer): { payloadAt: number; payloadBytes: number; isMasked: boolean } | undefined {
  if (bytes.length < 2) return undefined;
  const second = bytes.readUInt8(1);
  const isMasked = (second & 0x80) !== 0;
  const short = second & 0x7f;
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  const payloadAt = 2 + lengthBytes + (isMasked ? 4 : 0);
  if (bytes.length < payloadAt) return undefined;
  const payloadBytes =
    lengthBytes === 8 ? Number(bytes.readBigUInt64BE(2)) : lengthBytes === 2 ? bytes.readUInt16BE(2) : short;
  return { payloadAt, payloadBytes, isMasked };
}

function frameOf(raw: Buffer): Frame {
  return { raw, payloadBytes: layoutOf(raw)?.payloadBytes ?? 0, text: textOf(raw) };
}

function textOf(frame: Buffer): string | undefined {
  const layout = layoutOf(frame);
  if (layout === undefined || (frame.readUInt8(0) & 0x0f) !== TEXT) return undefined;
  const { payloadAt, isMasked } = layout;
  const payload = frame.subarray(payloadAt);
  if (!isMasked) return payload.toString();
  const mask = frame.subarray(payloadAt - 4, payloadAt);
  return Buffer.from(payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0))).toString();
}

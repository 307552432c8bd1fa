import { BATCH_STATUSES, BATCH_VERBS, type BatchVerb } from '../../../../src/http/cache/batch/batch-op.ts';

/** One frame of a request, with what is left out at 0. */
export interface Frame {
  readonly verb: BatchVerb;
  readonly key: string | Buffer;
  readonly value?: string | Buffer;
  readonly flags?: number;
  readonly ttl?: number;
  readonly number?: bigint;
}

/** One frame of an answer. */
export interface ReplyFrame {
  readonly status: string;
  readonly flags: number;
  readonly value: string;
}

/** The binary form of a batch, written anew from its description. */
export function toFrames(frames: readonly Frame[]): Buffer {
  return Buffer.concat(
    frames.flatMap(({ verb, key, value = '', flags = 0, ttl = 0, number = 0n }) => {
      const [keyBytes, valueBytes] = [Buffer.from(key as string), Buffer.from(value as string)];
      const header = Buffer.alloc(24);
      header[0] = BATCH_VERBS.indexOf(verb);
      header.writeUInt16BE(keyBytes.length, 2);
      header.writeUInt32BE(valueBytes.length, 4);
      header.writeUInt32BE(flags, 8);
      header.writeUInt32BE(ttl, 12);
      header.writeBigUInt64BE(number, 16);
      return [header, keyBytes, valueBytes];
    }),
  );
}

/** Reads a binary answer. */
export function fromFrames(bytes: Buffer): ReplyFrame[] {
  const frames: ReplyFrame[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const end = offset + 12 + bytes.readUInt32BE(offset + 8);
    const status = BATCH_STATUSES[bytes[offset]!]!;
    frames.push({ status, flags: bytes.readUInt32BE(offset + 4), value: bytes.toString('latin1', offset + 12, end) });
    offset = end;
  }
  return frames;
}

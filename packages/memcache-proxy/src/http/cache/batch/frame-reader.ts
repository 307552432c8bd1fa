import { badBatch, batchTooLarge } from './batch-error.ts';
import { BATCH_VERBS, type BatchOp, type BatchVerb, hasValue } from './batch-op.ts';
import type { OpReader, OpReaderOptions } from './op-reader.ts';

/** The bytes of a frame before its key. */
export const REQUEST_HEADER_BYTES = 24;
const none = Buffer.alloc(0);

/**
 * Reads the binary form of a batch: one frame for each operation, all numbers big-endian.
 *
 *     0      verb: 1 get, 2 set, 3 add, 4 replace, 5 append, 6 prepend, 7 cas, 8 delete, 9 touch, 10 incr, 11 decr
 *     1      0
 *     2-3    length of the key
 *     4-7    length of the value; 0 for verbs that have none
 *     8-11   flags
 *     12-15  time to live in seconds from now, 0 for ever
 *     16-23  CAS value of cas, amount of incr and decr
 *     24-    key, value
 */
export class FrameReader implements OpReader {
  readonly #options: OpReaderOptions;
  readonly #ops: BatchOp[] = [];
  #pieces: Buffer[] = [];
  #length = 0;
  /** Bytes that must be there before the next look. */
  #wanted = REQUEST_HEADER_BYTES;

  constructor(options: OpReaderOptions) {
    this.#options = options;
  }

  push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length < this.#wanted) return;
    const bytes = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces, this.#length);
    let offset = 0;
    for (;;) {
      const left = bytes.length - offset;
      this.#wanted = REQUEST_HEADER_BYTES;
      if (left >= REQUEST_HEADER_BYTES) this.#wanted = this.#frameBytes(bytes, offset);
      if (left < this.#wanted) break;
      this.#ops.push(readOp(bytes, offset));
      offset += this.#wanted;
    }
    this.#pieces = offset === bytes.length ? [] : [bytes.subarray(offset)];
    this.#length = bytes.length - offset;
  }

  end(): BatchOp[] {
    if (this.#length > 0) throw badBatch(`the body ends in the middle of frame ${this.#ops.length}`);
    return this.#ops;
  }

  /** The length of the frame, whose header is there, after checking it. */
  #frameBytes(bytes: Buffer, offset: number): number {
    const { maxOps, maxValueBytes } = this.#options;
    const index = this.#ops.length;
    if (index >= maxOps) throw batchTooLarge(`a batch must have at most ${maxOps} operations; nothing was carried out`);
    const verb = BATCH_VERBS[bytes[offset]!];
    if (verb === undefined || verb === 'none') throw badBatch(`frame ${index} has the unknown verb ${bytes[offset]!}`);
    if (bytes[offset + 1] !== 0) throw badBatch(`byte 1 of frame ${index} must be 0`);
    const valueBytes = bytes.readUInt32BE(offset + 4);
    if (valueBytes > 0 && !hasValue(verb)) throw badBatch(`frame ${index} (${verb}) must have no value`);
    if (valueBytes > maxValueBytes) {
      throw badBatch(`frame ${index}: a value must have at most ${maxValueBytes} bytes, got ${valueBytes}`);
    }
    return REQUEST_HEADER_BYTES + bytes.readUInt16BE(offset + 2) + valueBytes;
  }
}

function readOp(bytes: Buffer, offset: number): BatchOp {
  const keyEnd = offset + REQUEST_HEADER_BYTES + bytes.readUInt16BE(offset + 2);
  const valueBytes = bytes.readUInt32BE(offset + 4);
  return {
    verb: BATCH_VERBS[bytes[offset]!] as BatchVerb,
    key: bytes.subarray(offset + REQUEST_HEADER_BYTES, keyEnd),
    value: valueBytes === 0 ? none : bytes.subarray(keyEnd, keyEnd + valueBytes),
    flags: bytes.readUInt32BE(offset + 8),
    ttl: bytes.readUInt32BE(offset + 12),
    number: bytes.readBigUInt64BE(offset + 16),
  };
}

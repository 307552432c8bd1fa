import { isUtf8 } from 'node:buffer';

import { MemcacheProxyError } from '../../../memcache-proxy-error.ts';
import { badBatch, batchTooLarge } from './batch-error.ts';
import type { BatchOp } from './batch-op.ts';
import { parseOp } from './parse-op.ts';
import type { OpReader, OpReaderOptions } from './op-reader.ts';

const NEWLINE = 0x0a;

/** Reads the ndjson form of a batch: one operation on each line, empty lines are passed over. See `parseOp`. */
export class LineOpReader implements OpReader {
  readonly #options: OpReaderOptions;
  readonly #ops: BatchOp[] = [];
  #rest: Buffer[] = [];

  constructor(options: OpReaderOptions) {
    this.#options = options;
  }

  push(piece: Buffer): void {
    let start = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
      this.#rest.push(piece.subarray(start, end));
      this.#takeLine();
      start = end + 1;
    }
    if (start < piece.length) this.#rest.push(piece.subarray(start));
  }

  end(): BatchOp[] {
    this.#takeLine();
    return this.#ops;
  }

  #takeLine(): void {
    const line = this.#rest.length === 1 ? this.#rest[0]! : Buffer.concat(this.#rest);
    this.#rest = [];
    const text = line.toString('utf8').trim();
    if (text === '') return;
    const { maxOps, maxValueBytes } = this.#options;
    const index = this.#ops.length;
    if (index >= maxOps) throw batchTooLarge(`a batch must have at most ${maxOps} operations; nothing was carried out`);
    // What is replaced when it is decoded would be stored as something else.
    if (!isUtf8(line)) throw badBatch(`operation ${index}: it is not UTF-8`);
    let op: BatchOp;
    try {
      op = parseOp(text);
    } catch (error) {
      if (error instanceof MemcacheProxyError) throw badBatch(`operation ${index}: ${error.message}`, error);
      throw error;
    }
    if (op.value.length > maxValueBytes) {
      throw badBatch(`operation ${index}: a value must have at most ${maxValueBytes} bytes, got ${op.value.length}`);
    }
    this.#ops.push(op);
  }
}

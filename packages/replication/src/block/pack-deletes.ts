import { KIND_DELETE, OPERATION_HEADER_BYTES } from './block-layout.ts';
import { showKey } from '../operation/show-key.ts';
import type { PackedWrites } from '../operation/packed-writes.ts';

/** The deletes among `writes`, of keys that are meant, one after the other in the form that they have inside a block. */
export function packDeletes(
  writes: PackedWrites,
  isFor: ((key: Buffer) => boolean) | undefined,
): { readonly packed: Buffer; readonly count: number } {
  const { bytes, keyStarts, keyEnds, valueStarts } = writes;
  let size = 0;
  for (let index = 0; index < writes.count; index += 1) {
    if (valueStarts[index] !== 0) continue;
    size += OPERATION_HEADER_BYTES + (keyEnds[index] as number) - (keyStarts[index] as number);
  }
  const packed = Buffer.allocUnsafe(size);
  let count = 0;
  let end = 0;
  for (let index = 0; index < writes.count; index += 1) {
    if (valueStarts[index] !== 0) continue;
    if (isFor !== undefined && !isFor(showKey(writes, index))) continue;
    const [start, stop] = [keyStarts[index] as number, keyEnds[index] as number];
    packed[end] = KIND_DELETE;
    packed[end + 1] = (stop - start) >>> 8;
    packed[end + 2] = stop - start;
    end += OPERATION_HEADER_BYTES;
    for (let at = start; at < stop; at += 1) {
      packed[end] = bytes[at] as number;
      end += 1;
    }
    count += 1;
  }
  return { packed: packed.subarray(0, end), count };
}

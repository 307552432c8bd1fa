import { ByteWindow } from '@lockstep/core';

import { MAX_KEY_BYTES } from './check-operation.ts';
import type { PackedWrites } from './packed-writes.ts';

const keyWindow = new ByteWindow(MAX_KEY_BYTES);

/** The key of a packed write, good until the next call: for questions that are answered at once. */
export function showKey({ bytes, keyStarts, keyEnds }: PackedWrites, index: number): Buffer {
  return keyWindow.show(bytes, keyStarts[index] as number, keyEnds[index] as number);
}

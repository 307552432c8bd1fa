import { loadKey } from '../keys/key-buffer.ts';
import { half, type Hash64 } from './hash64.ts';

/** The halves of the hash of each label. */
export interface LabelHashes {
  readonly lows: Int32Array;
  readonly highs: Int32Array;
}

export function labelHashes(labels: readonly string[], hash: Hash64, seed: number): LabelHashes {
  const lows = new Int32Array(labels.length);
  const highs = new Int32Array(labels.length);
  for (const [node, label] of labels.entries()) {
    hash.buffered(loadKey(label), seed);
    lows[node] = half[0]!;
    highs[node] = half[1]!;
  }
  return { lows, highs };
}

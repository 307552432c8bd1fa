import { half } from '../hashes/hash64.ts';
import { siphash24Keyed } from '../hashes/siphash24.ts';
import { loadKey } from '../keys/key-buffer.ts';

/**
 * Maglev's table as go-maglev fills it: the nodes take turns, and each takes the next place that is free on its own
 * way through the table. The way is made of both halves of SipHash-2-4 of the node's label.
 *
 * @param size a prime number, so that every way passes every place.
 * @throws RangeError when there are more labels than places.
 */
export function maglevTable(labels: readonly string[], size: number): Uint16Array | Int32Array {
  if (labels.length > size)
    throw new RangeError(`${labels.length} nodes need a tableSize of at least as many, got ${size}`);
  const places = new Int32Array(labels.length);
  const steps = new Int32Array(labels.length);
  for (const [node, label] of labels.entries()) {
    siphash24Keyed(loadKey(label), 0xcafebabe, 0xdeadbeef);
    places[node] = (half[1]! >>> 0) % size;
    steps[node] = ((half[0]! >>> 0) % (size - 1)) + 1;
  }
  const owners = new Int32Array(size).fill(-1);
  for (let filled = 0; filled < size; filled++) {
    const node = filled % labels.length;
    let place = places[node]!;
    while (owners[place]! >= 0) place = (place + steps[node]!) % size;
    owners[place] = node;
    places[node] = place;
  }
  // Half the memory stays in the cache of a processor core.
  return labels.length <= 0x1_0000 ? Uint16Array.from(owners) : owners;
}

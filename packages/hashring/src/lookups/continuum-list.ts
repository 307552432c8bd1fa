/** How many values Cache::Memcached::Fast's hash has there: entries beyond are never reached. */
const HASH_VALUES = 2 ** 15;
const MAX_POINT = 0xffffffff;

interface Stretch {
  readonly node: number;
  /** The last point that belongs to it. */
  end: number;
}

/**
 * The list that Cache::Memcached::Fast takes its hash modulo of where it has no `ketama_points`. Where weights are integers
 * each server is in it as often as its weight says. Where they are fractions the list is as long as their sum, rounded, and
 * an entry goes to the server on whose stretch of a circle it lies. Adding a server shortens the stretches before, with
 * rounding.
 *
 * @throws RangeError where the weights sum to less than 0.5.
 */
export function continuumList(weights: readonly number[]): Uint32Array {
  const stretches: Stretch[] = [];
  let total = 0;
  for (const [node, weight] of weights.entries()) {
    // A server of no length would be no server: the client refuses it.
    if (weight === 0) continue;
    total += weight;
    const scale = weight / total;
    for (const stretch of stretches) stretch.end = Math.trunc(stretch.end - stretch.end * scale);
    stretches.push({ node, end: MAX_POINT });
  }
  const length = Math.floor(total + 0.5);
  if (length === 0) throw new RangeError(`the weights sum to ${total}, they must sum to 0.5 or more: multiply them`);
  let at = 0;
  return new Uint32Array(Math.min(length, HASH_VALUES)).map((_, entry) => {
    // One more, to leave the last point of the stretch before.
    const point = Math.trunc((entry / total) * MAX_POINT + 0.5) + 1;
    while (stretches[at]!.end < point) at++;
    return stretches[at]!.node;
  });
}

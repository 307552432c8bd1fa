import { addedRehash } from '../failover/added-rehash.ts';
import { heaviestFirst } from '../failover/heaviest-first.ts';
import { untilRepeats } from '../failover/until-repeats.ts';
import { crc } from '../hashes/crc.ts';
import { nginxServer } from '../labels/nginx-server.ts';
import type { Algorithm } from './algorithm.ts';
import { listModulo, repeatedByWeight } from './list-modulo.ts';

/** `nginx-hash` has no options. */
export interface NginxHashOptions {}

/** How often nginx may come upon a server that it has tried. */
const MAX_REPEATS = 21;

/**
 * nginx's `hash` without `consistent`: 15 bits of the CRC-32 modulo a list in which each server is as often as its weight
 * says. Nearly every key moves when a server is added.
 *
 * `sequence` is what nginx tries for one request: it hashes again until it comes for the 21st time upon a server that it
 * has tried. Then it falls back on round robin among the others. Which comes first there depends on what the worker has
 * served before; the order here is that of a worker's first time. nginx refuses a weight of 0; here such a server gets no
 * key.
 */
export const nginxHash: Algorithm<NginxHashOptions> = {
  name: 'nginx-hash',
  options: {},
  weights: 'integer',
  label: nginxServer,
  place(nodes) {
    const weights = nodes.map(({ weight = 1 }) => weight);
    return listModulo({
      hash: crc.key,
      hashId: crc.name,
      hashBits: 15,
      list: repeatedByWeight(weights),
      *failover(key, pick) {
        yield* untilRepeats(picks(addedRehash(key), pick), MAX_REPEATS);
        yield* heaviestFirst(weights);
      },
    });
  },
};

function* picks(hashes: Iterable<number>, pick: (hash: number) => number): Iterable<number> {
  for (const hash of hashes) yield pick(hash);
}

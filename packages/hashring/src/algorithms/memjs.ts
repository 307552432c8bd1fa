import { javaStringHash } from '../hashes/java-string-hash.ts';
import { hostPort } from '../labels/host-port.ts';
import type { RingKey } from '../ring/ring.ts';
import type { Algorithm } from './algorithm.ts';
import { listModulo } from './list-modulo.ts';
import { flag } from './option-rules.ts';

/** Options of `memjs`. */
export interface MemjsOptions {
  /** Whether the next server of the list is tried when one is dead. @default false */
  readonly failover?: boolean;
}

/**
 * npm `memjs` 1.3: Java's string hash without its sign, modulo the number of servers. It hashes UTF-16 units; a key given
 * as bytes is read as UTF-8.
 */
export const memjs: Algorithm<MemjsOptions> = {
  name: 'memjs',
  options: { failover: flag(false) },
  weights: 'none',
  label: hostPort,
  place(nodes, { failover }) {
    const placement = listModulo({
      hash: absoluteHash,
      hashId: 'memjs',
      // Two values, 0 and 2 ** 31, come up half as often as the others.
      hashBits: 31,
      list: [...nodes.keys()],
    });
    return failover ? { ...placement, failover: placement.walk } : placement;
  },
};

function absoluteHash(key: RingKey): number {
  return Math.abs(javaStringHash(key)) | 0;
}

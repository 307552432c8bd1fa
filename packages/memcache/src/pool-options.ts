import type { Ring, RingNode } from '@lockstep/hashring';

import type { MemcacheDriver } from './driver.ts';
import type { MetaDriverOptions } from './meta-options.ts';
import type { NodeAddress } from './node-address.ts';

/** How a pool is put together. */
export interface PoolOptions extends MetaDriverOptions {
  /** Which node owns which key. */
  readonly ring: Ring;
  /**
   * Makes the driver of one node; the pool closes it. Called once per node, by `createPool`.
   *
   * @default the meta driver, with the other options given here
   */
  readonly createDriver?: (node: RingNode) => MemcacheDriver;
  /**
   * What a read answers when the node of its key cannot: `throw` rejects, `miss` answers as if the
   * key were not there. Writes always reject.
   *
   * @default 'throw'
   */
  readonly onNodeError?: 'throw' | 'miss';
}

/** Where the server of a ring node listens: a host that is an absolute path is a unix socket. */
export function addressOf(node: RingNode): NodeAddress {
  if (node.host.startsWith('/')) return { socketPath: node.host };
  return node.port === undefined ? { host: node.host } : { host: node.host, port: node.port };
}

/** The node as one word, for messages. */
export function describeNode(node: RingNode): string {
  return node.host.startsWith('/') || node.port === undefined ? node.host : `${node.host}:${node.port}`;
}

import { crc32 } from 'node:zlib';

import { NodeReader } from './node-reader.ts';

/** Reads keys from the memcached servers of a pool themselves, past every app. */
export class PoolReader implements Disposable {
  readonly #nodes: readonly NodeReader[];

  /** @param ports of the nodes, in the order of the ring. */
  constructor(ports: readonly number[]) {
    this.#nodes = ports.map((port) => new NodeReader(port));
  }

  /** The index of the node that has a key, as PECL memcache chooses it with `memcache.hash_strategy = standard`. */
  nodeOf(key: string): number {
    const bits = (crc32(key) >>> 16) & 0x7fff;
    return (bits === 0 ? 1 : bits) % this.#nodes.length;
  }

  /** The numbers that the values of `keys` begin with; what is not there is left out. @throws when a node is away. */
  async read(keys: readonly string[]): Promise<Map<string, number>> {
    const parts = this.#nodes.map((reader, node) => reader.read(keys.filter((key) => this.nodeOf(key) === node)));
    return new Map((await Promise.all(parts)).flatMap((found) => [...found]));
  }

  /** As `read`; what is on a node that is away is left out as well. */
  async glance(keys: readonly string[]): Promise<Map<string, number>> {
    const parts = this.#nodes.map((reader, node) =>
      reader.read(keys.filter((key) => this.nodeOf(key) === node)).catch(() => new Map<string, number>()),
    );
    return new Map((await Promise.all(parts)).flatMap((found) => [...found]));
  }

  [Symbol.dispose](): void {
    for (const node of this.#nodes) node[Symbol.dispose]();
  }
}

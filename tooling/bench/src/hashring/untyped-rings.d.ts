/** The parts that are measured of rings that come without types. */
declare module 'hashring' {
  export default class HashRing {
    constructor(servers: readonly string[], algorithm?: string, options?: Readonly<Record<string, unknown>>);
    get(key: string): string;
    add(server: string): this;
    remove(server: string): this;
  }
}

declare module 'consistent-hash' {
  export default class ConsistentHash {
    add(node: string): this;
    get(key: string): string;
  }
}

declare module 'node-hashring' {
  export default class NodeHashRing {
    constructor(nodes: readonly string[]);
    findNode(key: string): string;
  }
}

declare module 'skeleton-rendezvous' {
  export default class SkeletonRendezvousHasher {
    constructor(options: { readonly sites: readonly string[] });
    findSite(key: string): string;
  }
}

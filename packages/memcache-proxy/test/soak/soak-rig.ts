import { type MemcachedServer, startMemcached } from '@lockstep/testing';

import { captureTurns } from './captured-turns.ts';
import { type SoakProxy, type SoakProxyOptions, startSoakProxy } from './soak-proxy.ts';

/** A proxy, and what is behind it. */
export interface SoakRig extends SoakProxy, AsyncDisposable {
  /** Three of the main pool, and the one of the second pool. */
  readonly nodes: readonly MemcachedServer[];
  /** Keys somebody holds the turn of. */
  readonly turns: () => number;
}

/** The prefixes of keys, each with another way to be served. */
export const soakPrefixes: readonly string[] = [
  'plain:',
  'item:',
  'short:',
  'both:',
  'copied:',
  'async:',
  'first:',
  'fixed:',
];

/** Starts real memcached servers and a proxy on them. */
export async function startSoakRig(options: SoakProxyOptions): Promise<SoakRig> {
  const nodes = await Promise.all(Array.from({ length: 4 }, () => startMemcached({ memoryMb: 256 })));
  const turns = captureTurns();
  const proxy = await startSoakProxy(nodes, options);
  let ended: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    ended ??= proxy.close();
    await ended;
  };
  return {
    ...proxy,
    nodes,
    turns,
    close,
    async [Symbol.asyncDispose]() {
      // A proxy that waits for a frozen node would wait for long.
      await Promise.all(nodes.map((node) => node.thaw()));
      await close();
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}

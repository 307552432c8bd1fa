import { startMemcached, startRedis } from '@lockstep/testing';

import type { Surroundings } from '../harness/bench-case.ts';

/** What faces stand on: memcached, and a Redis for the app. */
export async function startNodes(count: number): Promise<Surroundings> {
  const servers: { readonly pid: number; close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
  };
  try {
    const redis = await startRedis();
    servers.push(redis);
    const nodes: { readonly address: string; readonly pid: number }[] = [];
    for (let index = 0; index < count; index += 1) {
      const node = await startMemcached({ memoryMb: 64, threads: 1 });
      servers.push(node);
      nodes.push(node);
    }
    return {
      params: {
        redis: redis.url,
        nodes: nodes.map(({ address }) => address).join(','),
        nodePids: nodes.map(({ pid }) => pid).join(','),
      },
      pids: servers.map(({ pid }) => pid),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

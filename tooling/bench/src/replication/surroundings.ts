import { startMemcached, startRedis } from '@lockstep/testing';

import { type Params, requireParam, type Surroundings } from '../harness/bench-case.ts';

/** Two regions: a Redis each, and three memcached in the one that is written to from afar. */
export async function startRegions(): Promise<Surroundings> {
  const servers: { readonly pid: number; close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
  };
  try {
    const east = await startRedis();
    servers.push(east);
    const west = await startRedis();
    servers.push(west);
    const nodes: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      const node = await startMemcached({ memoryMb: 64, threads: 1 });
      servers.push(node);
      nodes.push(node.address);
    }
    return {
      params: { eastRedis: east.url, westRedis: west.url, nodes: nodes.join(',') },
      pids: servers.map(({ pid }) => pid),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The memcached nodes of the surroundings. */
export function readNodes(params: Params): { readonly host: string; readonly port: number }[] {
  return requireParam(params, 'nodes')
    .split(',')
    .map((address) => {
      const [host = '', port = ''] = address.split(':');
      return { host, port: Number(port) };
    });
}

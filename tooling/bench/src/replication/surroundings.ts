import { startFaultProxy, startMemcached, startRedis } from '@lockstep/testing';

import { type Params, requireParam, type Surroundings } from '../harness/bench-case.ts';
import { findFreePort } from '../harness/free-port.ts';

/** Between two continents. */
export const roundTripMs = 80;

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

/** Two regions that are `roundTripMs` apart. */
export async function startDistantRegions(): Promise<Surroundings> {
  const near = await startRegions();
  const servers: AsyncDisposable[] = [near];
  const close = async (): Promise<void> => {
    for (const server of servers.toReversed()) await server[Symbol.asyncDispose]();
  };
  try {
    const far = async (to: string): Promise<string> => {
      const proxy = await startFaultProxy({ to });
      servers.push(proxy);
      proxy.delay({ upMs: roundTripMs / 2, downMs: roundTripMs / 2 });
      return proxy.address;
    };
    // Everybody is there all the time, each with an end of his own.
    const ports = { lockstepPort: String(await findFreePort()), originPort: String(await findFreePort()) };
    const params = {
      ...near.params,
      ...ports,
      lockstepUrl: `http://${await far(`127.0.0.1:${ports.lockstepPort}`)}`,
      originUrl: `http://${await far(`127.0.0.1:${ports.originPort}`)}`,
      eastRedisFromWest: `redis://${await far(requireParam(near.params, 'eastRedis').slice('redis://'.length))}`,
    };
    return { params, pids: near.pids, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** One Redis. */
export async function startOneRedis(): Promise<Surroundings> {
  const redis = await startRedis();
  return { params: { eastRedis: redis.url }, pids: [redis.pid], [Symbol.asyncDispose]: () => redis.close() };
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

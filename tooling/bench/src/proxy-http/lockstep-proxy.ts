import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Params, requireParam } from '../harness/bench-case.ts';
import { findFreePort } from '../harness/free-port.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';
import type { FaceKind } from './face-kind.ts';
import { keyPrefix } from './workload.ts';

/** The app as it is deployed: with limits, bans, metrics and classes; the limits are out of reach. */
export const lockstepProxy: FaceKind = {
  name: 'lockstep-proxy',
  start: (params) => startLockstepProxy(params, 'http'),
};

/** Starts the app on the core for contestants; the port is that of the face. */
export async function startLockstepProxy(params: Params, face: 'http' | 'memcached'): Promise<ServerProcess> {
  const [http, memcached] = [await findFreePort(), await findFreePort()];
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-proxy-'));
  const topology = {
    version: 1,
    regions: {
      east: {
        redis: requireParam(params, 'redis'),
        pool: {
          nodes: requireParam(params, 'nodes')
            .split(',')
            .map((address, index) => ({ name: `east-${index}`, address })),
        },
        proxy: {
          http: `127.0.0.1:${http}`,
          memcached: `127.0.0.1:${memcached}`,
          limits: { rate: { perAddress: 1_000_000_000, windowSeconds: 60 } },
          bans: ['203.0.113.0/24', '2001:db8::/32'],
        },
        shipper: { http: '127.0.0.1:1' },
        receiver: { http: '127.0.0.1:2' },
      },
    },
    classes: [
      { prefix: 'session:', policy: 'none', maxTtlSeconds: 3600 },
      { prefix: keyPrefix, policy: 'invalidate', maxTtlSeconds: 86_400 },
      { prefix: 'config:', policy: 'replicate' },
    ],
  };
  try {
    const file = join(folder, 'topology.yaml');
    // JSON is YAML.
    await writeFile(file, JSON.stringify(topology));
    const main = fileURLToPath(import.meta.resolve('@lockstep/proxy'));
    const server = await startServerProcess({
      program: process.execPath,
      args: [main, '--config', file, '--region', 'east'],
      port: face === 'http' ? http : memcached,
      environment: { LOG_LEVEL: 'error' },
    });
    return {
      ...server,
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        // It watches the file.
        await rm(folder, { recursive: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
}

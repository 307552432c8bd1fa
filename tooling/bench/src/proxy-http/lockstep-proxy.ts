import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Params, requireParam } from '../harness/bench-case.ts';
import { findFreePort } from '../harness/free-port.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';
import type { FaceKind } from './face-kind.ts';
import { keyPrefix } from './workload.ts';

/** In what the app is otherwise than it is deployed. */
export interface AppChange {
  /** Settings of the section `proxy` instead of the usual ones; undefined leaves one out. */
  readonly proxy?: Readonly<Record<string, unknown>>;
  /** Instead of the usual classes. */
  readonly classes?: readonly object[];
  /** Whether the region has a pool `second` too, on the same nodes. @default false */
  readonly hasSecondPool?: boolean;
  /** Where the memcached face listens besides its port. @default nowhere */
  readonly listeners?: readonly object[];
}

/** Limits that are out of reach. */
export const rate: Readonly<Record<string, number>> = { perAddress: 1_000_000_000, windowSeconds: 60 };

/** The app as it is deployed: with limits, bans, metrics, classes, hook and spool. */
export const lockstepProxy: FaceKind = {
  name: 'lockstep-proxy',
  start: (params) => startLockstepProxy(params, 'http'),
};

/** Starts the app on the core for contestants; the port is that of the face. */
export async function startLockstepProxy(
  params: Params,
  face: 'http' | 'memcached',
  change: AppChange = {},
): Promise<ServerProcess> {
  const [http, memcached] = [await findFreePort(), await findFreePort()];
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-proxy-'));
  const nodes = requireParam(params, 'nodes')
    .split(',')
    .map((address, index) => ({ name: `east-${index}`, address }));
  const topology = {
    version: 1,
    regions: {
      east: {
        redis: requireParam(params, 'redis'),
        pool: { nodes },
        ...(change.hasSecondPool === true ? { pools: { second: { nodes } } } : {}),
        proxy: {
          http: `127.0.0.1:${http}`,
          memcached: [`127.0.0.1:${memcached}`, ...(change.listeners ?? [])],
          limits: { rate },
          bans: ['203.0.113.0/24', '2001:db8::/32'],
          spool: { directory: join(folder, 'spool') },
          ...change.proxy,
        },
        shipper: { http: '127.0.0.1:1' },
        receiver: { http: '127.0.0.1:2' },
      },
    },
    classes: change.classes ?? [
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

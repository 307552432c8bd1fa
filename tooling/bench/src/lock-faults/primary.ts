import { setTimeout as pause } from 'node:timers/promises';

import { detachReplica, type RedisServer, startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';

import { openMovingAddress } from './moving-address.ts';

/** The Redis of a fleet, whoever is the primary, and what can happen to it. Each resolves when it is over. */
export interface Primary extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** For how long a key is still there, in ms; 0 where it is not. */
  restMs(key: string): Promise<number>;
  freeze(lastsMs: number): Promise<void>;
  flushScripts(): Promise<void>;
  killListeners(): Promise<void>;
  lose(): Promise<void>;
  evict(lastsMs: number): Promise<void>;
  promote(): Promise<void>;
}

/** How long a replica misses what the primary takes before it takes its place. */
const missedMs = 300;
const patienceMs = 10_000;
/** A replica need not wait for others that might want the same copy. */
const withoutDelay = { 'repl-diskless-sync-delay': '0' };

/**
 * Starts one. Its replica is there all the time or only when it is promoted: it copies what is there, and misses what comes
 * then.
 */
export async function startPrimary({ hasReplica }: { readonly hasReplica: boolean }): Promise<Primary> {
  let server = await startRedis({ config: withoutDelay });
  let standby = hasReplica ? await startReplica(server) : undefined;
  const address = await openMovingAddress(server.port);

  async function ask(...command: readonly string[]): Promise<unknown> {
    const client = new Redis(server.port, { lazyConnect: true, maxRetriesPerRequest: 1 });
    // The command tells.
    client.on('error', () => {});
    try {
      return await client.call(command[0]!, ...command.slice(1));
    } finally {
      client.disconnect();
    }
  }

  return {
    host: address.host,
    port: address.port,
    async freeze(lastsMs) {
      await server.freeze();
      await pause(lastsMs);
      await server.thaw();
    },
    restMs: async (key) => Math.max(0, Number(await ask('PTTL', key))),
    async flushScripts() {
      await ask('SCRIPT', 'FLUSH');
    },
    async killListeners() {
      await ask('CLIENT', 'KILL', 'TYPE', 'pubsub');
    },
    async lose() {
      await server.kill();
      await server.restart({ keepData: false });
    },
    async evict(lastsMs) {
      await ask('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru', 'maxmemory', '1');
      await pause(lastsMs);
      await ask('CONFIG', 'SET', 'maxmemory', '0');
    },
    async promote() {
      const replica = standby ?? (await startReplica(server));
      standby = undefined;
      try {
        await untilCopied(replica);
        await detachReplica(replica);
      } catch (error) {
        await replica.close();
        throw error;
      }
      await pause(missedMs);
      const old = server;
      server = replica;
      await old.kill();
      const promoted = new Redis(replica.port);
      await promoted.call('REPLICAOF', 'NO', 'ONE');
      promoted.disconnect();
      address.moveTo(replica.port);
      await old.close();
      if (hasReplica) standby = await startReplica(server);
    },
    async [Symbol.asyncDispose]() {
      await address[Symbol.asyncDispose]();
      await standby?.close();
      await server.close();
    },
  };
}

async function startReplica(primary: RedisServer): Promise<RedisServer> {
  const replica = await startRedis({ config: withoutDelay });
  const client = new Redis(replica.port);
  try {
    // Not in its configuration: it stays a primary when it starts again later.
    await client.call('REPLICAOF', primary.host, String(primary.port));
    await untilCopied(replica);
    return replica;
  } catch (error) {
    await replica.close();
    throw error;
  } finally {
    client.disconnect();
  }
}

async function untilCopied(replica: RedisServer): Promise<void> {
  const client = new Redis(replica.port);
  try {
    const deadline = performance.now() + patienceMs;
    while (!(await client.info('replication')).includes('master_link_status:up')) {
      if (performance.now() > deadline) throw new Error(`the replica has no copy after ${patienceMs} ms`);
      await pause(20);
    }
  } finally {
    client.disconnect();
  }
}

import { clusterSlot, type RedisCluster, type RedisServer } from '@lockstep/testing';
import { Redis } from 'ioredis';

/** A slot that is on its way from one master to another. */
export interface SlotMove extends AsyncDisposable {
  readonly to: RedisServer;
  /** Moves what lies in it. */
  moveKeys(): Promise<void>;
  /** Gives it to the other master, and says so to all. */
  finish(): Promise<void>;
}

/** Begins to move the slot of a name, as `redis-cli --cluster reshard` does. */
export async function startSlotMove(cluster: RedisCluster, name: string): Promise<SlotMove> {
  const slot = clusterSlot(name);
  const from = await cluster.masterOf(name);
  const masters = cluster.nodes.slice(0, 3);
  const to = masters.find((node) => node !== from)!;
  const clients = new Map(masters.map((node) => [node, new Redis(node.port, node.host)]));
  const [source, target] = [clients.get(from)!, clients.get(to)!];
  const [sourceId, targetId] = [await source.cluster('MYID'), await target.cluster('MYID')];
  await target.cluster('SETSLOT', slot, 'IMPORTING', sourceId);
  await source.cluster('SETSLOT', slot, 'MIGRATING', targetId);
  return {
    to,
    async moveKeys() {
      const keys = await source.cluster('GETKEYSINSLOT', slot, 1000);
      if (keys.length > 0) await source.call('MIGRATE', to.host, to.port, '', 0, 5000, 'KEYS', ...keys);
    },
    async finish() {
      await target.cluster('SETSLOT', slot, 'NODE', targetId);
      await source.cluster('SETSLOT', slot, 'NODE', targetId);
      await Promise.all([...clients.values()].map((client) => client.cluster('SETSLOT', slot, 'NODE', targetId)));
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients.values()) client.disconnect();
    },
  };
}

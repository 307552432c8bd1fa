import type { RedisClient, RedisConnection } from '@lockstep/core';

/** A connection to one master that listens. */
export interface MasterConnection extends RedisConnection {
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** `moved`: a slot that it listened in has gone to another master. */
  on(event: 'ready' | 'close' | 'moved', listener: () => void): unknown;
  on(event: 'message' | 'smessage', listener: (channel: string, message: string) => void): unknown;
}

/** What a Cluster has for each of its nodes. */
export interface ClusterNode {
  readonly options: { readonly host?: string | undefined; readonly port?: number | undefined };
  /** A connection that is not for reading from replicas: such a one would go on to listen at a master of the past. */
  duplicate(options: { readonly readOnly: false }): MasterConnection;
}

/** What is asked of a Cluster besides commands, as ioredis 5 and 6 have it. */
export interface ClusterClient extends RedisClient {
  /** For each slot the addresses of its nodes, `host:port`, its master first. */
  readonly slots: readonly (readonly string[] | undefined)[];
  nodes(): readonly ClusterNode[];
  /** Looks where the slots are now. It never throws. */
  refreshSlotsCache(done: (error?: unknown) => void): void;
}

/** A node and its address. */
export interface Located {
  readonly address: string;
  readonly node: ClusterNode;
}

/** Whether a client is a Cluster that tells where its slots are. */
export function isClusterClient(client: RedisClient): client is ClusterClient {
  const { slots, nodes, refreshSlotsCache } = client as Partial<ClusterClient>;
  return Array.isArray(slots) && typeof nodes === 'function' && typeof refreshSlotsCache === 'function';
}

/** The master of a slot, or the node at `address` where a node said that it is there; undefined while it is not known. */
export function findMaster(client: ClusterClient, slot: number, address?: string): Located | undefined {
  return locate(client, address) ?? locate(client, client.slots[slot]?.[0]);
}

function locate(client: ClusterClient, address: string | undefined): Located | undefined {
  if (address === undefined) return undefined;
  const node = client.nodes().find(({ options }) => `${options.host}:${options.port}` === address);
  return node && { address, node };
}

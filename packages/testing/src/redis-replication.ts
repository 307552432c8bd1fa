import { askRedis } from './ask-redis.ts';
import type { RedisServer } from './redis-server.ts';

/**
 * Cuts a replica off from its master, and from nothing else: it goes on answering, and what the master takes from
 * now on it does not have. It cannot be undone by the kernel's buffers, unlike a freeze: a thawed replica still reads
 * what had reached its socket.
 *
 * @throws TestingError `ERR_TESTING_NOT_RUNNING` when the replica does not answer.
 */
export async function detachReplica(replica: RedisServer): Promise<void> {
  // A master without a password refuses one, so that the replica cannot log in again.
  await askRedis(replica.port, 'CONFIG SET masterauth detached');
  await askRedis(replica.port, 'CLIENT KILL TYPE master');
}

/**
 * Lets a replica that was detached copy its master again.
 *
 * @throws TestingError `ERR_TESTING_NOT_RUNNING` when the replica does not answer.
 */
export async function attachReplica(replica: RedisServer): Promise<void> {
  await askRedis(replica.port, 'CONFIG SET masterauth ""');
}

/** What a data node says of its own replication. */
export interface ReplicationState {
  readonly role: string;
  readonly masterPort: number | undefined;
  readonly isLinkUp: boolean;
}

/** @throws TestingError `ERR_TESTING_NOT_RUNNING` when the node does not answer. */
export async function replicationState(port: number): Promise<ReplicationState> {
  const info = await askRedis(port, 'INFO replication');
  const field = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const masterPort = field('master_port');
  return {
    role: field('role') ?? '',
    masterPort: masterPort === undefined ? undefined : Number(masterPort),
    isLinkUp: field('master_link_status') === 'up',
  };
}

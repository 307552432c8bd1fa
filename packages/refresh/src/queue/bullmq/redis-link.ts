import type { RedisClient, RedisConnection } from '@lockstep/core';

/** A connection that a queue made for itself. */
export interface RedisLink extends RedisConnection {
  /** As ioredis names it. */
  readonly status: string;
}

/** How a connection differs from the client that it is made from. */
export interface LinkSettings {
  /** Whether commands wait while there is no connection. Only for one that sends a bounded number of them. */
  readonly hasOfflineQueue: boolean;
  /** How often, on how many connections, a command is sent again; null is until it is answered. */
  readonly maxRetriesPerRequest: number | null;
  /** A connection on which nothing is heard for so long, in ms, while commands are under way is given up. */
  readonly silenceMs: number;
}

/** The calls of ioredis by which a client of either kind is copied. */
interface Copyable {
  readonly isCluster?: boolean;
  readonly options?: { readonly redisOptions?: object };
  duplicate(...settings: object[]): RedisLink;
}

/** Opens one more connection to where a client of yours is connected. */
export function openLink(client: RedisClient, settings: LinkSettings): RedisLink {
  const source = client as unknown as Copyable;
  const own = {
    keyPrefix: '',
    lazyConnect: false,
    enableOfflineQueue: settings.hasOfflineQueue,
    maxRetriesPerRequest: settings.maxRetriesPerRequest,
    socketTimeout: settings.silenceMs,
    retryStrategy: retryDelayMs,
  };
  const link =
    source.isCluster === true
      ? source.duplicate([], {
          lazyConnect: false,
          enableOfflineQueue: settings.hasOfflineQueue,
          clusterRetryStrategy: retryDelayMs,
          redisOptions: { ...source.options?.redisOptions, ...own },
        })
      : source.duplicate(own);
  // BullMQ hears errors and hands them on; without a listener of its own ioredis prints them when BullMQ has gone.
  link.on('error', () => undefined);
  return link;
}

/** Whether a connection takes commands. */
export function isLive(link: RedisLink): boolean {
  const { isCluster } = link as unknown as Copyable;
  return link.status === 'ready' || (isCluster === true && link.status === 'connect');
}

function retryDelayMs(attempt: number): number {
  return Math.min(attempt * 100, 1000);
}

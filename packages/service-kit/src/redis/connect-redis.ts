import type { Clock } from '@lockstep/core';
import { Redis } from 'ioredis';
import type { Logger } from 'pino';

import { logOutages } from './redis-outages.ts';
import { parseRedisUrl } from './redis-url.ts';

/** Which Redis, and as whom. */
export interface ConnectRedisOptions {
  /** `redis://` or `rediss://`, without a password. */
  readonly url: string;
  readonly password?: string | undefined;
  /** Name of the connection in Redis's client list and in logs. */
  readonly name: string;
  readonly logger: Logger;
  /** @default systemClock */
  readonly clock?: Clock;
}

const firstDelayMs = 50;
const maxDelayMs = 2000;

/**
 * A Redis client for a service that runs for months. It returns at once, whether Redis is there or
 * not, and connects in the background, for ever, with delays from 50 ms to 2 s. You own it: end it
 * with `disconnect()`.
 *
 * - A command waits through one failed attempt to reconnect and is rejected at the second, so a
 *   command never waits for ever; while Redis is away that takes seconds, so give commands that a
 *   user waits for a deadline of their own.
 * - A connection that owes an answer and has been silent for 10 s is dropped: Redis is frozen or the
 *   network is gone. So a blocking command must block for less than 10 s; `duplicate()` inherits it.
 * - A command whose connection was cut before its answer came is sent again, and may run twice. Send
 *   only what may be repeated: Lockstep's scripts compare before they write.
 * - An outage is logged once when it begins and once when it is over.
 *
 * @throws TypeError when `url` is not a Redis URL or holds a password.
 */
export function connectRedis({ url, password, name, logger, clock }: ConnectRedisOptions): Redis {
  const parsed = parseRedisUrl(url);
  if ('problem' in parsed) throw new TypeError(parsed.problem);
  const { host, port, db, tls, username, address } = parsed;
  const client = new Redis({
    host,
    port,
    db,
    connectionName: name,
    connectTimeout: 2000,
    socketTimeout: 10_000,
    keepAlive: 10_000,
    maxRetriesPerRequest: 1,
    autoResendUnfulfilledCommands: true,
    retryStrategy: (attempt) => reconnectDelayMs(attempt),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: { servername: host } } : {}),
  });
  logOutages(client, { name, address, logger, ...(clock === undefined ? {} : { clock }) });
  return client;
}

/** Half of each delay is random, so that services that lost Redis together do not come back together. */
function reconnectDelayMs(attempt: number): number {
  const ceiling = Math.min(maxDelayMs, firstDelayMs * 2 ** (attempt - 1));
  return ceiling / 2 + (ceiling / 2) * Math.random();
}

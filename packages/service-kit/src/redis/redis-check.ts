import { withDeadline } from '@lockstep/core';

import type { ReadinessCheck } from '../http/readiness.ts';
import { describeOutage, type OutageSource } from './redis-outages.ts';

/** The part of a Redis client that the check uses. */
export interface CheckedRedis extends OutageSource {
  readonly status: string;
  ping(): Promise<unknown>;
}

/** Below the deadline of a readiness check, so that the message names Redis. */
const pingDeadlineMs = 900;

/**
 * A readiness check of a Redis client: it is connected and answers PING. Make it right after the
 * client, so that it hears of the first failed attempt.
 *
 * @param address how messages call it: `127.0.0.1:6379`.
 */
export function redisCheck(client: CheckedRedis, address: string): ReadinessCheck {
  let lastError: Error | undefined;
  client.on('error', (error) => {
    lastError = error;
  });
  client.on('ready', () => {
    lastError = undefined;
  });
  const unreachable = (reason: string): string => `redis at ${address} is not reachable: ${reason}`;
  return async () => {
    // A command to a client that is not ready would wait in its queue and tell nothing new.
    if (client.status !== 'ready') {
      return unreachable(lastError === undefined ? `the connection is ${client.status}` : describeOutage(lastError));
    }
    const onTimeout = (): Error => new Error(`no answer to PING within ${pingDeadlineMs} ms`);
    try {
      await withDeadline(client.ping(), { ms: pingDeadlineMs, onTimeout });
      return undefined;
    } catch (error) {
      return unreachable(describeOutage(error));
    }
  };
}

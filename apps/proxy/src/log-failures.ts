import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { describeError } from '@lockstep/core';
import { FAILURE_CHANNEL, type ProxyFailure } from '@lockstep/memcache-proxy';
import { Counter, type Logger, type Registry } from '@lockstep/service-kit';

const quietMs = 5000;

/**
 * Counts what clients did not get, and logs it: one line for the first failure of a kind, then one
 * per 5 s with how many there were, so that an outage does not drown the log.
 */
export function logFailures(logger: Logger, registry: Registry): { stop(): void } {
  const total = new Counter({
    name: 'lockstep_proxy_failures_total',
    help: 'reads and writes that clients did not get',
    labelNames: ['operation', 'code'],
    registers: [registry],
  });
  const held = new Map<string, { until: number; count: number }>();
  const onFailure = (message: unknown): void => {
    const { operation, error } = message as ProxyFailure;
    const { code = 'unknown' } = error as { code?: string };
    total.inc({ operation, code });
    const kind = `${operation} ${code}`;
    const earlier = held.get(kind);
    const now = performance.now();
    if (earlier !== undefined && now < earlier.until) {
      earlier.count += 1;
      return;
    }
    logger.warn({ operation, code, since: earlier?.count ?? 0 }, describeError(error));
    held.set(kind, { until: now + quietMs, count: 0 });
  };
  subscribe(FAILURE_CHANNEL, onFailure);
  return { stop: () => void unsubscribe(FAILURE_CHANNEL, onFailure) };
}

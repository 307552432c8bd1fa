import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { describeError } from '@lockstep/core';
import { FAILURE_CHANNEL, type ProxyFailure } from '@lockstep/memcache-proxy';
import { Counter, type Logger, type Registry } from '@lockstep/service-kit';

import { createQuietLog } from './quiet-log.ts';

/** Counts what clients did not get, and logs it without drowning the log. */
export function logFailures(logger: Logger, registry: Registry): { stop(): void } {
  const total = new Counter({
    name: 'lockstep_proxy_failures_total',
    help: 'what clients did not get',
    labelNames: ['operation', 'code'],
    registers: [registry],
  });
  const log = createQuietLog();
  const onFailure = (message: unknown): void => {
    const { operation, error } = message as ProxyFailure;
    const { code = 'unknown' } = error as { code?: string };
    total.inc({ operation, code });
    log(`${operation} ${code}`, (since) => logger.warn({ operation, code, since }, describeError(error)));
  };
  subscribe(FAILURE_CHANNEL, onFailure);
  return { stop: () => void unsubscribe(FAILURE_CHANNEL, onFailure) };
}

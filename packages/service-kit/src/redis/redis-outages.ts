import { type Clock, describeError, systemClock } from '@lockstep/core';
import type { Logger } from 'pino';

/** The events of a Redis client that tell whether it is reachable. */
export interface OutageSource {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'ready', listener: () => void): unknown;
}

/** Logs once when the connection fails and once when it is back, however often it is retried between. */
export function logOutages(
  client: OutageSource,
  options: { readonly name: string; readonly address: string; readonly logger: Logger; readonly clock?: Clock },
): void {
  const { name, address, logger, clock = systemClock } = options;
  let downSince: number | undefined;
  client.on('error', (error) => {
    if (downSince !== undefined) return;
    downSince = clock.monotonic();
    logger.error({ client: name, address, reason: describeOutage(error) }, 'redis is not reachable');
  });
  client.on('ready', () => {
    if (downSince === undefined) return;
    const outageMs = Math.round(clock.monotonic() - downSince);
    downSince = undefined;
    logger.info({ client: name, address, outageMs }, 'redis is reachable again');
  });
}

/** The error as one line. A host with two addresses fails with an error per address: the first says enough. */
export function describeOutage(error: unknown): string {
  return describeError(error instanceof AggregateError ? (error.errors[0] ?? error) : error);
}

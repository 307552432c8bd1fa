import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { describeError } from '@lockstep/core';
import { SPOOL_CHANNEL, type SpoolEvent } from '@lockstep/memcache-proxy';
import type { Logger } from '@lockstep/service-kit';

import { createQuietLog } from './quiet-log.ts';

/** Logs what an operator may have to act on; counts are in the metrics. */
export function logSpool(logger: Pick<Logger, 'info' | 'warn' | 'error'>): { stop(): void } {
  const log = createQuietLog();
  const onEvent = (message: unknown): void => {
    const event = message as SpoolEvent;
    switch (event.type) {
      case 'spooled':
        log(`spooled to ${event.to}`, (since) => logger.warn({ to: event.to, since }, 'deletes went to the spool'));
        return;
      case 'replayed':
        log(`replayed ${event.pool}`, (since) =>
          logger.info({ pool: event.pool, since }, 'spooled deletes were carried out'),
        );
        return;
      case 'waiting': {
        const { pool, node, error } = event;
        const line = { pool, node, reason: describeError(error) };
        log(`waiting ${pool} ${node}`, (since) => logger.warn({ ...line, since }, 'spooled deletes wait for a node'));
        return;
      }
      case 'failed': {
        const { operation, error } = event;
        const line = { operation, reason: describeError(error) };
        log(`failed ${operation}`, (since) => logger.error({ ...line, since }, 'the spool failed'));
        return;
      }
      case 'unreadable':
        logger.error({ where: event.where, count: event.count }, 'spooled deletes cannot be read; they are kept');
        return;
      case 'dropped': {
        const { pool, count, error } = event;
        logger.error(
          { pool, count, reason: codeOf(error) },
          'spooled deletes were dropped: the pool takes no such keys',
        );
        return;
      }
      case 'torn':
        logger.warn({ where: event.where, bytes: event.bytes }, 'a segment of the spool was cut short by a crash');
        return;
      case 'moved':
        return;
      default:
        event satisfies never;
    }
  };
  subscribe(SPOOL_CHANNEL, onEvent);
  return { stop: () => void unsubscribe(SPOOL_CHANNEL, onEvent) };
}

/** The message of a bad key names its bytes, which are not for a log. */
function codeOf(error: unknown): unknown {
  return error instanceof Error ? (error as { code?: unknown }).code : undefined;
}

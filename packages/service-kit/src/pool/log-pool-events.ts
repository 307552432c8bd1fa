import { describeError } from '@lockstep/core';
import type { PoolEvent } from '@lockstep/memcache';
import type { Logger } from 'pino';

/** Logs what happens to the nodes of a pool. Never a key: that of a failed delete stays here. */
export function logPoolEvent(logger: Pick<Logger, 'info' | 'warn'>, pool: string, event: PoolEvent): void {
  switch (event.type) {
    case 'node-down':
      logger.warn({ pool, node: nodeOf(event.node), reason: describeError(event.error) }, 'a memcached node is down');
      return;
    case 'node-up': {
      const { downMs, cleared } = event;
      logger.info({ pool, node: nodeOf(event.node), downMs: Math.round(downMs), cleared }, 'a memcached node is back');
      return;
    }
    case 'reloaded': {
      const added = event.added.map((node) => nodeOf(node));
      const removed = event.removed.map((node) => nodeOf(node));
      logger.info({ pool, added, removed }, 'the pool has another ring');
      return;
    }
    case 'drain-expired':
      logger.warn(
        { pool, node: nodeOf(event.node), inFlight: event.inFlight },
        'a node that left was closed with calls under way',
      );
      return;
    case 'warm-up-stopped':
    case 'delete-failed':
    case 'shadow-failed':
      // Told by metrics and by the answer to the client; a line for each would drown the log.
      return;
    default:
      event satisfies never;
  }
}

function nodeOf({ host, port }: { readonly host: string; readonly port?: number }): string {
  return port === undefined ? host : `${host}:${port}`;
}

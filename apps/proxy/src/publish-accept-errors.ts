import { channel } from 'node:diagnostics_channel';
import type { EventEmitter } from 'node:events';

import { FAILURE_CHANNEL, type ProxyFailure } from '@lockstep/memcache-proxy';

/**
 * Has a server that listens go on when the system cannot let a client in, as when it has no file or no memory for it:
 * without a listener that error would end the process. It is published as those of the memcached face are.
 */
export function publishAcceptErrors(server: EventEmitter): void {
  const failures = channel(FAILURE_CHANNEL);
  server.on('error', (error: Error) => failures.publish({ operation: 'accept', error } satisfies ProxyFailure));
}

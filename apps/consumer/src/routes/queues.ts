import type { AdminServer } from '@lockstep/service-kit';

import type { QueueStatus } from '../status/queue-status.ts';

/** What the route tells of a queue beside what everybody sees. */
export interface OwnStatus {
  /** Whether this process leads. */
  readonly leads: boolean;
  /** Messages that this process has read and that are not done. */
  readonly inFlight: number;
  readonly blockedLanes: number;
}

/** Mounts `GET /v1/queues`: how every queue is, and this process's part in it. */
export function mountQueues(
  http: AdminServer['http'],
  read: () => Promise<readonly (QueueStatus & OwnStatus)[]>,
): void {
  http.get('/v1/queues', async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ queues: await read() }),
  );
}

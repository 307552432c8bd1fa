import type { AdminServer } from '@lockstep/service-kit';

import type { RefreshStatus } from '../operate/refresh-status.ts';

/** Mounts `GET /v1/refresh`: how the queue and every source are. */
export function mountStatus(http: AdminServer['http'], read: () => Promise<RefreshStatus>): void {
  http.get('/v1/refresh', async (_request, reply) => reply.header('cache-control', 'no-store').send(await read()));
}

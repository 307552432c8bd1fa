import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { BullRefreshQueue } from '@lockstep/refresh/bullmq';
import type { FastifyInstance } from 'fastify';

import { boardPath } from './board-path.ts';
import { guardByToken } from './token-guard.ts';

/** Mounts bull-board on the queue, behind the token. */
export async function mountBoard(
  http: FastifyInstance,
  queue: Pick<BullRefreshQueue, 'bull'>,
  token: string,
): Promise<void> {
  const serverAdapter = new FastifyAdapter();
  serverAdapter.setBasePath(boardPath);
  createBullBoard({
    queues: [new BullMQAdapter(queue.bull)],
    serverAdapter,
    options: { uiConfig: { boardTitle: 'lockstep-refresher' } },
  });
  await http.register(
    async (scope) => {
      guardByToken(scope, token);
      await scope.register(serverAdapter.registerPlugin());
    },
    { prefix: boardPath },
  );
}

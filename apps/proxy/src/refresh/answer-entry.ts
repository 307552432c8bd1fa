import type { Content, Part, RefreshAnswer } from '@lockstep/refresh';

import { entryBody } from './entry-body.ts';
import { notFoundProblem, type Reply, sendRefreshProblem } from './refresh-problem.ts';

/**
 * Answers with an entry, or a part of it. `Age` and `max-age` count from the load, as the source's own answer would
 * have: caches between here and the client let go of it when its time is over.
 *
 * @param staleForMs for how long caches may go on serving it while they ask again.
 */
export function answerEntry(
  reply: Reply,
  { data, state, ageMs, freshForMs, size }: RefreshAnswer<Content>,
  part: Part,
  staleForMs: number,
): void {
  const body = entryBody(data, part);
  const seconds = (ms: number): number => Math.max(0, Math.floor(ms / 1000));
  reply
    .header('age', seconds(ageMs))
    .header('cache-control', `max-age=${seconds(ageMs + freshForMs)}, stale-while-revalidate=${seconds(staleForMs)}`)
    .header('x-cache', state);
  if (body === undefined) return sendRefreshProblem(reply, notFoundProblem);
  if (data.shape !== 'value') reply.header('x-total-count', size);
  reply.header('content-type', 'application/json').send(body);
}

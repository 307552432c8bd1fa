import type { TemplateReader } from '@lockstep/memcache-proxy';
import { RefreshError } from '@lockstep/refresh';

import { answerEntry } from './answer-entry.ts';
import { askedPart, checkPart } from './asked-part.ts';
import { entryKey } from './entry-key.ts';
import type { RefreshGateways } from './refresh-gateways.ts';
import { refreshProblem, sendRefreshProblem } from './refresh-problem.ts';

/** Reads templates that serve a source through the gateway of the version in use. */
export function createRefreshReader(gateways: Pick<RefreshGateways, 'current'>): TemplateReader {
  return async (match, request, reply) => {
    const key = entryKey(match.template, match.key);
    const part = askedPart(request.query as Record<string, unknown>);
    const signal = request.abortSignal();
    for (;;) {
      const version = gateways.current;
      try {
        if (version === undefined) throw new RefreshError('ERR_REFRESH_CLOSED', 'there are no sources any more');
        const definition = version.definitions.get(key.split(':', 1)[0]!);
        if (definition !== undefined) checkPart(part, definition.shape);
        const answer = await version.gateway.read(key, { part, signal });
        return answerEntry(reply, answer, part, definition?.staleForMs ?? 0);
      } catch (error) {
        // The topology was replaced while this one waited.
        const isReplaced = error instanceof RefreshError && error.code === 'ERR_REFRESH_CLOSED';
        if (isReplaced && gateways.current !== undefined && gateways.current !== version) continue;
        const problem = refreshProblem(error);
        if (problem === undefined) throw error;
        return sendRefreshProblem(reply, problem);
      }
    }
  };
}

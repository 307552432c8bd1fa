import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

import type { FenceStore } from '../fencing/fence-store.ts';
import { parseFencingToken } from '../fencing/fencing-token.ts';
import { createMemoryFenceStore } from '../fencing/memory-fence-store.ts';
import { sendFencingProblem } from './problem.ts';

/** The token that a guarded request came with. */
export interface RequestFencing {
  readonly resource: string;
  readonly token: number;
  /**
   * Looks at the fence again. Call it right before each effect that cannot be guarded by the token itself: between the
   * admission of a request and its effect, a newer holder may have come.
   *
   * @throws LockError ERR_LOCK_STALE_TOKEN or ERR_LOCK_UNAVAILABLE.
   */
  assertFresh(): Promise<void>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The fencing token of this request; null where it is not guarded. */
    readonly fencing: RequestFencing | null;
  }
}

/** Which requests are guarded, and where their fences are. */
export interface FencingPluginOptions {
  /** What a request writes; undefined for a request that is not guarded, such as one that only reads. */
  readonly resource: (request: FastifyRequest) => string | undefined;
  /** @default createMemoryFenceStore(): for one process, and not over a restart */
  readonly store?: FenceStore;
  /** Whether a guarded request without a token is refused. If not, it is not guarded. @default true */
  readonly required?: boolean;
}

const plugin: FastifyPluginAsync<FencingPluginOptions> = async (
  app: FastifyInstance,
  options: FencingPluginOptions,
) => {
  const { resource: resourceOf, store = createMemoryFenceStore(), required = true } = options;
  if (typeof resourceOf !== 'function') throw new TypeError('the option resource must be a function of the request');
  app.decorateRequest('fencing', null);
  // The last hook before the handler: what is refused for its body or its sender raises no fence.
  app.addHook('preHandler', async (request, reply) => {
    const resource = resourceOf(request);
    if (resource === undefined) return undefined;
    const header = request.headers['lockstep-fencing-token'];
    if (header === undefined) return required ? sendFencingProblem(reply, 'ERR_LOCK_NO_TOKEN') : undefined;
    const token = parseFencingToken(header);
    if (token === undefined) return sendFencingProblem(reply, 'ERR_LOCK_BAD_TOKEN');
    try {
      await store.admit(resource, token);
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === 'ERR_LOCK_STALE_TOKEN') return sendFencingProblem(reply, code);
      request.log.warn({ err: error }, 'the fence of a resource could not be looked at');
      return sendFencingProblem(reply, 'ERR_LOCK_UNAVAILABLE');
    }
    const fencing: RequestFencing = { resource, token, assertFresh: () => store.admit(resource, token) };
    (request as { fencing: RequestFencing | null }).fencing = fencing;
    return undefined;
  });
};

/**
 * Refuses requests whose `Lockstep-Fencing-Token` is older than the newest one that their resource has seen, with 409 and
 * a problem of code `ERR_LOCK_STALE_TOKEN`. Without a token they get 428, with a malformed one 400, and 503 when the
 * store does not answer.
 */
export const fencingPlugin: FastifyPluginAsync<FencingPluginOptions> = fastifyPlugin(plugin, {
  name: '@lockstep/lock/fencing',
  fastify: '5.x',
});

import { createHash, timingSafeEqual } from 'node:crypto';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Lets only those into a scope who show the token: as a bearer token, or, for browsers, as the password of any user.
 * A browser sends a password along whoever made it ask, so what changes something must come from a page of this
 * server then.
 */
export function guardByToken(scope: FastifyInstance, token: string): void {
  const wanted = digestOf(token);
  scope.addHook('onRequest', async (request, reply) => {
    const shown = shownToken(request);
    if (shown === undefined || !timingSafeEqual(digestOf(shown.token), wanted)) return refuse(reply, 401);
    const site = request.headers['sec-fetch-site'];
    const isOwn = site === undefined || site === 'same-origin' || site === 'none';
    if (shown.isAmbient && !isOwn && request.method !== 'GET' && request.method !== 'HEAD') return refuse(reply, 403);
    return undefined;
  });
}

interface ShownToken {
  readonly token: string;
  /** Whether a browser added it by itself. */
  readonly isAmbient: boolean;
}

function shownToken({ headers }: FastifyRequest): ShownToken | undefined {
  const [, scheme = '', value = ''] = /^(\S+) +(\S+)$/.exec(headers.authorization ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return { token: value, isAmbient: false };
    case 'basic': {
      const pair = Buffer.from(value, 'base64').toString();
      return { token: pair.slice(pair.indexOf(':') + 1), isAmbient: true };
    }
    default:
      return undefined;
  }
}

/** Digests have one length, whatever was shown. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function refuse(reply: FastifyReply, status: 401 | 403): FastifyReply {
  if (status === 401) reply.header('www-authenticate', 'Bearer, Basic realm="lockstep-refresher", charset="UTF-8"');
  const code = status === 401 ? 'ERR_REFRESHER_UNAUTHORIZED' : 'ERR_REFRESHER_FORBIDDEN';
  const message = status === 401 ? 'show the token of LOCKSTEP_ADMIN_TOKEN' : 'this must come from a page of the board';
  return reply.code(status).header('cache-control', 'no-store').send({ code, message });
}

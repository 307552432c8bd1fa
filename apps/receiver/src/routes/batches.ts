import type { TLSSocket } from 'node:tls';

import { BATCH_TYPE, CURSORS_PATH, type ReceiverHandler } from '@lockstep/replication';
import type { AdminServer, Logger } from '@lockstep/service-kit';

import { logSeldom } from '../log-seldom.ts';

/** Mounts the receiver's HTTP protocol, and logs what could not be applied, once a second at most. */
export function mountReceiver(http: AdminServer['http'], handler: ReceiverHandler, logger: Logger): void {
  const warn = logSeldom(logger, { everyMs: 1000 });
  // A scope of its own, so that raw bodies are taken on these routes only.
  void http.register(async (scope) => {
    // The handler takes the body in itself, when it has looked at the credentials.
    scope.addContentTypeParser(BATCH_TYPE, (_request, body, done) => done(null, body));
    scope.route({
      method: ['GET', 'POST'],
      url: `${CURSORS_PATH.slice(0, CURSORS_PATH.indexOf('cursors'))}*`,
      async handler(request, reply) {
        const answer = await handler({
          method: request.method,
          path: request.url,
          headers: request.headers,
          hasCertificate: hasShownCertificate(request.raw.socket as Partial<TLSSocket>),
          body: request.raw,
        });
        if (answer.status >= 500) warn('a shipper must come again', { status: answer.status, answer: answer.body });
        return reply.code(answer.status).headers(answer.headers).send(answer.body);
      },
    });
  });
}

/** A session of TLS 1.3 that is taken up again counts as authorized without any certificate; its own stays known. */
function hasShownCertificate(socket: Partial<TLSSocket>): boolean {
  return socket.authorized === true && socket.getPeerX509Certificate?.() !== undefined;
}

import { BATCH_TYPE, CURSORS_PATH, type ReceiverHandler } from '@lockstep/replication';
import type { AdminServer, Logger } from '@lockstep/service-kit';

/** Above the largest batch that a shipper makes, and above one write of memcached's largest value. */
const maxBatchBytes = 16 * 1024 * 1024;

/** Mounts the receiver's HTTP protocol, and logs what could not be applied. */
export function mountReceiver(http: AdminServer['http'], handler: ReceiverHandler, logger: Logger): void {
  // A scope of its own, so that raw bodies are taken on these routes only.
  void http.register(async (scope) => {
    scope.addContentTypeParser(BATCH_TYPE, { parseAs: 'buffer', bodyLimit: maxBatchBytes }, (_request, body, done) =>
      done(null, body),
    );
    scope.route({
      method: ['GET', 'POST'],
      url: `${CURSORS_PATH.slice(0, CURSORS_PATH.indexOf('cursors'))}*`,
      bodyLimit: maxBatchBytes,
      async handler(request, reply) {
        const answer = await handler({
          method: request.method,
          path: request.url,
          headers: request.headers,
          body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
        });
        if (answer.status >= 500)
          logger.warn({ status: answer.status, answer: answer.body }, 'a shipper must come again');
        return reply.code(answer.status).headers(answer.headers).send(answer.body);
      },
    });
  });
}

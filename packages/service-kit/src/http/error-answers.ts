import type { FastifyBaseLogger, FastifyError, FastifyInstance } from 'fastify';

/**
 * Makes every error of a server answer `{ code, message }`. What went wrong inside (500 and no
 * status of its own) is logged and not told to the client. Logs name the route, never the URL: the
 * URL holds keys.
 */
export function answerErrors(http: FastifyInstance, logger: FastifyBaseLogger): void {
  http.setErrorHandler<FastifyError>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) {
      logger.error({ err: error, method: request.method, route: request.routeOptions.url }, 'request failed');
    }
    const isKnown = error.statusCode !== undefined;
    return reply.code(status).send({
      code: isKnown ? error.code : 'ERR_INTERNAL',
      message: isKnown ? error.message : 'internal error; the log of the service says more',
    });
  });
  http.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ code: 'ERR_NO_ROUTE', message: 'no such route' }),
  );
}

import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply } from 'fastify';

/** Answers a request with an error, and logs what is for the operator. */
export type SendError = (reply: FastifyReply, error: Error) => FastifyReply;

/**
 * Answers `{ code, message }`. What went wrong inside (500 and no status of its own) is logged and not told to the
 * client. Logs name the route, never the URL: the URL holds keys.
 */
export function createSendError(logger: FastifyBaseLogger): SendError {
  return (reply, error) => {
    const { statusCode, code } = error as Partial<FastifyError>;
    const status = statusCode ?? 500;
    if (status >= 500) {
      const { method, routeOptions } = reply.request;
      logger.error({ err: error, method, route: routeOptions.url }, 'request failed');
    }
    const isKnown = statusCode !== undefined;
    return reply.code(status).send({
      code: isKnown ? code : 'ERR_INTERNAL',
      message: isKnown ? error.message : 'internal error; the log of the service says more',
    });
  };
}

/** Makes a server answer the errors of its routes in that way, and requests that no route is for. */
export function answerErrors(http: FastifyInstance, sendError: SendError): void {
  http.setErrorHandler<FastifyError>((error, _request, reply) => sendError(reply, error));
  http.setNotFoundHandler((_request, reply) =>
    sendError(reply, Object.assign(new Error('no such route'), { statusCode: 404, code: 'ERR_NO_ROUTE' })),
  );
}

import type { Socket } from 'node:net';

import type { FastifyInstance } from 'fastify';

/** Requests of one connection that wait for the answers before them; a client that sends more loses it. */
export const MAX_HELD_REQUESTS = 256;

const held = Symbol('requests that wait');

interface HeldSocket extends Socket {
  [held]?: number;
}

/**
 * Answers the requests of a connection one after the other: Node hands over every request that it has parsed, and keeps
 * the answers of all that a pipelining client does not read. A request that is held has read nothing yet; it begins when
 * the operating system has taken the answer before it. The first one costs a look at one property.
 *
 * For scopes whose routes read or write by the backend. HTTP/1.1 only.
 */
export function holdPipelined(scope: FastifyInstance): void {
  scope.addHook('onRequest', (request, reply, done) => {
    const response = reply.raw;
    // Only the response whose turn it is has the socket.
    if (response.socket !== null) {
      done();
      return;
    }
    const socket: HeldSocket = request.raw.socket;
    const count = (socket[held] ?? 0) + 1;
    if (count > MAX_HELD_REQUESTS) {
      socket.destroy();
      return;
    }
    socket[held] = count;
    response.once('socket', () => {
      socket[held] = (socket[held] ?? 1) - 1;
      done();
    });
  });
}

import type { FastifyInstance } from 'fastify';

/** Makes Buffers of bodies of every type, in this scope only. */
export function addRawBodies(scope: FastifyInstance, bodyLimit: number): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body));
}

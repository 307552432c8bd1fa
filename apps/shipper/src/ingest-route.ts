import { INGEST_PATH, LEGACY_INGEST_PATH, type ReceiverHandler } from '@lockstep/replication';
import type { AdminServer } from '@lockstep/service-kit';

/** Mounts the ingest of writes; the handler takes the body in itself, when it has looked at the credentials. */
export function mountIngest(http: AdminServer['http'], handle: ReceiverHandler): void {
  // A scope of its own, so that raw bodies are taken on these routes only.
  void http.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, body, done) => done(null, body));
    for (const url of [INGEST_PATH, LEGACY_INGEST_PATH]) {
      scope.post(url, async ({ method, url: path, headers, raw: body }, reply) => {
        const answer = await handle({ method, path, headers, body });
        return reply.code(answer.status).headers(answer.headers).send(answer.body);
      });
    }
  });
}

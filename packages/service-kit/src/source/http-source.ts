import { describeError } from '@lockstep/core';

import { ServiceError } from '../service-error.ts';
import type { TopologySource } from './topology-source.ts';

const readDeadlineMs = 5000;
const maxBytes = 4 * 1024 * 1024;

/** An HTTP URL, asked every five seconds with `If-None-Match` and `If-Modified-Since`. */
export function createHttpSource(config: string): TopologySource {
  const url = URL.canParse(config) ? new URL(config) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') {
    const why = url === undefined ? 'this is not a URL' : 'the URL must not hold credentials';
    throw new ServiceError('ERR_SERVICE_KIT_ARGUMENTS', [`--config: ${why}; write https://host/path`]);
  }
  // A query may hold a secret.
  const name = `${url.origin}${url.pathname}`;
  let etag: string | undefined;
  let modified: string | undefined;
  let last: string | undefined;
  const fail = (what: string, cause?: unknown): ServiceError =>
    new ServiceError('ERR_SERVICE_KIT_TOPOLOGY', [`${name}: ${what}`], { cause });
  const close = async (): Promise<void> => undefined;
  return {
    name,
    pollMs: 5000,
    settleMs: 0,
    async read({ signal } = {}) {
      const deadline = AbortSignal.timeout(readDeadlineMs);
      try {
        const response = await fetch(url, {
          headers: {
            accept: 'application/yaml, application/json, text/plain, */*',
            ...(etag === undefined ? {} : { 'if-none-match': etag }),
            ...(modified === undefined ? {} : { 'if-modified-since': modified }),
          },
          signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
        });
        if (response.status === 304) {
          await response.body?.cancel();
          return undefined;
        }
        if (response.status !== 200) {
          await response.body?.cancel();
          throw fail(`the server answers ${response.status}; it must answer 200 with a topology`);
        }
        const text = await readBounded(response, fail);
        etag = response.headers.get('etag') ?? undefined;
        modified = response.headers.get('last-modified') ?? undefined;
        if (text === last) return undefined;
        last = text;
        return text;
      } catch (error) {
        if (error instanceof ServiceError || signal?.aborted === true) throw error;
        const reason = deadline.aborted ? `no answer within ${readDeadlineMs} ms` : describeCause(error);
        throw fail(`the topology cannot be fetched: ${reason}`, error);
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function readBounded(response: Response, fail: (what: string) => ServiceError): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > maxBytes) throw fail(`the answer is longer than ${maxBytes} bytes; it is no topology`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `fetch` fails with "fetch failed" and keeps the reason in the cause. */
function describeCause(error: unknown): string {
  return describeError(error instanceof Error && error.cause !== undefined ? error.cause : error);
}

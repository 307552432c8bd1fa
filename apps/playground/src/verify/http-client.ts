import { Pool } from 'undici';

import type { CacheClient } from './client.ts';

const timeoutMs = 10_000;

/** Talks HTTP to a proxy. */
export function createHttpClient(port: number): CacheClient {
  const pool = new Pool(`http://127.0.0.1:${port}`, {
    connections: 4,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const path = (key: string): string => `/v1/cache/${encodeURIComponent(key)}`;

  async function send(
    method: 'GET' | 'PUT' | 'DELETE',
    url: string,
    body: Buffer | null,
    expected: number[],
  ): Promise<Buffer | undefined> {
    const response = await pool.request({ method, path: url, body });
    const answer = Buffer.from(await response.body.arrayBuffer());
    if (!expected.includes(response.statusCode)) {
      throw new Error(`${method} ${url} answered ${response.statusCode}: ${answer.toString()}`);
    }
    return response.statusCode === 200 ? answer : undefined;
  }

  return {
    face: 'http',
    async set(key, value, ttlSeconds) {
      await send('PUT', ttlSeconds === 0 ? path(key) : `${path(key)}?ttl=${ttlSeconds}`, value, [204]);
    },
    get: (key) => send('GET', path(key), null, [200, 404]),
    async delete(key) {
      await send('DELETE', path(key), null, [204, 404]);
    },
    close: () => pool.destroy(),
  };
}

import { readFile } from 'node:fs/promises';

import { type Backend, createMemcacheServer, type ListenTarget, type MemcacheServer } from '@lockstep/memcache-proxy';
import { type MemcachedListener, memcachedListeners, type ProxyRegion } from '@lockstep/service-kit';

/** The memcached face with its listeners. */
export interface MemcachedFace {
  readonly server: MemcacheServer;
  /** Starts every listener; resolves with their addresses by name. */
  listen(): Promise<Record<string, string>>;
}

/** Makes the memcached face of a region. It does not listen yet. */
export function createMemcachedFace(backend: Backend, proxy: ProxyRegion): MemcachedFace {
  const { limits = {}, flushAll, metaKeys } = proxy;
  const { maxValueBytes, maxConnections, maxPendingBytes, slowClientTimeoutMs, idleTimeoutMs } = limits;
  const server = createMemcacheServer({
    backend,
    ...(maxValueBytes === undefined ? {} : { maxValueBytes }),
    ...(maxConnections === undefined ? {} : { maxConnections }),
    ...(maxPendingBytes === undefined ? {} : { maxPendingBytes }),
    ...(slowClientTimeoutMs === undefined ? {} : { slowClientTimeoutMs }),
    ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
    ...(flushAll === undefined ? {} : { flushAll }),
    ...(metaKeys === undefined ? {} : { metaKeys }),
  });
  return {
    server,
    async listen() {
      const addresses: Record<string, string> = {};
      for (const [index, listener] of memcachedListeners(proxy).entries()) {
        await server.listen(await toTarget(listener));
        addresses[index === 0 ? 'memcached' : `memcached${index + 1}`] = listener.text;
      }
      return addresses;
    },
  };
}

async function toTarget(listener: MemcachedListener): Promise<ListenTarget> {
  if ('path' in listener) {
    const { path, mode } = listener;
    return { path, ...(mode === undefined ? {} : { mode }) };
  }
  const { host, port, tls } = listener;
  if (tls === undefined) return { host, port };
  const { certFile, keyFile, caFile } = tls;
  const [cert, key, ca] = await Promise.all([
    readFile(certFile),
    readFile(keyFile),
    caFile === undefined ? undefined : readFile(caFile),
  ]);
  return { host, port, tls: { cert, key, ...(ca === undefined ? {} : { ca }) } };
}
